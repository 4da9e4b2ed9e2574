#include "program/debug/in_registers.hpp"

#include <algorithm>
#include <bit>

namespace husk::program {

namespace {

using engine::Watch;

/// A register holds 1, 2, 4 or 8 bytes at a multiple of that. SDM Vol. 3B, "Breakpoint Field Recognition" (18.2.5).
void add_pieces(const Breakpoint& wanted, std::vector<Watch>& watches, std::size_t most)
{
    constexpr std::uint64_t kMostBytes = 8;
    // There are none for reads alone.
    const auto on = wanted.on == Breakpoint::On::Write ? Watch::On::Write : Watch::On::Access;
    for (std::uint64_t at = wanted.at.value, left = wanted.size; left != 0 && watches.size() <= most;) {
        std::uint64_t size = std::bit_floor(std::min(left, kMostBytes));
        while (at % size != 0) size /= 2;
        watches.push_back({.on = on, .at = at, .size = static_cast<std::uint8_t>(size)});
        at += size;
        left -= size;
    }
}

}  // namespace

InRegisters in_registers(const std::vector<Breakpoint>& wanted, const engine::DebugAbilities& abilities)
{
    const bool data = std::ranges::any_of(wanted, [](const Breakpoint& each) { return each.on != Breakpoint::On::Execute; });
    const std::size_t most = data ? abilities.user_data : abilities.user_breakpoints;
    InRegisters found;
    for (const Breakpoint& each : wanted) {
        if (each.on == Breakpoint::On::Execute)
            found.watches.push_back({.on = Watch::On::Execute, .at = each.at.value, .size = 1});
        else
            add_pieces(each, found.watches, most);
        if (found.watches.size() > most) return {.by_stepping = true};
    }
    return found;
}

const Breakpoint* watchpoint_at(const std::vector<Breakpoint>& wanted, std::uint64_t at)
{
    const auto found = std::ranges::find_if(
        wanted, [at](const Breakpoint& each) { return each.on != Breakpoint::On::Execute && at - each.at.value < each.size; });
    return found == wanted.end() ? nullptr : &*found;
}

}  // namespace husk::program
