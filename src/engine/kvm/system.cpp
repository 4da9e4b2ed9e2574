#include "engine/kvm/system.hpp"

#include <fmt/format.h>

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
        case ENODEV: return "the device is there but no KVM behind it: load kvm_intel or kvm_amd, or use --engine soft";
        default: return "";
    }
}

}  // namespace

CpuidHeader& Cpuid::header()
{
    return *reinterpret_cast<CpuidHeader*>(words.data());
}

System::System(Kernel& kernel) : kernel_{kernel}, fd_{kernel.open_kvm()}
{
    if (!fd_) throw Error{"open /dev/kvm", errno, hint_for_open(errno)};
    const int version = call(kernel_, fd_.get(), kGetApiVersion);
    // api.rst, "KVM_GET_API_VERSION": applications should refuse to run if it is not 12.
    if (version != KVM_API_VERSION)
        throw Error{kGetApiVersion.name, EPROTO,
                    fmt::format("this host's KVM API has version {}; Husk knows {}", version, KVM_API_VERSION)};
}

UniqueFd System::create_vm() const
{
    return UniqueFd{call(kernel_, fd(), kCreateVm)};
}

int System::capability(int number) const
{
    return call(kernel_, fd(), kCheckExtension, static_cast<std::uintptr_t>(number));
}

std::uint64_t System::run_page_size() const
{
    const auto size = static_cast<std::uint64_t>(call(kernel_, fd(), kGetVcpuMmapSize));
    if (size < sizeof(kvm_run)) throw Error{kGetVcpuMmapSize.name, EPROTO, fmt::format("it answers {} bytes", size)};
    return size;
}

Cpuid System::supported_cpuid() const
{
    // api.rst: E2BIG says that there are more entries than room for them.
    for (std::uint32_t room = 128; room <= 4096; room *= 2) {
        Cpuid cpuid;
        cpuid.words.resize((sizeof(CpuidHeader) + room * sizeof(kvm_cpuid_entry2)) / sizeof(std::uint64_t) + 1);
        cpuid.header().nent = room;
        try {
            call(kernel_, fd(), kGetSupportedCpuid, cpuid.header());
            return cpuid;
        } catch (const Error& error) {
            if (error.code().value() != E2BIG) throw;
        }
    }
    throw Error{kGetSupportedCpuid.name, E2BIG};
}

}  // namespace husk::kvm
