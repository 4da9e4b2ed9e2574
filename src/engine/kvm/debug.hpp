#pragma once

#include "engine/debug.hpp"
#include "engine/exit.hpp"
#include "engine/kvm/kernel.hpp"

#include <linux/kvm.h>

/// Debugging by KVM_SET_GUEST_DEBUG: api.rst, "KVM_SET_GUEST_DEBUG", and SDM Vol. 3B, "Debug Registers" (18.2).
namespace husk::kvm {

/// The kernel's words for `request`, which has at most four watches.
kvm_guest_debug to_kvm(const engine::DebugRequest& request);

/// What a KVM_EXIT_DEBUG that `request` led to is.
engine::exits::Debug debug_exit(const kvm_run& run, const engine::DebugRequest& request);

/// True if `run` says that an instruction is done and no more: a KVM_EXIT_DEBUG after a single step.
bool is_step(const kvm_run& run);

/// What this KVM can do of it, found out by running guests.
engine::DebugAbilities probe_debug(Kernel& kernel);
/// The host's, probed at the first call, once a process.
const engine::DebugAbilities& debug_abilities();

}  // namespace husk::kvm
