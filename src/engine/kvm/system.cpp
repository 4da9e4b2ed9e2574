#include "engine/kvm/system.hpp"

#include "x86/vector_state.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace husk::kvm {

namespace {

const char* hint_for_open(int error)
{
    switch (error) {
        case ENOENT:
            return "no KVM on this host: load kvm_intel or kvm_amd, enable virtualization in the firmware, or use --engine soft";
        case EACCES:
        case EPERM:
            return "no permission: join the group that owns /dev/kvm, usually with `sudo usermod -aG kvm $USER`, and log in again";
        case ENXIO:
        case ENODEV: return "the file is there but no KVM behind it: load kvm_intel or kvm_amd, or use --engine soft";
        default: return "";
    }
}

int checked_api_version(Kernel& kernel, int fd)
{
    try {
        return call(kernel, fd, kGetApiVersion);
    } catch (const Error& error) {
        // Some other device under that name, as a sandbox may put there to hide the real one.
        if (error.code().value() == ENOTTY) throw Error{"open /dev/kvm", ENODEV, hint_for_open(ENODEV)};
        throw;
    }
}

}  // namespace

System::System(Kernel& kernel) : kernel_{kernel}, fd_{kernel.open_kvm()}
{
    if (!fd_) throw Error{"open /dev/kvm", errno, hint_for_open(errno)};
    const int version = checked_api_version(kernel_, fd_.get());
    // api.rst, "KVM_GET_API_VERSION": applications should refuse to run if it is not 12.
    if (version != KVM_API_VERSION)
        throw Error{kGetApiVersion.name, EPROTO,
                    fmt::format("this host's KVM API has version {}; Husk knows {}", version, KVM_API_VERSION)};

    run_page_size_ = static_cast<std::uint64_t>(ask(kGetVcpuMmapSize));
    if (run_page_size_ < sizeof(kvm_run))
        throw Error{kGetVcpuMmapSize.name, EPROTO, fmt::format("it answers {} bytes", run_page_size_)};
    constexpr int kBoth = KVM_SYNC_X86_REGS | KVM_SYNC_X86_SREGS;
    registers_in_run_page_ = (capability(KVM_CAP_SYNC_REGS) & kBoth) == kBoth;
    // api.rst: KVM_CAP_COALESCED_MMIO answers the page of the ring, KVM_CAP_COALESCED_PIO that it takes ports too.
    if (capability(KVM_CAP_COALESCED_PIO) > 0) write_ring_page_ = static_cast<std::uint64_t>(capability(KVM_CAP_COALESCED_MMIO));
    // api.rst: KVM_CAP_XSAVE2 answers the size, at least that of KVM_GET_XSAVE.
    const int xsave_size = capability(KVM_CAP_XSAVE2);
    has_xsave2_ = xsave_size > 0;
    xsave_size_ = std::max(sizeof(XsaveArea), static_cast<std::size_t>(std::max(xsave_size, 0)));
}

int System::ask(const PlainRequest& request, std::uintptr_t argument) const
{
    const std::lock_guard lock{moving_};
    return call(kernel_, fd_.get(), request, argument);
}

void System::keep_descriptor_above(int line)
{
    const std::lock_guard lock{moving_};
    fd_.move_above(line);
}

UniqueFd System::create_vm() const
{
    return UniqueFd{ask(kCreateVm)};
}

int System::capability(int number) const
{
    return ask(kCheckExtension, static_cast<std::uintptr_t>(number));
}

Cpuid System::supported_cpuid() const
{
    const std::lock_guard lock{moving_};
    // api.rst: E2BIG says that there are more entries than room for them.
    for (std::uint32_t room = 128; room <= 4096; room *= 2) {
        Cpuid cpuid;
        cpuid.words.resize((sizeof(CpuidHeader) + room * sizeof(kvm_cpuid_entry2)) / sizeof(std::uint64_t) + 1);
        cpuid.header().nent = room;
        try {
            call(kernel_, fd_.get(), kGetSupportedCpuid, cpuid.header());
            return cpuid;
        } catch (const Error& error) {
            if (error.code().value() != E2BIG) throw;
        }
    }
    throw Error{kGetSupportedCpuid.name, E2BIG};
}

const Cpuid& System::cpuid() const
{
    std::call_once(cpuid_asked_, [&] { cpuid_ = supported_cpuid(); });
    return cpuid_;
}

const kvm_sregs& System::sregs_at_reset(int vcpu) const
{
    std::call_once(sregs_asked_, [&] { call(kernel_, vcpu, kGetSregs, sregs_at_reset_); });
    return sregs_at_reset_;
}

std::uint32_t System::mxcsr_mask(const std::function<std::vector<std::byte>()>& read_area) const
{
    std::call_once(mask_asked_, [&] {
        const auto mask = x86::load_at<std::uint32_t>(read_area(), x86::VectorState::kMxcsrMask);
        mxcsr_mask_ = mask == 0 ? x86::kDefaultMxcsrMask : mask;
    });
    return mxcsr_mask_;
}

}  // namespace husk::kvm
