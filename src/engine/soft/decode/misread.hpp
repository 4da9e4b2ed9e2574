#pragma once

#include <cstddef>
#include <span>

namespace husk::soft {

/// True if Unicorn 2.1.1 executes another instruction in place of the one at the start of `code`; `bits` is the code segment's
/// operand size: 16, 32 or 64.
///
/// - LOCK is ignored where it does not belong.
/// - VEX is ignored before instructions that have nothing to do with it: VZEROUPPER is EMMS, KMOV is SETB. Only those
///   for general registers (BMI1, BMI2) are Unicorn's.
/// - The extension in ModR/M of 8F, C6 and C7 is ignored: XBEGIN is MOV, XOP is POP.
bool is_misread(std::span<const std::byte> code, unsigned bits);

}  // namespace husk::soft
