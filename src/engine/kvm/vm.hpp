#pragma once

#include "base/unique_fd.hpp"
#include "engine/kvm/processors.hpp"
#include "engine/kvm/slots.hpp"
#include "engine/kvm/system.hpp"
#include "engine/kvm/vcpu.hpp"
#include "engine/vm.hpp"

#include <husk/step.hpp>

#include <memory>

namespace husk::kvm {

/// A virtual machine of KVM's.
class Vm final : public engine::Vm {
public:
    explicit Vm(std::shared_ptr<System> system);

    void add_memory(GuestPhys base, std::span<std::byte> host, bool writable) override
    {
        slots_.add(fd_.get(), base, host, writable);
    }
    void remove_memory(GuestPhys base, std::uint64_t size) override { slots_.remove(fd_.get(), base, size); }
    bool follows_host_mappings() const override { return true; }
    void protect(GuestPhys, std::uint64_t, engine::Access) override {}
    void gather_writes(std::uint16_t port) override { vcpu_.offer_gathering(port); }
    x86::CpuFeatures cpu_features() const override { return features_of(system_->cpuid()); }
    void kick_exactly() override {}
    engine::Vcpu& vcpu() override { return vcpu_; }
    std::unique_ptr<engine::Vcpu> add_vcpu() override;
    void keep_descriptors_above(int line) override;

private:
    std::shared_ptr<System> system_;
    UniqueFd fd_;
    Slots slots_;
    Processors processors_;
    Vcpu vcpu_;
};

/// Moves this process's /dev/kvm to a descriptor from `line` on. Throws Error if there is none.
void keep_device_above(int line);

/// Opens /dev/kvm and makes one. Throws Error.
std::unique_ptr<engine::Vm> make_vm(Kernel& kernel = Kernel::host());
/// The same, from the very beginning, for somebody who is told of each step.
std::unique_ptr<engine::Vm> make_told_vm(StepSink tell);

}  // namespace husk::kvm
