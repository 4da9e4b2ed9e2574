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

/// Probed at the first call for this kernel, which runs two guests; throws Error if there is no usable KVM.
const Abilities& abilities(Kernel& kernel = Kernel::host());

}  // namespace husk::kvm
