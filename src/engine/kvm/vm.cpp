#include "engine/kvm/vm.hpp"

#include <husk/error.hpp>

#include <fmt/format.h>

namespace husk::kvm {

namespace {

// Three pages that Intel processors without "unrestricted guest" need for real mode, below the firmware's top: api.rst,
// "KVM_SET_TSS_ADDR". The address is the one every monitor uses.
constexpr std::uintptr_t kTssAddress = 0xFFFB'D000;

UniqueFd create(const System& system)
{
    UniqueFd vm = system.create_vm();
    call(system.kernel(), vm.get(), kSetTssAddr, kTssAddress);
    return vm;
}

}  // namespace

Vm::Vm(const System& system) : kernel_{system.kernel()}, fd_{create(system)}, vcpu_{system, fd_.get()}
{
    vcpu_.set_cpuid(system);
}

void Vm::map(const GuestMemory& memory)
{
    std::uint32_t slot = 0;
    for (const auto& [spec, host] : memory.regions()) {
        kvm_userspace_memory_region region{
            .slot = slot++,
            .flags = 0,
            .guest_phys_addr = spec.base.value,
            .memory_size = spec.size,
            .userspace_addr = reinterpret_cast<std::uintptr_t>(host.data()),
        };
        try {
            call(kernel_, fd_.get(), kSetUserMemoryRegion, region);
        } catch (const Error& error) {
            throw Error{error.call(), error.code().value(),
                        fmt::format("guest memory of {:#x} bytes at {:#x}: more, or elsewhere, than this host's KVM takes",
                                    spec.size, spec.base.value)};
        }
    }
}

void Vm::gather_writes(std::uint16_t port)
{
    vcpu_.offer_gathering(port);
}

std::unique_ptr<engine::Vm> make_vm(Kernel& kernel)
{
    // /dev/kvm stays open, and its answers stay good, for as long as this process lives.
    if (&kernel == &Kernel::host()) {
        static const System host;
        return std::make_unique<Vm>(host);
    }
    return std::make_unique<Vm>(System{kernel});
}

}  // namespace husk::kvm
