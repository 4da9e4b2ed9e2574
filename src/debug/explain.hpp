#pragma once

#include <husk/address.hpp>
#include <husk/memory.hpp>
#include <husk/x86.hpp>

#include <string>

/// A stopped processor in words, a line a thought, each ending in a newline.
namespace husk::debug {

/// General registers, flags, segments and control registers with the names of the bits that are set.
std::string explain_registers(const x86::Registers& registers, const x86::SystemRegisters& system);

/// The instructions from the instruction pointer on, disassembled; or why there are none.
std::string explain_code(const GuestMemory& memory, const x86::Registers& registers, const x86::SystemRegisters& system);

/// How the guest's page tables translate `linear`, entry by entry, and where that ends.
std::string explain_address(const GuestMemory& memory, const x86::SystemRegisters& system, GuestVirt linear);

}  // namespace husk::debug
