#pragma once

#include <husk/x86.hpp>

#include <cstdint>

/// What control registers and model-specific registers refuse to hold, which Unicorn does not ask: it drops what it cannot use, or
/// goes on in a state that no processor has.
namespace husk::soft {

/// True if MOV of `value` to CR`number` is #GP(0). SDM Vol. 2B, "MOV—Move to/from Control Registers"; Vol. 3A, "Control Registers"
/// (2.5), "Initializing IA-32e Mode" (10.8.5).
bool refuses_control(unsigned number, std::uint64_t value, const x86::SystemRegisters& system);

/// True if there is no such register: RDMSR is #GP(0). SDM Vol. 4, "Architectural MSRs" (2.1, table 2-2).
bool is_unknown_msr(std::uint32_t number);

/// True if WRMSR of `value` is #GP(0).
bool refuses_msr(std::uint32_t number, std::uint64_t value, const x86::SystemRegisters& system);

}  // namespace husk::soft
