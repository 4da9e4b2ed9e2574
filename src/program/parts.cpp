#include "program/parts.hpp"

#include "memory/written_pages.hpp"
#include "program/descriptors.hpp"
#include "program/files/default_grants.hpp"
#include "program/loop.hpp"
#include "program/process/threads.hpp"

#include <husk/error.hpp>

#include <cpuid.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <limits>
#include <stdexcept>

namespace husk::program {

namespace {

Start open(const ProgramConfig& config)
{
    if (config.path.empty()) throw std::invalid_argument{"the program has no path"};
    if (config.address_space && !layout::Extent::is_size(*config.address_space))
        throw std::invalid_argument{"a program's address space is 1 GiB to 1 TiB, and whole GiB"};
    auto start = open_start(config.path, config.arguments);
    if (!start) throw Error{"execve", start.error().code, describe(start.error())};
    return std::move(*start);
}

/// TERM, if the program's input or output is a terminal. As here, not at the program's: descriptors 0 and 1 are its own already.
std::optional<std::string> terminal_of(const ProgramConfig& config)
{
    if (::isatty(STDIN_FILENO) == 0 && ::isatty(STDOUT_FILENO) == 0) return std::nullopt;
    static constexpr std::string_view kName = "TERM=";
    const auto found = std::ranges::find_if(config.environment, [](const auto& word) { return word.starts_with(kName); });
    return found == config.environment.end() ? std::string{} : found->substr(kName.size());
}

/// The configuration with what it grants by default written out.
ProgramConfig with_default_grants(ProgramConfig config, const Start& start)
{
    if (!config.default_grants) return config;
    auto granted = default_grants(config.path, start, terminal_of(config));
    // Those that were asked for come last, for the later of two that are equal counts.
    granted.insert(granted.end(), config.grants.begin(), config.grants.end());
    config.grants = std::move(granted);
    return config;
}

/// CPUID.01H:EDX: of the host's processor, which the guest's is on KVM, or of the one that the software engine emulates.
std::uint64_t capabilities(Engine engine)
{
    constexpr std::uint64_t kEmulated = 0x078B'FBFD;
    unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
    // Not getauxval(AT_HWCAP): glibc has something of its own there.
    return engine == Engine::Kvm && ::__get_cpuid(1, &eax, &ebx, &ecx, &edx) != 0 ? edx : kEmulated;
}

/// What the host's kernel tells this process and would tell the guest: only that.
std::vector<std::pair<std::uint64_t, std::uint64_t>> auxiliary(Engine engine, std::uint64_t vdso)
{
    std::vector<std::pair<std::uint64_t, std::uint64_t>> all;
    if (vdso != 0) all.emplace_back(AT_SYSINFO_EHDR, vdso);
    all.emplace_back(AT_HWCAP, capabilities(engine));
    for (const std::uint64_t type : std::initializer_list<std::uint64_t>{AT_MINSIGSTKSZ, AT_PAGESZ, AT_CLKTCK})
        if (const std::uint64_t value = ::getauxval(type); value != 0) all.emplace_back(type, value);
    for (const std::uint64_t type : std::initializer_list<std::uint64_t>{AT_FLAGS, AT_UID, AT_EUID, AT_GID, AT_EGID})
        all.emplace_back(type, ::getauxval(type));
    all.emplace_back(AT_SECURE, 0);
    all.emplace_back(AT_HWCAP2, engine == Engine::Kvm ? ::getauxval(AT_HWCAP2) : 0);
    return all;
}

std::uint64_t memory_limit(const ProgramConfig& config)
{
    return config.limits.memory.value_or(std::numeric_limits<std::uint64_t>::max() / 2);
}

/// The configuration with what the frozen program brings along, and the devices that every program has.
ProgramConfig with_frozen(ProgramConfig config, const FrozenContent& content)
{
    config.path = content.state.program;
    config.address_space = content.state.address_space;
    if (config.arguments.empty()) config.arguments = content.state.arguments;
    if (config.environment.empty()) config.environment = content.state.environment;
    if (!config.default_grants) return config;
    auto granted = device_grants();
    granted.insert(granted.end(), config.grants.begin(), config.grants.end());
    config.grants = std::move(granted);
    return config;
}

/// A process that is one program's has nothing else for another processor to do.
std::unique_ptr<machine::EngineAhead> made_ahead(const ProgramConfig& config, const Thawing& from)
{
    if (!config.owns_process || config.engine == Engine::Soft || from.machine != nullptr) return nullptr;
    if (from.ahead != nullptr && *from.ahead) return std::move(*from.ahead);
    return std::make_unique<machine::EngineAhead>(config.engine, x86::Mode::Long);
}

}  // namespace

Parts::Parts(ProgramConfig given)
    : start{open(given)},
      asked_grants{given.grants.size()},
      config{with_default_grants(std::move(given), *start)},
      process{config, memory_limit(config), descriptor_line(config.limits)}
{
    watch_calls();
    take_machine(made_machine());
    load_program();
    make_first_thread();
}

Parts::Parts(ProgramConfig given, const Thawing& from)
    : ahead{made_ahead(given, from)},
      asked_grants{given.grants.size()},
      config{with_frozen(std::move(given), *from.content)},
      process{config, memory_limit(config), descriptor_line(config.limits), static_cast<int>(from.content->state.id),
              !from.files_later},
      thawed{from.content}
{
    watch_calls();
    thaw(from);
}

Parts::~Parts()
{
    // Seats hold processors, which the machine must outlive.
    process.threads.clear();
    first.reset();
}

void Parts::watch_calls()
{
    process.run_thread = run_thread;
    if (config.trace || config.count_calls || config.trace_file) {
        auto watcher = std::make_unique<Observer>(config, engine);
        observer = watcher.get();
        process.watcher = std::move(watcher);
    }
    keep_pagemap();
}

/// Once it is confined this process cannot open it any more, and without it a snapshot does not tell what was touched.
void Parts::keep_pagemap()
{
    if (!config.keep_snapshot || !config.owns_process) return;
    try {
        (void)kept_pagemap();
    } catch (const Error&) {  // the host does not tell
    }
}

machine::Chosen Parts::made_machine() const
{
    auto chosen = machine::choose_engine(config.engine, x86::Mode::Long);
    chosen.vm->keep_descriptors_above(process.descriptor_line);
    return chosen;
}

void Parts::take_machine(machine::Chosen chosen)
{
    engine = chosen.engine;
    engine_reason = std::move(chosen.reason);
    process.vm = std::move(chosen.vm);
    process.vm->kick_exactly();
    entry::build(process.space.reservation());
}

void Parts::load_program()
{
    const Vdso vdso = own_vdso();
    process.windows.emplace(process.space, *process.vm, vdso.pages);
    InitialStack what{.arguments = start->arguments,
                      .environment = config.environment,
                      .auxiliary = auxiliary(engine, vdso.pages.empty() ? 0 : layout::kVdso + vdso.code),
                      .random = {},
                      .executable = config.path};
    host_call(SYS_getrandom, what.random.data(), what.random.size(), 0);
    auto loaded = load(process.space, *start, std::move(what));
    if (!loaded) throw Error{"execve", loaded.error().code, loaded.error().what};
    process.loaded = std::move(*loaded);
    // As the kernel names it: absolute, and not by a link.
    process.files.set_program(std::filesystem::canonical(start->program.path).string(), start->program.file.descriptor());
    process.files.facts().auxv = process.loaded.stack.auxiliary;
    tell_facts();
    start_in_folder();
    name_code();
    start->program.file.close();
    if (start->interpreter) start->interpreter->file.close();
}

/// For a trace file, while the files are open: a confined Husk opens none by name.
void Parts::name_code()
{
    Modules* const modules = observer != nullptr ? observer->modules() : nullptr;
    if (modules == nullptr) return;
    const auto& [path, file, executable] = start->program;
    modules->add_loaded(path, file, executable, process.loaded.bias);
    if (const auto& interpreter = start->interpreter)
        modules->add_loaded(interpreter->path, interpreter->file, interpreter->executable, process.loaded.interpreter_bias);
}

/// The host's, unless it does not fit the engine, or is not wanted.
Vdso Parts::own_vdso() const
{
    return engine == Engine::Kvm && !config.portable ? host_vdso() : Vdso{};
}

void Parts::tell_facts()
{
    process.files.facts().threads = [this] {
        const std::lock_guard lock{process.threads_mutex};
        return static_cast<unsigned>(process.threads.size());
    };
    process.files.facts().name = [this] {
        const std::lock_guard lock{process.threads_mutex};
        return process.name;
    };
}

/// Where it was told, or where this process is if the program can see that.
void Parts::start_in_folder()
{
    if (!config.working_directory.empty()) return process.files.start_in(config.working_directory);
    std::error_code unknown;
    const auto here = std::filesystem::current_path(unknown);
    if (unknown) return;
    try {
        process.files.start_in(here.string());
    } catch (const Error&) {  // no grant covers it: the root, then
    }
}

void Parts::make_first_thread()
{
    auto seat = new_seat(process);
    if (!seat) throw Error{"KVM_CREATE_VCPU", seat.error()};
    first = std::make_shared<Thread>(process, std::move(*seat));
    first->must_find_ring = true;
    first->first = true;
    first->user.rip = process.loaded.entry;
    first->user.rsp = process.loaded.stack_pointer;
    first->user.rflags = x86::Rflags::One | x86::Rflags::IF;
    process.threads.push_back(first);
}

}  // namespace husk::program
