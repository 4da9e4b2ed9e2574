#pragma once

#include <husk/x86.hpp>

#include <cstdint>
#include <optional>

namespace husk::soft {

/// The register that MOV means by `encoded`: DR4 and DR5 are other names of DR6 and DR7, unless CR4.DE is set. Nothing if there is
/// none. SDM Vol. 3B, "Debug Registers DR4 and DR5" (18.2.2).
std::optional<unsigned> debug_register(unsigned encoded, const x86::SystemRegisters& system);

/// What the register holds after `value` is moved to it, with its fixed bits. Nothing if that raises #GP: DR6 and DR7 have 32 bits.
/// SDM Vol. 3B, "Debug Status Register (DR6)" (18.2.3), "Debug Control Register (DR7)" (18.2.4).
std::optional<std::uint64_t> debug_register_value(unsigned number, std::uint64_t value);

}  // namespace husk::soft
