#pragma once

#include <array>
#include <cstdint>
#include <string_view>

/// What a task-state segment keeps where, of that which a processor reads of it when it changes rings.
namespace husk::x86 {

struct TssField {
    std::string_view name;     ///< the manual's
    std::uint16_t offset = 0;  ///< in bytes
    std::uint8_t size = 0;     ///< in bytes
    std::string_view is;       ///< what it is
};

/// SDM Vol. 3A, "64-Bit TSS" (8.7).
inline constexpr std::array kTss64Fields{
    TssField{"RSP0", 4, 8, "stack of ring 0"},
    TssField{"RSP1", 12, 8, "stack of ring 1"},
    TssField{"RSP2", 20, 8, "stack of ring 2"},
    TssField{"IST1", 36, 8, "interrupt stack 1"},
    TssField{"IST2", 44, 8, "interrupt stack 2"},
    TssField{"IST3", 52, 8, "interrupt stack 3"},
    TssField{"IST4", 60, 8, "interrupt stack 4"},
    TssField{"IST5", 68, 8, "interrupt stack 5"},
    TssField{"IST6", 76, 8, "interrupt stack 6"},
    TssField{"IST7", 84, 8, "interrupt stack 7"},
    TssField{"I/O map base", 102, 2, "where the I/O permission bitmap begins; beyond the limit there is none"},
};

/// SDM Vol. 3A, "32-Bit TSS" (8.2.1).
inline constexpr std::array kTss32Fields{
    TssField{"link", 0, 2, "the task that this one is nested in"},
    TssField{"ESP0", 4, 4, "stack of ring 0"},
    TssField{"SS0", 8, 2, "its segment"},
    TssField{"ESP1", 12, 4, "stack of ring 1"},
    TssField{"SS1", 16, 2, "its segment"},
    TssField{"ESP2", 20, 4, "stack of ring 2"},
    TssField{"SS2", 24, 2, "its segment"},
    TssField{"CR3", 28, 4, "page tables of the task"},
    TssField{"EIP", 32, 4, "where the task goes on when it is switched to"},
    TssField{"LDT", 96, 2, "selector of its LDT"},
    TssField{"I/O map base", 102, 2, "where the I/O permission bitmap begins; beyond the limit there is none"},
};

/// SDM Vol. 3A, "16-Bit TSS" (8.6).
inline constexpr std::array kTss16Fields{
    TssField{"link", 0, 2, "the task that this one is nested in"},
    TssField{"SP0", 2, 2, "stack of ring 0"},
    TssField{"SS0", 4, 2, "its segment"},
    TssField{"SP1", 6, 2, "stack of ring 1"},
    TssField{"SS1", 8, 2, "its segment"},
    TssField{"SP2", 10, 2, "stack of ring 2"},
    TssField{"SS2", 12, 2, "its segment"},
    TssField{"IP", 14, 2, "where the task goes on when it is switched to"},
    TssField{"LDT", 42, 2, "selector of its LDT"},
};

}  // namespace husk::x86
