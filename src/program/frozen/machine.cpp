#include "program/frozen/machine.hpp"

#include "program/entry/pages.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <utility>

namespace husk::program {

namespace {

/// From a multiple of `unit` to another.
FrozenRange widened(const FrozenArea& area, std::uint64_t unit)
{
    return {area.begin / unit * unit, (area.end + unit - 1) / unit * unit};
}

/// What is accessible, in units of that size, by rising address: ranges that meet are one.
std::vector<FrozenRange> used(const ProgramState& state, std::uint64_t unit)
{
    std::vector<FrozenRange> all;
    for (const FrozenArea& area : state.areas) {
        if (area.protection == PROT_NONE) continue;
        const FrozenRange range = widened(area, unit);
        if (!all.empty() && range.begin <= all.back().end)
            all.back().end = std::max(all.back().end, range.end);
        else
            all.push_back(range);
    }
    return all;
}

std::vector<MemoryRegion> regions_of(const ProgramState& state)
{
    std::vector<MemoryRegion> all;
    const auto add = [&](std::uint64_t begin, std::uint64_t size) { all.push_back({.base = {begin}, .size = size}); };
    for (const FrozenRange& window : used(state, layout::kWindow)) add(window.begin, window.end - window.begin);
    if (state.vdso && state.vdso->size != 0)
        add(layout::kVdso, std::min(page_up(std::min(state.vdso->size, layout::kWindow)), layout::kHusk - layout::kVdso));
    add(entry::kBase, entry::kSize);
    return all;
}

Reservation built(const ProgramState& state)
{
    Reservation space{layout::kSpace, kLargePage};
    entry::build(space);
    for (const FrozenRange& pages : used(state, kLargePage)) entry::open(space, pages.begin, pages.end);
    if (state.vdso) entry::open(space, layout::kVdso, layout::kVdso + kLargePage);
    const std::size_t processors = std::min<std::size_t>(state.threads.size(), entry::kMaxProcessors);
    for (unsigned i = 0; i < processors; ++i) entry::build_processor(space, i);
    return space;
}

bool has(const FrozenContent& content, std::string_view feature)
{
    return std::ranges::find(content.info.cpu_features, feature) != content.info.cpu_features.end();
}

}  // namespace

FrozenMachine machine_of(const FrozenContent& content, std::size_t thread)
{
    const ProgramState& state = content.state;
    const FrozenThread& mine = state.threads.at(thread);
    FrozenMachine machine{GuestMemory{regions_of(state)},
                          entry::system_registers(static_cast<unsigned>(thread), has(content, "xsave"), has(content, "fsgsbase"))};
    const Reservation space = built(state);
    (void)machine.memory.write({entry::kBase}, entry::own_bytes(space, entry::kBase, entry::kSize));
    machine.system.fs.base = mine.fs_base;
    machine.system.gs.base = mine.gs_base;
    return machine;
}

}  // namespace husk::program
