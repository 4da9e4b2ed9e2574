#pragma once

#include <husk/x86.hpp>

#include <linux/kvm.h>

/// Between Husk's registers and the kernel's structs: field by field, nothing else.
namespace husk::kvm {

kvm_regs to_kvm(const x86::Registers& from);
x86::Registers from_kvm(const kvm_regs& from);

/// Overwrites all of `into` but what x86::SystemRegisters does not hold (the APIC base, pending interrupts).
void to_kvm(const x86::SystemRegisters& from, kvm_sregs& into);
x86::SystemRegisters from_kvm(const kvm_sregs& from);

}  // namespace husk::kvm
