#pragma once

#include "engine/debug.hpp"

#include <husk/machine.hpp>

#include <optional>
#include <vector>

namespace husk::program {

/// How a program's watchpoints, and breakpoints that must not change its code, are met: by its processors' debug registers, at full
/// speed, if these are enough for all of them; else by stepping, all of them.
struct InRegisters {
    std::vector<engine::Watch> watches{};
    bool by_stepping = false;
};

/// All of `wanted` is data or hardware. A watchpoint of another size or place than a register can hold takes several.
InRegisters in_registers(const std::vector<Breakpoint>& wanted, const engine::DebugAbilities& abilities);

/// That for data of `wanted` which has a watch at `at`; nullptr if there is none.
const Breakpoint* watchpoint_at(const std::vector<Breakpoint>& wanted, std::uint64_t at);

}  // namespace husk::program
