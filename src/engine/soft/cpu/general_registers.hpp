#pragma once

#include <husk/x86.hpp>

#include <array>
#include <cstdint>

namespace husk::soft {

/// By the numbers that instructions have for them. SDM Vol. 2D, "Encoding of General-Purpose Register Fields" (B.1.4.2).
inline constexpr std::array kGeneralRegisters{
    &x86::Registers::rax, &x86::Registers::rcx, &x86::Registers::rdx, &x86::Registers::rbx,
    &x86::Registers::rsp, &x86::Registers::rbp, &x86::Registers::rsi, &x86::Registers::rdi,
    &x86::Registers::r8,  &x86::Registers::r9,  &x86::Registers::r10, &x86::Registers::r11,
    &x86::Registers::r12, &x86::Registers::r13, &x86::Registers::r14, &x86::Registers::r15};

/// The mask of a value of `count` bytes.
constexpr std::uint64_t low_bytes(unsigned count)
{
    return count == 8 ? ~0ull : (1ull << (8 * count)) - 1;
}

}  // namespace husk::soft
