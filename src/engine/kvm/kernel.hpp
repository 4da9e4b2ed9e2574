#pragma once

#include "base/mapping.hpp"
#include "base/unique_fd.hpp"

#include <cstdint>

namespace husk::kvm {

/// The system calls that KVM is driven by, and nothing else: what a test replaces to make any of them fail.
class Kernel {
public:
    virtual ~Kernel() = default;

    /// open("/dev/kvm"): a file descriptor, or -1 and errno.
    virtual int open_kvm();
    /// ioctl: its result, or -1 and errno.
    virtual int ioctl(int fd, unsigned long request, std::uintptr_t argument);
    /// The run page of a vCPU, shared with the kernel. Throws Error.
    virtual Mapping map_run_page(int vcpu, std::uint64_t size);

    /// The one of this process.
    static Kernel& host();
};

}  // namespace husk::kvm
