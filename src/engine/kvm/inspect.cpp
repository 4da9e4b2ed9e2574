#include "engine/kvm/inspect.hpp"

#include "engine/kvm/system.hpp"
#include "engine/kvm/told_kernel.hpp"

namespace husk::kvm {

namespace {

struct Used {
    int number;
    Capability capability;
};

const std::array kUsed{
    Used{KVM_CAP_USER_MEMORY, {"KVM_CAP_USER_MEMORY", "guest memory is Husk's own", true}},
    Used{KVM_CAP_EXT_CPUID, {"KVM_CAP_EXT_CPUID", "the guest's CPUID", true}},
    Used{KVM_CAP_SET_TSS_ADDR, {"KVM_CAP_SET_TSS_ADDR", "real mode on older Intel processors", true}},
    Used{KVM_CAP_IMMEDIATE_EXIT, {"KVM_CAP_IMMEDIATE_EXIT", "registers exact after an I/O instruction", true}},
    Used{KVM_CAP_COALESCED_PIO, {"KVM_CAP_COALESCED_PIO", "console bytes gathered, not an exit each", false}},
    Used{KVM_CAP_COALESCED_MMIO, {"KVM_CAP_COALESCED_MMIO", "the page where they are gathered", false}},
    Used{KVM_CAP_SYNC_REGS, {"KVM_CAP_SYNC_REGS", "registers come with the exit, not by a request each", false}},
    Used{KVM_CAP_XSAVE2, {"KVM_CAP_XSAVE2", "bytes of vector registers, to be saved", false}},
    Used{KVM_CAP_NR_MEMSLOTS, {"KVM_CAP_NR_MEMSLOTS", "how many memory regions a guest may have", false}},
};

}  // namespace

Inspection inspect(Kernel& kernel)
{
    const System system{kernel};
    Inspection result;
    result.api_version = system.api_version();
    for (const auto& [number, capability] : kUsed) {
        result.capabilities.push_back(capability);
        result.capabilities.back().value = system.capability(number);
    }
    result.abilities = probe(kernel);
    return result;
}

Inspection inspect(const StepSink& tell)
{
    ToldKernel kernel{tell};
    return inspect(kernel);
}

}  // namespace husk::kvm
