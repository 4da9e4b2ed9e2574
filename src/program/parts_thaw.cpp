#include "program/frozen/descriptors.hpp"
#include "program/frozen/restore_process.hpp"
#include "program/frozen/touched.hpp"
#include "program/parts.hpp"
#include "program/process/features.hpp"

#include <husk/error.hpp>

#include <cerrno>

// A program that begins where another was frozen.
namespace husk::program {

/// A program that runs in a process of its own runs at once; of others many may wait.
bool Parts::has_ready(const ProgramState& state) const
{
    return config.owns_process && !state.touched.empty();
}

/// The machine, and what it is given of the space from the start.
void Parts::enter(machine::Chosen chosen, const FrozenContent& content)
{
    const ProgramState& state = content.state;
    take_machine(std::move(chosen));
    const Vdso vdso = vdso_for(state);
    process.windows.emplace(process.space, *process.vm, vdso.pages);
    if (has_ready(state)) {
        give(*process.windows, state.touched);
        process.windows->open_vdso();
    }
    if (!config.any_cpu) check_features(content.needed);
}

void Parts::thaw_memory(const Thawing& from)
{
    const ProgramState& state = from.content->state;
    // It is looked for in the list of this process's mappings, while that is short.
    if (state.vdso) (void)host_vdso();
    std::optional<machine::Chosen> chosen;
    // Whatever is thrown here, the thread is done with all this before it goes.
    const struct Ended {
        std::unique_ptr<machine::EngineAhead>& ahead;
        ~Ended() { ahead.reset(); }
    } ended{ahead};
    if (ahead)
        ahead->then([&](machine::Chosen made) {
            // First what needs none of the kernel's lock of this process's mappings, which the other thread makes meanwhile.
            prepare_confinement();
            made.vm->keep_descriptors_above(process.descriptor_line);
            // The software engine wants to see what is mapped.
            made.engine == Engine::Kvm ? enter(std::move(made), *from.content) : void(chosen = std::move(made));
        });
    restore_space(process, *from.content, from.image);
    if (has_ready(state)) have_ready(process.space, state);
    if (ahead)
        ahead->finish();
    else
        chosen = from.machine != nullptr ? std::move(*from.machine) : made_machine();
    if (chosen) return enter(*std::move(chosen), *from.content);
    // What there is in the windows was not known yet.
    if (has_ready(state)) give(*process.windows, state.touched);
}

void Parts::thaw(const Thawing& from)
{
    const ProgramState& state = from.content->state;
    thaw_memory(from);
    process.loaded.bias = state.bias;
    process.files.facts().auxv = state.auxiliary;
    tell_facts();
    restore_standing(process, state);
    for (const FrozenThread& frozen : state.threads) restore_thread(process, frozen, from.goes);
    first = process.threads.front();
    first->must_find_ring = true;
    if (!from.files_later) open_files();
}

void Parts::open_files()
{
    if (!process.files.is_open()) process.find_files();
    go_to(thawed->state.working_directory);
    restore_descriptors(*first, thawed->state.descriptors);
}

void Parts::check_features(const x86::NeededFeatures& needed)
{
    if (needed.none()) return;
    if (const auto missing = needed.missing_from(shown_features(process)); !missing.empty())
        throw machine::lacking(engine, missing);
}

/// What the program has found its functions in, if it has.
Vdso Parts::vdso_for(const ProgramState& state) const
{
    if (!state.vdso) return {};
    const Vdso vdso = engine == Engine::Kvm ? host_vdso() : Vdso{};
    if (vdso.pages.size() == state.vdso->size && hash_of(vdso) == state.vdso->hash) return vdso;
    throw Error{"thaw", ENOTSUP,
                engine == Engine::Kvm
                    ? "the program uses the vDSO of the host where it was frozen, which is another than this host's"
                    : "the program uses the host's vDSO, which the software engine does not have"};
}

/// Where it was told, or where it was if it can still see that.
void Parts::go_to(const std::string& folder)
{
    if (!config.working_directory.empty()) return process.files.start_in(config.working_directory);
    try {
        process.files.start_in(folder);
    } catch (const Error&) {  // no grant covers it: the root, then
    }
}

}  // namespace husk::program
