#pragma once

#include "base/unique_fd.hpp"
#include "engine/kvm/cpuid.hpp"
#include "engine/kvm/kernel.hpp"
#include "engine/kvm/request.hpp"

#include <linux/kvm.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <vector>

namespace husk::kvm {

/// An open /dev/kvm, and what it answers whoever asks: that does not change while this process lives. Used from any thread.
class System {
public:
    /// Throws Error: what is missing (no device, no permission, another API version) and what to do about it.
    explicit System(Kernel& kernel = Kernel::host());

    Kernel& kernel() const { return kernel_; }
    UniqueFd create_vm() const;
    int api_version() const { return ask(kGetApiVersion); }
    /// KVM_CHECK_EXTENSION: 0 if the capability is not there, else what api.rst says of it.
    int capability(int number) const;
    /// UniqueFd::move_above for /dev/kvm.
    void keep_descriptor_above(int line);
    std::uint64_t run_page_size() const { return run_page_size_; }
    /// True if a vCPU's registers may travel in its run page: api.rst, "KVM_CAP_SYNC_REGS".
    bool registers_in_run_page() const { return registers_in_run_page_; }
    /// The page of the run page in which KVM gathers port writes; 0 if this KVM gathers none.
    std::uint64_t write_ring_page() const { return write_ring_page_; }
    /// How large KVM's XSAVE areas are, in bytes.
    std::uint64_t xsave_size() const { return xsave_size_; }
    /// True if KVM_GET_XSAVE2 is there to read one.
    bool has_xsave2() const { return has_xsave2_; }
    /// What this KVM can show a guest of the processor.
    Cpuid supported_cpuid() const;
    /// The same, asked once: it is the slowest of all requests.
    const Cpuid& cpuid() const;
    /// The system registers of a processor that has not run yet: `vcpu` if none was asked before.
    const kvm_sregs& sregs_at_reset(int vcpu) const;
    /// The bits that MXCSR may have, as an XSAVE area that `read_area` gives tells them if none was asked before.
    std::uint32_t mxcsr_mask(const std::function<std::vector<std::byte>()>& read_area) const;

private:
    int ask(const PlainRequest& request, std::uintptr_t argument = 0) const;

    Kernel& kernel_;
    mutable std::mutex moving_;  ///< fd_
    UniqueFd fd_;
    std::uint64_t run_page_size_ = 0;
    bool registers_in_run_page_ = false;
    std::uint64_t write_ring_page_ = 0;
    std::uint64_t xsave_size_ = 0;
    bool has_xsave2_ = false;
    mutable std::once_flag cpuid_asked_;
    mutable Cpuid cpuid_;
    mutable std::once_flag sregs_asked_;
    mutable kvm_sregs sregs_at_reset_{};
    mutable std::once_flag mask_asked_;
    mutable std::uint32_t mxcsr_mask_ = 0;
};

}  // namespace husk::kvm
