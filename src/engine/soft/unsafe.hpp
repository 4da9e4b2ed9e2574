#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace husk::soft {

/// An instruction that ends the process, or worse, if Unicorn 2.1.1 so much as translates or executes it. The engine executes it
/// itself.
struct Unsafe {
    enum class Kind : std::uint8_t {
        LockedBitTest,  ///< LOCK BT, BTS, BTR or BTC of a register, which is #UD: Unicorn aborts while it translates it
        DebugRegister,  ///< MOV to a debug register: setting a breakpoint, Unicorn frees the code that it is executing
    };

    Kind kind = Kind::LockedBitTest;
    std::uint8_t size = 0;  ///< of the instruction, in bytes
    std::uint8_t debug_register = 0;
    std::uint8_t source = 0;  ///< the general register that is moved to it, by its number in the encoding
};

/// The instruction at the start of `code`, if it is one of these. `bits` is the code segment's operand size: 16, 32 or 64.
std::optional<Unsafe> decode_unsafe(std::span<const std::byte> code, unsigned bits);

/// How many of its temporary variables Unicorn does not give back when it translates the instruction at the start of `code`: at most
/// as many as this says. It keeps 512 for a block, some for itself, and writes beyond them without looking.
unsigned temporaries_of(std::span<const std::byte> code, unsigned bits);
inline constexpr unsigned kMostTemporaries = 400;

}  // namespace husk::soft
