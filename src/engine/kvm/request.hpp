#pragma once

#include "engine/kvm/kernel.hpp"

#include <husk/error.hpp>

#include <linux/kvm.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <string>

/// KVM's ioctls: each one's number, its name, and the only argument it takes. Source: the kernel's Documentation/virt/kvm/api.rst.
namespace husk::kvm {

/// An ioctl that takes a pointer to `Arg`.
template <typename Arg>
struct Request {
    unsigned long number;
    const char* name;
    consteval Request(unsigned long request, const char* text) : number{request}, name{text}
    {
        if (_IOC_SIZE(request) != sizeof(Arg)) throw "the argument is not the kernel's struct";
    }
};

/// An ioctl that takes a number, or nothing.
struct PlainRequest {
    unsigned long number;
    const char* name;
};

// The kernel's headers, read as C++, give structs that end in a flexible array a wrong size, and with it a wrong ioctl number.
// These are the parts before the array.
struct CpuidHeader {
    std::uint32_t nent;
    std::uint32_t padding;
};
struct SignalMaskHeader {
    std::uint32_t len;
};
struct MsrsHeader {
    std::uint32_t nmsrs;
    std::uint32_t padding;
};
/// struct kvm_xsave, which is as long as KVM_CAP_XSAVE2 says, and at least this.
struct XsaveArea {
    std::array<std::uint32_t, 1024> region;
};

inline constexpr PlainRequest kGetApiVersion{KVM_GET_API_VERSION, "KVM_GET_API_VERSION"};
inline constexpr PlainRequest kCreateVm{KVM_CREATE_VM, "KVM_CREATE_VM"};
inline constexpr PlainRequest kCheckExtension{KVM_CHECK_EXTENSION, "KVM_CHECK_EXTENSION"};
inline constexpr PlainRequest kGetVcpuMmapSize{KVM_GET_VCPU_MMAP_SIZE, "KVM_GET_VCPU_MMAP_SIZE"};
inline constexpr PlainRequest kSetTssAddr{KVM_SET_TSS_ADDR, "KVM_SET_TSS_ADDR"};
inline constexpr PlainRequest kCreateVcpu{KVM_CREATE_VCPU, "KVM_CREATE_VCPU"};
inline constexpr PlainRequest kRun{KVM_RUN, "KVM_RUN"};

inline constexpr Request<CpuidHeader> kGetSupportedCpuid{_IOWR(KVMIO, 0x05, CpuidHeader), "KVM_GET_SUPPORTED_CPUID"};
inline constexpr Request<CpuidHeader> kSetCpuid2{_IOW(KVMIO, 0x90, CpuidHeader), "KVM_SET_CPUID2"};
inline constexpr Request<SignalMaskHeader> kSetSignalMask{_IOW(KVMIO, 0x8b, SignalMaskHeader), "KVM_SET_SIGNAL_MASK"};
inline constexpr Request<kvm_userspace_memory_region> kSetUserMemoryRegion{KVM_SET_USER_MEMORY_REGION,
                                                                           "KVM_SET_USER_MEMORY_REGION"};
inline constexpr Request<kvm_coalesced_mmio_zone> kRegisterCoalescedMmio{KVM_REGISTER_COALESCED_MMIO,
                                                                         "KVM_REGISTER_COALESCED_MMIO"};
inline constexpr Request<kvm_regs> kGetRegs{KVM_GET_REGS, "KVM_GET_REGS"};
inline constexpr Request<kvm_regs> kSetRegs{KVM_SET_REGS, "KVM_SET_REGS"};
inline constexpr Request<kvm_sregs> kGetSregs{KVM_GET_SREGS, "KVM_GET_SREGS"};
inline constexpr Request<kvm_sregs> kSetSregs{KVM_SET_SREGS, "KVM_SET_SREGS"};
inline constexpr Request<MsrsHeader> kGetMsrs{_IOWR(KVMIO, 0x88, MsrsHeader), "KVM_GET_MSRS"};
inline constexpr Request<MsrsHeader> kSetMsrs{_IOW(KVMIO, 0x89, MsrsHeader), "KVM_SET_MSRS"};
inline constexpr Request<kvm_xcrs> kGetXcrs{KVM_GET_XCRS, "KVM_GET_XCRS"};
inline constexpr Request<kvm_xcrs> kSetXcrs{KVM_SET_XCRS, "KVM_SET_XCRS"};
inline constexpr Request<XsaveArea> kGetXsave{_IOR(KVMIO, 0xa4, XsaveArea), "KVM_GET_XSAVE"};
inline constexpr Request<XsaveArea> kSetXsave{_IOW(KVMIO, 0xa5, XsaveArea), "KVM_SET_XSAVE"};
inline constexpr Request<XsaveArea> kGetXsave2{_IOR(KVMIO, 0xcf, XsaveArea), "KVM_GET_XSAVE2"};
inline constexpr Request<kvm_guest_debug> kSetGuestDebug{KVM_SET_GUEST_DEBUG, "KVM_SET_GUEST_DEBUG"};
inline constexpr Request<kvm_device_attr> kSetDeviceAttr{KVM_SET_DEVICE_ATTR, "KVM_SET_DEVICE_ATTR"};

/// "KVM_CREATE_VM"; "ioctl 0x…" for one that Husk does not make.
std::string request_name(unsigned long number);

/// Calls, again if a signal came first; throws Error naming the request if the kernel refuses.
int call(Kernel& kernel, int fd, const PlainRequest& request, std::uintptr_t argument = 0);
int call_raw(Kernel& kernel, int fd, unsigned long number, const char* name, std::uintptr_t argument);

template <typename Arg>
int call(Kernel& kernel, int fd, const Request<Arg>& request, Arg& argument)
{
    return call_raw(kernel, fd, request.number, request.name, reinterpret_cast<std::uintptr_t>(&argument));
}

}  // namespace husk::kvm
