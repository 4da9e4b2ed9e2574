#pragma once

#include "engine/kvm/kernel.hpp"

#include <husk/x86.hpp>

#include <cstdint>

/// A vCPU's model-specific registers and XCR0, by request.
namespace husk::kvm {

std::uint64_t read_msr(Kernel& kernel, int vcpu, std::uint32_t number);
/// Throws Error if KVM refuses the value.
void write_msr(Kernel& kernel, int vcpu, std::uint32_t number, std::uint64_t value);

/// One that this KVM has not reads as zero.
x86::ModelRegisters read_model_registers(Kernel& kernel, int vcpu);
/// Throws Error if KVM refuses one; those before it are set. One that this KVM has not may only be set to zero.
void write_model_registers(Kernel& kernel, int vcpu, const x86::ModelRegisters& model);
/// LSTAR and FMASK alone, in one request. Throws Error if KVM refuses one.
void write_system_call_entry(Kernel& kernel, int vcpu, std::uint64_t lstar, std::uint64_t fmask);

}  // namespace husk::kvm
