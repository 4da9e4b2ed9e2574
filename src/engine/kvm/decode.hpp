#pragma once

#include "engine/exit.hpp"

#include <husk/x86.hpp>

#include <linux/kvm.h>

#include <cstddef>
#include <span>

namespace husk::kvm {

/// What the run page says of the last KVM_RUN: the one place where its union is read. `page` is the mapping that `run` begins.
engine::Exit decode(kvm_run& run, std::span<std::byte> page);

/// What a KVM_RUN that ended with EFAULT says of it. Takes it out of `run`, which older kernels leave as it was.
engine::exits::MemoryFault memory_fault(kvm_run& run);

/// What a KVM_EXIT_SHUTDOWN in this state is: a triple fault, with the registers as they were or without.
engine::exits::Shutdown shutdown(const x86::SystemRegisters& system, const x86::Registers& registers);

}  // namespace husk::kvm
