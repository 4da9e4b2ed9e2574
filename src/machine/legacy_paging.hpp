#pragma once

#include "machine/code_at.hpp"

#include <husk/x86.hpp>

namespace husk::machine {

/// True if the instruction at hand is a MOV to CR0 that turns on 32-bit or PAE paging. A KVM that cannot page outside long mode
/// (kvm::Abilities) shuts the guest down at this instruction, as if it had faulted three times.
bool turns_on_legacy_paging(const CodeAt& code, const x86::Registers& registers, const x86::SystemRegisters& system);

}  // namespace husk::machine
