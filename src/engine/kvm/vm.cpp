#include "engine/kvm/vm.hpp"

#include "engine/kvm/told_kernel.hpp"

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

namespace {

/// /dev/kvm stays open, and its answers stay good, for as long as this process lives.
const std::shared_ptr<System>& host_system()
{
    static const auto host = std::make_shared<System>();
    return host;
}

}  // namespace

void keep_device_above(int line)
{
    host_system()->keep_descriptor_above(line);
}

std::unique_ptr<engine::Vm> make_vm(Kernel& kernel)
{
    if (&kernel == &Kernel::host()) return std::make_unique<Vm>(host_system());
    return std::make_unique<Vm>(std::make_shared<System>(kernel));
}

std::unique_ptr<engine::Vm> make_told_vm(StepSink tell)
{
    struct Told {
        explicit Told(StepSink whom) : kernel{std::move(whom)}, system{kernel} {}
        ToldKernel kernel;
        System system;
    };
    const auto told = std::make_shared<Told>(std::move(tell));
    return std::make_unique<Vm>(std::shared_ptr<System>{told, &told->system});
}

}  // namespace husk::kvm
