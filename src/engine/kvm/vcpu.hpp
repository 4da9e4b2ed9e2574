#pragma once

#include "engine/kvm/gathered.hpp"
#include "engine/kvm/kicker.hpp"
#include "engine/kvm/processors.hpp"
#include "engine/vm.hpp"

#include <linux/kvm.h>

#include <cstdint>
#include <vector>

namespace husk::kvm {

/// A processor that KVM runs.
class Vcpu final : public engine::Vcpu {
public:
    /// One of `processors`, which it gives back; `vm` is the virtual machine's file descriptor.
    Vcpu(Processors& processors, int vm);
    ~Vcpu() override;

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
    void reset_system_registers(const x86::SystemRegisters& system) override;

    std::uint64_t fs_base() override { return base(kFs); }
    void set_fs_base(std::uint64_t base) override { set_base(kFs, base); }
    std::uint64_t gs_base() override { return base(kGs); }
    void set_gs_base(std::uint64_t base) override { set_base(kGs, base); }
    x86::ModelRegisters model_registers() override;
    void set_model_registers(const x86::ModelRegisters& model) override;
    void set_system_call_entry(std::uint64_t lstar, std::uint64_t fmask) override;
    std::uint64_t supported_xcr0() override { return xstates_.supported; }
    std::vector<std::byte> vector_state() override;
    std::size_t vector_state_size() override { return xstates_.size; }
    [[nodiscard]] bool accepts_vector_state(std::span<const std::byte> image) override;
    [[nodiscard]] bool set_vector_state(std::span<const std::byte> image) override;
    engine::DebugAbilities debug_abilities() override;
    void set_debug(const engine::DebugRequest& request) override;
    bool use_host_tsc() override;

    /// The virtual machine's file descriptor has another number.
    void descriptors_moved(int vm) { vm_ = vm; }
    /// Lets KVM gather writes of one byte to `port`, once it pays off.
    void offer_gathering(std::uint16_t port);

private:
    /// How the last KVM_RUN ended, while what it gathered is still being handed out.
    enum class Ended { Not, Exit, Fault, Interrupted };

    /// A segment whose base an MSR holds.
    struct Based {
        std::uint32_t msr;
        kvm_segment kvm_sregs::*segment;
    };
    static constexpr Based kFs{0xC000'0100, &kvm_sregs::fs}, kGs{0xC000'0101, &kvm_sregs::gs};

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
    void hand_over_registers();
    void write_sregs(const x86::SystemRegisters& system, kvm_sregs rest);
    std::uint64_t base(const Based& of);
    void set_base(const Based& of, std::uint64_t base);
    int fd() const { return processor_.fd.get(); }
    std::span<std::byte> page() const { return processor_.page.bytes(); }
    /// KVM's XSAVE area, of which the image of the vector state is the start.
    std::vector<std::byte> read_xsave();
    engine::Exit decode();
    void consider_gathering();
    void gather(std::uint16_t port);

    Kernel& kernel_;
    int vm_;
    Processors& processors_;
    Processor& processor_;
    kvm_run* run_;
    Kicker kicker_;
    std::vector<Offer> offers_;
    std::uint64_t ring_at_ = 0;  ///< offset of the ring in the run page; 0 if this KVM gathers no port writes
    GatheredWrites gathered_;
    bool gathering_ = false;
    Ended ended_ = Ended::Not;
    bool registers_in_run_page_ = false;
    engine::DebugRequest debug_;
    Xstates xstates_;
};

}  // namespace husk::kvm
