#pragma once

#include "base/unique_fd.hpp"
#include "engine/kvm/system.hpp"
#include "engine/kvm/vcpu.hpp"
#include "engine/vm.hpp"

#include <memory>

namespace husk::kvm {

/// A virtual machine of KVM's.
class Vm final : public engine::Vm {
public:
    explicit Vm(const System& system);

    void map(const GuestMemory& memory) override;
    void gather_writes(std::uint16_t port) override;
    engine::Vcpu& vcpu() override { return vcpu_; }

private:
    Kernel& kernel_;
    UniqueFd fd_;
    Vcpu vcpu_;
};

/// Opens /dev/kvm and makes one. Throws Error.
std::unique_ptr<engine::Vm> make_vm(Kernel& kernel = Kernel::host());

}  // namespace husk::kvm
