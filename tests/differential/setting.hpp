#pragma once

#include "differential/encode.hpp"

#include <husk/x86.hpp>

#include <array>
#include <string_view>

namespace husk::test {

/// What a sequence runs in: the mode, the size of code, the ring.
enum class Setting : std::uint8_t {
    Real,         ///< 16-bit
    Protected16,  ///< 16-bit segments, no paging
    Protected,    ///< 32-bit segments, no paging
    Paged,        ///< the same with 32-bit paging
    Pae,          ///< and with PAE paging
    Compat,       ///< 32-bit code in long mode
    Long,         ///< 64-bit code
    User32,       ///< Compat in ring 3
    User,         ///< Long in ring 3
};

inline constexpr std::array kSettings{Setting::Real,   Setting::Protected16, Setting::Protected, Setting::Paged, Setting::Pae,
                                      Setting::Compat, Setting::Long,        Setting::User32,    Setting::User};

std::string_view name(Setting setting);
/// Of code: 16, 32 or 64.
unsigned bits(Setting setting);
unsigned ring(Setting setting);
bool is_paged(Setting setting);
/// EFER.LMA: 64-bit code or compatibility mode.
bool is_long(Setting setting);

/// The selector of the segment that `seg` starts with, except in real mode.
constexpr std::uint16_t selector_of(Seg seg, unsigned of_ring)
{
    return static_cast<std::uint16_t>((static_cast<unsigned>(seg) + 1) << 3 | of_ring);
}
inline constexpr std::uint16_t kTssSelector = 0x40;  ///< two entries in long mode
/// What ring 3's exceptions are handled with.
inline constexpr std::uint16_t kKernelCode = 0x50, kKernelStack = 0x58;

/// A segment register by its number.
const x86::Segment& segment(const x86::SystemRegisters& system, Seg seg);
x86::Segment& segment(x86::SystemRegisters& system, Seg seg);

}  // namespace husk::test
