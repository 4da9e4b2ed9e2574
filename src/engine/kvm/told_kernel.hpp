#pragma once

#include "engine/kvm/kernel.hpp"

#include <husk/step.hpp>

#include <linux/kvm.h>

#include <cstdint>
#include <map>
#include <string>

namespace husk::kvm {

/// A kernel, and somebody who is told of all that is asked of it.
class ToldKernel final : public Kernel {
public:
    explicit ToldKernel(StepSink tell, Kernel& kernel = Kernel::host());

    int open_kvm() override;
    int ioctl(int fd, unsigned long request, std::uintptr_t argument) override;
    Mapping map_run_page(int vcpu, std::uint64_t size) override;

private:
    void tell(const Step& step) const { tell_(step); }
    void tell_of_registers(const kvm_run& run) const;
    int run(int vcpu, std::uintptr_t argument);

    StepSink tell_;
    Kernel& kernel_;
    std::map<int, const kvm_run*> run_pages_;  ///< by the vCPU's descriptor
};

}  // namespace husk::kvm
