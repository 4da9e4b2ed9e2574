#include "engine/kvm/vm.hpp"

#include <utility>

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

Vm::Vm(std::shared_ptr<System> system)
    : system_{std::move(system)},
      fd_{create(*system_)},
      slots_{system_->kernel()},
      processors_{system_},
      vcpu_{processors_, fd_.get()}
{}

std::unique_ptr<engine::Vcpu> Vm::add_vcpu()
{
    return std::make_unique<Vcpu>(processors_, fd_.get());
}

void Vm::keep_descriptors_above(int line)
{
    processors_.keep_descriptors_above(line);
    fd_.move_above(line);
    vcpu_.descriptors_moved(fd_.get());
    system_->keep_descriptor_above(line);
}

std::unique_ptr<engine::Vm> make_vm(Kernel& kernel)
{
    // /dev/kvm stays open, and its answers stay good, for as long as this process lives.
    if (&kernel == &Kernel::host()) {
        static const auto host = std::make_shared<System>();
        return std::make_unique<Vm>(host);
    }
    return std::make_unique<Vm>(std::make_shared<System>(kernel));
}

}  // namespace husk::kvm
