#include "program/debug/program_target.hpp"

#include "memory/safe_copy.hpp"
#include "program/debug/link_map.hpp"
#include "program/debug/planted.hpp"

#include <husk/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <utility>

namespace husk::program {

namespace {

using debug::gdb::StopReport;

int tid_of(std::int64_t thread)
{
    return thread > 0 && thread <= std::numeric_limits<int>::max() ? static_cast<int>(thread) : 0;
}

std::string bytes_of(std::span<const std::byte> bytes)
{
    std::string text;
    std::ranges::transform(bytes, std::back_inserter(text), [](std::byte each) { return std::to_integer<char>(each); });
    return text;
}

}  // namespace

ProgramTarget::ProgramTarget(Control& control, Process& process, About about)
    : control_{control}, process_{process}, files_{process}, about_{std::move(about)}
{
    attach();
}

void ProgramTarget::attach()
{
    constexpr bool kLinuxProgram = true;
    description_ = std::make_unique<debug::gdb::Description>(debug::gdb::Architecture::X86_64,
                                                             process_.vm->vcpu().vector_state_size(), kLinuxProgram);
}

StopReport ProgramTarget::why_stopped()
{
    StopReport again = control_.last();
    again.words.clear();
    return again;
}

std::vector<std::int64_t> ProgramTarget::threads()
{
    const auto held = control_.threads();
    if (held.empty()) return {control_.last().thread};  // the program is over, and this is asked by who does not know yet
    return {held.begin(), held.end()};
}

std::string ProgramTarget::thread_info(std::int64_t thread)
{
    std::string name;
    control_.with(tid_of(thread), [&](Thread&, HeldThread& held) { name = held.name; });
    return name;
}

MachineState ProgramTarget::state(std::int64_t thread)
{
    MachineState found;
    if (control_.with(tid_of(thread), [&](Thread&, HeldThread& held) { found = held.machine; })) return found;
    throw Error{"registers", ESRCH, "there is no such thread any more"};
}

void ProgramTarget::set_state(std::int64_t thread, const MachineState& state)
{
    MachineState wanted = state;
    control_.with(tid_of(thread), [&](Thread& of, HeldThread& held) {
        check_change(held.machine, wanted);
        const bool vectors = wanted.vectors != held.machine.vectors;
        if (vectors && !of.vcpu().accepts_vector_state(wanted.vectors))
            throw Error{"vector registers", EINVAL, "no processor would take them"};
        held.registers_set = held.registers_set || !(wanted.registers == held.machine.registers);
        held.bases_set = held.bases_set || !(wanted.system == held.machine.system);
        held.vectors_set = held.vectors_set || vectors;
        held.machine = std::move(wanted);
    });
}

std::size_t ProgramTarget::read(std::uint64_t at, bool, std::span<std::byte> bytes)
{
    if (at < layout::kVdso) return process_.memory.read_some({at}, bytes);
    // The vDSO is the host's own, and lies elsewhere. Of its data there may be pages that nobody can read.
    const std::uint64_t offset = at - layout::kVdso;
    if (offset >= about_.vdso.size()) return 0;
    const std::size_t size = std::min<std::uint64_t>(bytes.size(), about_.vdso.size() - offset);
    return read_safely(about_.vdso.subspan(offset, size), bytes.first(size));
}

bool ProgramTarget::write(std::uint64_t at, std::span<const std::byte> bytes)
{
    return overwrite(process_, at, bytes);
}

std::vector<std::string_view> ProgramTarget::objects() const
{
    return {"auxv", "exec-file", "libraries-svr4", "siginfo", "threads"};
}

std::optional<std::string> ProgramTarget::object(std::string_view kind, std::string_view)
{
    if (kind == "auxv") return bytes_of(process_.files.facts().auxv);
    if (kind == "exec-file") return about_.executable;
    if (kind == "libraries-svr4") return library_list(libraries());
    if (kind == "threads") return threads_xml();
    if (kind != "siginfo") return std::nullopt;
    const auto signal = control_.last_signal();
    return signal ? bytes_of(std::as_bytes(std::span{&*signal, 1})) : std::string{};
}

LinkMap ProgramTarget::libraries() const
{
    const auto memory = [this](std::uint64_t at, std::span<std::byte> into) { return process_.memory.read_some({at}, into); };
    return read_link_map(memory, process_.files.facts().auxv);
}

std::string ProgramTarget::threads_xml()
{
    std::string text = "<?xml version=\"1.0\"?>\n<threads>\n";
    for (const int tid : control_.threads())
        text += fmt::format("<thread id=\"{:x}\" name=\"{}\"/>\n", tid, escaped(thread_info(tid)));
    return text + "</threads>\n";
}

}  // namespace husk::program
