#pragma once

#include "base/unique_fd.hpp"
#include "engine/kvm/kernel.hpp"
#include "engine/kvm/request.hpp"

#include <cstdint>
#include <vector>

namespace husk::kvm {

/// KVM's CPUID answers: header and entries in one allocation, as the ioctls want them.
struct Cpuid {
    std::vector<std::uint64_t> words;
    CpuidHeader& header();
};

/// An open /dev/kvm.
class System {
public:
    /// Throws Error: what is missing (no device, no permission, another API version) and what to do about it.
    explicit System(Kernel& kernel = Kernel::host());

    Kernel& kernel() const { return kernel_; }
    int fd() const { return fd_.get(); }
    UniqueFd create_vm() const;
    /// KVM_CHECK_EXTENSION: 0 if the capability is not there, else what api.rst says of it.
    int capability(int number) const;
    std::uint64_t run_page_size() const;
    /// What this KVM can show a guest of the processor.
    Cpuid supported_cpuid() const;

private:
    Kernel& kernel_;
    UniqueFd fd_;
};

}  // namespace husk::kvm
