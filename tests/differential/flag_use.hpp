#pragma once

#include <husk/x86.hpp>

namespace husk::test {

using FlagSet = Flags<x86::Rflags>;

inline constexpr FlagSet kNoFlags{};
inline constexpr FlagSet kCarry{x86::Rflags::CF};
inline constexpr FlagSet kOverflow{x86::Rflags::OF};
inline constexpr FlagSet kAdjust{x86::Rflags::AF};
inline constexpr FlagSet kZero{x86::Rflags::ZF};
inline constexpr FlagSet kParity{x86::Rflags::PF};
inline constexpr FlagSet kSign{x86::Rflags::SF};
/// SDM Vol. 1, "Status Flags" (3.4.3.1).
inline constexpr FlagSet kStatus = kCarry | kOverflow | kAdjust | kZero | kParity | kSign;

/// What an instruction does with the status flags. The manual leaves some undefined: two processors may then differ.
struct FlagUse {
    FlagSet reads{};
    FlagSet writes{};
    FlagSet undefined{};
};

/// Writes all it does not leave undefined, as most arithmetic does.
constexpr FlagUse all_but(FlagSet undefined)
{
    return {.writes = kStatus.without(undefined), .undefined = undefined};
}

/// The flags that may differ after an instruction, given those that might have before it.
constexpr FlagSet undefined_after(FlagSet before, const FlagUse& use)
{
    return before.without(use.writes) | use.undefined;
}

/// True if an instruction may show what is undefined.
constexpr bool reveals(FlagSet undefined, const FlagUse& use)
{
    return (undefined.word() & use.reads.word()) != 0;
}

}  // namespace husk::test
