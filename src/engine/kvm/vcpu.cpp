#include "engine/kvm/vcpu.hpp"

#include "engine/kvm/convert.hpp"
#include "engine/kvm/decode.hpp"

#include <husk/error.hpp>

#include <utility>

namespace husk::kvm {

namespace {

// To gather is not free. Since Linux 6.18 a VM that closes within some 20 ms of KVM_REGISTER_COALESCED_MMIO waits that long for
// the kernel's readers of the old list of devices (kvm_io_bus_register_dev frees it by call_srcu, kvm_destroy_vm waits for that);
// earlier kernels wait in the request. A guest that prints a line and halts must not pay for it, so it starts when about as much
// has been spent on single exits.
constexpr std::uint32_t kGatherAfter = 4096;

}  // namespace

Vcpu::Vcpu(const System& system, int vm)
    : kernel_{system.kernel()},
      vm_{vm},
      fd_{call(kernel_, vm, kCreateVcpu, 0)},
      page_{kernel_.map_run_page(fd_.get(), system.run_page_size())},
      run_{reinterpret_cast<kvm_run*>(page_.bytes().data())},
      kicker_{kernel_, fd_.get()}
{}

void Vcpu::set_cpuid(const System& system)
{
    Cpuid& cpuid = kernel_.cpuid.get([&] { return system.supported_cpuid(); });
    call(kernel_, fd_.get(), kSetCpuid2, cpuid.header());
}

void Vcpu::offer_gathering(std::uint16_t port, std::uint64_t ring_page)
{
    if (ring_page * kPageSize + sizeof(WriteRing) > page_.bytes().size()) return;
    offers_.push_back({.port = port});
    ring_page_ = ring_page;
}

void Vcpu::consider_gathering()
{
    if (run_->exit_reason != KVM_EXIT_IO || run_->io.direction != KVM_EXIT_IO_OUT || run_->io.size != 1) return;
    for (Offer& offer : offers_)
        if (offer.port == run_->io.port && ++offer.exits == kGatherAfter) gather(offer.port);
}

void Vcpu::gather(std::uint16_t port)
{
    kvm_coalesced_mmio_zone zone{};
    zone.addr = port;
    zone.size = 1;
    zone.pio = 1;
    call(kernel_, vm_, kRegisterCoalescedMmio, zone);
    if (gathering_) return;
    gathered_ = GatheredWrites{reinterpret_cast<WriteRing*>(page_.bytes().data() + ring_page_ * kPageSize)};
    gathering_ = true;
    kicker_.start_ticking();
}

void Vcpu::enter(engine::Deadline deadline)
{
    kicker_.enter(deadline, gathering_);
}

engine::Exit Vcpu::run()
{
    for (;;) {
        // What was gathered came before the exit that KVM_RUN ended with: hand it out first.
        if (auto writes = gathered_.take()) return *writes;
        switch (std::exchange(ended_, Ended::Not)) {
            case Ended::Exit: return decode();
            case Ended::Interrupted: return engine::exits::Interrupted{};
            case Ended::Not: ended_ = enter_guest();
        }
    }
}

/// KVM_RUN. `Not` means that nothing happened but a tick: look at the ring and go on.
Vcpu::Ended Vcpu::enter_guest()
{
    if (kernel_.ioctl(fd_.get(), kRun.number, 0) == 0) return Ended::Exit;
    switch (errno) {
        case EINTR: return kicker_.take_kick() ? Ended::Interrupted : Ended::Not;
        case EAGAIN: return Ended::Not;
        case EFAULT: throw Error{kRun.name, EFAULT, "the host has no memory behind an address that the guest used"};
        default: throw Error{kRun.name, errno};
    }
}

engine::Exit Vcpu::decode()
{
    consider_gathering();
    if (run_->exit_reason == KVM_EXIT_SHUTDOWN) return shutdown(system_registers(), registers());
    return kvm::decode(*run_, page_.bytes());
}

void Vcpu::settle()
{
    // api.rst, "KVM_RUN": userspace re-enters with immediate_exit set to complete the pending operation and nothing more.
    run_->immediate_exit = 1;
    const int result = kernel_.ioctl(fd_.get(), kRun.number, 0);
    const int error = errno;
    run_->immediate_exit = 0;
    if (result == 0) {
        ended_ = Ended::Exit;  // the next item of a string instruction
    } else if (error != EINTR) {
        throw Error{kRun.name, error};
    }
}

x86::Registers Vcpu::registers()
{
    kvm_regs regs{};
    call(kernel_, fd_.get(), kGetRegs, regs);
    return from_kvm(regs);
}

void Vcpu::set_registers(const x86::Registers& registers)
{
    kvm_regs regs = to_kvm(registers);
    call(kernel_, fd_.get(), kSetRegs, regs);
}

x86::SystemRegisters Vcpu::system_registers()
{
    kvm_sregs sregs{};
    call(kernel_, fd_.get(), kGetSregs, sregs);
    last_sregs_ = sregs;
    return from_kvm(sregs);
}

void Vcpu::set_system_registers(const x86::SystemRegisters& system)
{
    if (!last_sregs_) system_registers();
    to_kvm(system, *last_sregs_);
    call(kernel_, fd_.get(), kSetSregs, *last_sregs_);
}

}  // namespace husk::kvm
