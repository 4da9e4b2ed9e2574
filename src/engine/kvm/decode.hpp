#pragma once

#include "engine/exit.hpp"

#include <husk/x86.hpp>

#include <linux/kvm.h>

#include <cstddef>
#include <span>

namespace husk::kvm {

/// What the run page says of the last KVM_RUN: the one place where its union is read. `page` is the mapping that `run` begins.
engine::Exit decode(kvm_run& run, std::span<std::byte> page);

/// What a KVM_EXIT_SHUTDOWN in this state is: a triple fault, or something this host's KVM cannot run.
engine::Exit shutdown(const x86::SystemRegisters& system, const x86::Registers& registers);

}  // namespace husk::kvm
