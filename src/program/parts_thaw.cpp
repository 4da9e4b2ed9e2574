#include "program/frozen/descriptors.hpp"
#include "program/frozen/restore_process.hpp"
#include "program/frozen/touched.hpp"
#include "program/parts.hpp"

#include <husk/error.hpp>

#include <cerrno>

// A program that begins where another was frozen.
namespace husk::program {

void Parts::thaw(const Thawing& from)
{
    const ProgramState& state = from.content->state;
    // It is looked for in the list of this process's mappings, while that is short.
    if (state.vdso) (void)host_vdso();
    restore_space(process, *from.content, from.image);
    // One that runs in a process of its own runs at once; of others many may wait.
    const bool at_once = config.owns_process && !state.touched.empty();
    if (at_once) have_ready(process.space, state);
    from.machine != nullptr ? take_machine(std::move(*from.machine)) : make_machine();
    const Vdso vdso = vdso_for(state);
    process.windows.emplace(process.space, *process.vm, vdso.pages);
    if (at_once) {
        give(*process.windows, state.touched);
        process.windows->open_vdso();
    }
    process.loaded.bias = state.bias;
    process.files.facts().auxv = state.auxiliary;
    tell_facts();
    go_to(state.working_directory);
    restore_standing(process, state);
    for (const FrozenThread& frozen : state.threads) restore_thread(process, frozen);
    first = process.threads.front();
    first->must_find_ring = true;
    restore_descriptors(*first, state.descriptors);
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
