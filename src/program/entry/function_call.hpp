#pragma once

#include "program/entry/layout.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

/// How the host calls a function of a program's, and how that comes back: two stubs at ring 3.
///
///     kFunctionEntry:  all vector registers from [R14] (XRSTOR), RDX from RBX, XMM0 to XMM7 from [R10], AL = 8, JMP R11
///     kFunctionReturn: RSI = RAX, RDX = XMM0, and the system call HUSK_RETURN
///
/// With RSP at the return address, kFunctionReturn, the function then finds what the System V ABI promises it. One exit a call.
namespace husk::program::entry {

inline constexpr std::size_t kRealArguments = 8;  ///< those that travel in XMM0 to XMM7

/// `xsave`: the processor manages its states by XSAVE.
std::span<const std::uint8_t> function_entry(bool xsave);
std::span<const std::uint8_t> function_return();

}  // namespace husk::program::entry
