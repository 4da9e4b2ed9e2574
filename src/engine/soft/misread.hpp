#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace husk::soft {

/// What Unicorn 2.1.1 makes of an instruction.
enum class Reading : std::uint8_t {
    Right,    ///< what it is, or nothing
    Another,  ///< executes another in its place
    Fatal,    ///< ends the process when it translates it
};

/// Of the instruction at the start of `code`; `bits` is the code segment's operand size: 16, 32 or 64.
///
/// - LOCK is ignored where it does not belong, and fatal for BT and its kin with a register.
/// - VEX is ignored before instructions that have nothing to do with it: VZEROUPPER is EMMS, KMOV is SETB. Only the general-purpose
/// ones
///   (BMI1, BMI2) are Unicorn's.
/// - The extension in ModR/M of 8F, C6 and C7 is ignored: XBEGIN is MOV, XOP is POP.
Reading reading_of(std::span<const std::byte> code, unsigned bits);

}  // namespace husk::soft
