#pragma once

#include "memory/reservation.hpp"
#include "program/entry/layout.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

/// How the host calls a function of a program's, and how that comes back: two stubs at ring 3.
///
///     kFunctionEntry:  all vector registers from [R14] (XRSTOR), RDX from RBX, AL = 8, PUSH R15, JMP R11
///     kFunctionReturn: RSI = RAX, RDX = XMM0, and the system call HUSK_RETURN
///
/// With kFunctionReturn in R15, and doubles among the vector registers, the function then finds what the System V ABI promises it.
/// One exit a call, and a call whose arguments fit into registers writes nothing to the program's memory but by its own hands.
namespace husk::program::entry {

inline constexpr std::size_t kRealArguments = 8;  ///< those that travel in XMM0 to XMM7

/// `xsave`: the processor manages its states by XSAVE.
std::span<const std::uint8_t> function_entry(bool xsave);
/// `by_port`: it makes its call by an OUT, where SYSCALL stays at ring 3, for there KVM has to bring each SYSCALL back into the
/// guest.
std::span<const std::uint8_t> function_return(bool by_port);

/// `vectors`, as XSAVE has them, made so that XMM registers are loaded from there, whatever they are.
std::vector<std::byte> with_real_arguments(std::span<const std::byte> vectors);
/// Writes what XMM0 and on are when the next function starts: a double each. Once write_function_stubs() was called.
void write_real_arguments(const Reservation& space, std::span<const double, kRealArguments> reals);

}  // namespace husk::program::entry
