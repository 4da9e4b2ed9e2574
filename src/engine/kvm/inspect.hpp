#pragma once

#include "engine/kvm/abilities.hpp"
#include "engine/kvm/kernel.hpp"

#include <husk/step.hpp>

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace husk::kvm {

/// A KVM capability that Husk uses, and whether it can do without.
struct Capability {
    const char* name;     ///< as in api.rst
    const char* purpose;  ///< what Husk does with it
    bool required;
    int value = 0;  ///< KVM_CHECK_EXTENSION's answer; 0: not there
};

/// All there is to know of this host's KVM.
struct Inspection {
    int api_version = 0;
    std::vector<Capability> capabilities;
    Abilities abilities;
};

/// Opens /dev/kvm and asks it everything. Throws Error if there is no usable KVM.
Inspection inspect(Kernel& kernel = Kernel::host());
/// The host's, and tells every request on the way.
Inspection inspect(const StepSink& tell);

}  // namespace husk::kvm
