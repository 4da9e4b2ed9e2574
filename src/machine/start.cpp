#include "machine/start.hpp"

#include "memory/map.hpp"
#include "x86/modes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace husk::machine {

namespace {

/// One past the highest address that code of `mode` can start at; also the highest that its stack can end at.
std::uint64_t reach(x86::Mode mode)
{
    switch (mode) {
        case x86::Mode::Real: return 1_MiB;
        case x86::Mode::Protected:
        case x86::Mode::Paged: return 4_GiB;
        case x86::Mode::Long: return 1ull << 47;
    }
    return 0;
}

void check_reach(std::string_view what, GuestPhys at, std::uint64_t highest, x86::Mode mode)
{
    if (at.value > highest)
        throw std::invalid_argument{
            fmt::format("{} {:#x} is beyond what {} mode reaches ({:#x})", what, at.value, name(mode), reach(mode))};
}

}  // namespace

x86::Tables Layout::tables(x86::Mode mode) const
{
    std::vector<x86::Extent> extents;
    for (const auto& [spec, host] : memory_.regions()) extents.push_back({spec.base.value, spec.base.value + spec.size});
    for (const auto& [first, count] : mmio_.ranges()) extents.push_back({first, first + count});

    switch (mode) {
        case x86::Mode::Paged: return x86::identity_map_32(map::kPageTables, extents);
        case x86::Mode::Long: return x86::identity_map_long(map::kPageTables, extents);
        case x86::Mode::Real:
        case x86::Mode::Protected: break;
    }
    return {};
}

x86::State Layout::start(x86::Mode mode, GuestPhys entry, std::optional<GuestPhys> stack)
{
    const GuestPhys top = stack.value_or(default_stack(mode));
    check_reach("entry", entry, reach(mode) - 1, mode);
    check_reach("stack", top, reach(mode), mode);
    if (!memory_.window(entry, 1))
        throw std::invalid_argument{fmt::format("entry {:#x} is not in the guest's memory", entry.value)};

    const x86::Tables paging = tables(mode);
    if (paging.root <= entry && entry < paging.end)
        throw std::invalid_argument{
            fmt::format("entry {:#x} is in the page tables, which end at {:#x}", entry.value, paging.end.value)};
    write(paging);
    switch (mode) {
        case x86::Mode::Real: return x86::real_mode(entry.value, top.value);
        case x86::Mode::Protected: return x86::protected_mode(entry.value, top.value);
        case x86::Mode::Paged: return x86::paged_mode(entry.value, top.value, paging.root);
        case x86::Mode::Long: return x86::long_mode(entry.value, top.value, paging.root);
    }
    throw std::invalid_argument{"no such mode"};
}

GuestPhys Layout::default_stack(x86::Mode mode) const
{
    if (memory_.regions().empty()) return {};
    const auto& first = memory_.regions().front().spec;
    const GuestPhys end = first.base + first.size;
    return std::min(end, mode == x86::Mode::Real ? map::kRealModeStack : GuestPhys{reach(mode)});
}

void Layout::write(const x86::Tables& tables)
{
    const std::uint64_t size = tables.end.value - tables.root.value;
    if (size == 0) return;
    const auto window = memory_.window(tables.root, size);
    if (!window)
        throw std::invalid_argument{fmt::format("the page tables need {:#x} bytes of memory at {:#x}", size, tables.root.value)};
    std::ranges::fill(*window, std::byte{0});
    for (const auto& [at, value] : tables.entries) memory_.write(at, std::as_bytes(std::span{&value, 1}).first(tables.entry_size));
}

}  // namespace husk::machine
