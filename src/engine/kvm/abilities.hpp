#pragma once

#include "engine/kvm/kernel.hpp"

namespace husk::kvm {

/// What this host's KVM can run, found out by running it; never guessed from /proc/cpuinfo.
struct Abilities {
    /// Ring 0 runs on the processor. If not, KVM interprets it, an instruction at a time and not every instruction.
    bool native_ring0 = true;
    /// 32-bit and PAE paging work.
    bool paging_outside_long_mode = true;
};

inline constexpr const char* kNoLegacyPaging =
    "32-bit paging: this host's KVM cannot page outside long mode (it virtualizes without VT-x or AMD-V)";

/// Finds them out by two guests; throws Error if there is no usable KVM.
Abilities probe(Kernel& kernel);
/// The host's, probed at the first call, once a process.
const Abilities& abilities();

}  // namespace husk::kvm
