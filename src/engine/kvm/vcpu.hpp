#pragma once

#include "base/mapping.hpp"
#include "base/unique_fd.hpp"
#include "engine/kvm/gathered.hpp"
#include "engine/kvm/kicker.hpp"
#include "engine/kvm/system.hpp"
#include "engine/vm.hpp"

#include <linux/kvm.h>

#include <cstdint>
#include <vector>

namespace husk::kvm {

/// A processor that KVM runs.
class Vcpu final : public engine::Vcpu {
public:
    /// `vm` is the virtual machine's file descriptor.
    Vcpu(const System& system, int vm);

    /// Shows the guest the processor as this KVM can.
    void set_cpuid(const System& system);

    void enter(engine::Deadline deadline) override;
    void leave() noexcept override { kicker_.leave(); }
    engine::Exit run() override;
    void settle() override;
    void kick() noexcept override { kicker_.kick(); }

    x86::Registers registers() override;
    void set_registers(const x86::Registers& registers) override;
    x86::SystemRegisters system_registers() override;
    /// A state that KVM refuses is an Error of KVM_SET_SREGS, here or at the next run().
    void set_system_registers(const x86::SystemRegisters& system) override;

    /// Lets KVM gather writes of one byte to `port`, once it pays off.
    void offer_gathering(std::uint16_t port);

private:
    /// How the last KVM_RUN ended, while what it gathered is still being handed out.
    enum class Ended { Not, Exit, Interrupted };

    /// A port whose writes KVM may gather, and how often they have left the guest because it does not yet.
    struct Offer {
        std::uint16_t port = 0;
        std::uint32_t exits = 0;
    };

    Ended enter_guest();
    /// KVM_RUN: its result. The run page then holds the registers, if they travel in it.
    int enter_kernel();
    [[noreturn]] void fail_to_run(int error) const;
    kvm_sregs read_sregs();
    engine::Exit decode();
    void consider_gathering();
    void gather(std::uint16_t port);

    Kernel& kernel_;
    int vm_;
    UniqueFd fd_;
    Mapping page_;
    kvm_run* run_ = nullptr;
    Kicker kicker_;
    std::vector<Offer> offers_;
    std::uint64_t ring_at_ = 0;  ///< offset of the ring in the run page; 0 if this KVM gathers no port writes
    GatheredWrites gathered_;
    bool gathering_ = false;
    Ended ended_ = Ended::Not;
    bool has_run_ = false;
    bool registers_in_run_page_ = false;
    kvm_sregs sregs_at_reset_{};  ///< for the fields that x86::SystemRegisters leaves alone
};

}  // namespace husk::kvm
