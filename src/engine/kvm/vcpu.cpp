#include "engine/kvm/vcpu.hpp"

#include "engine/kvm/convert.hpp"
#include "engine/kvm/debug.hpp"
#include "engine/kvm/decode.hpp"

#include <husk/error.hpp>

#include <utility>

namespace husk::kvm {

namespace {

// To gather is not free: where KVM_REGISTER_COALESCED_MMIO frees the VM's old list of devices by call_srcu (Linux 6.18 does), a
// VM that closes within the next 20 ms waits for it in kvm_destroy_vm's srcu_barrier. A guest that prints a line and halts must
// not pay for that, so gathering starts when about as much has been spent on single exits.
constexpr std::uint32_t kGatherAfter = 4096;

}  // namespace

Vcpu::Vcpu(Processors& processors, int vm)
    : kernel_{processors.system().kernel()},
      vm_{vm},
      processors_{processors},
      processor_{processors.take(vm)},
      run_{reinterpret_cast<kvm_run*>(page().data())},
      kicker_{kernel_, processor_.fd},
      ring_at_{processors.system().write_ring_page() * kPageSize},
      registers_in_run_page_{processors.system().registers_in_run_page()}
{
    run_->kvm_dirty_regs = 0;
    try {
        xstates_ = xstates(processors.system().cpuid());
        // The instruction that another left when it was done with this processor is not to be completed under the next.
        if (processor_.has_run) settle();
    } catch (...) {
        processors.give_back(processor_);
        throw;
    }
    ended_ = Ended::Not;
    // Only the general registers at each exit: to store the system registers, too, would cost where they are seldom read.
    if (registers_in_run_page_) run_->kvm_valid_regs = KVM_SYNC_X86_REGS;
}

void Vcpu::offer_gathering(std::uint16_t port)
{
    if (ring_at_ != 0 && ring_at_ + sizeof(WriteRing) <= page().size()) offers_.push_back({.port = port});
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
    gathered_ = GatheredWrites{reinterpret_cast<WriteRing*>(page().data() + ring_at_)};
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
            case Ended::Fault: return memory_fault(*run_);
            case Ended::Interrupted: return engine::exits::Interrupted{};
            case Ended::Not: ended_ = enter_guest();
        }
    }
}

/// KVM_RUN. `Not` means that nothing happened but a tick: look at the ring and go on.
Vcpu::Ended Vcpu::enter_guest()
{
    if (enter_kernel() == 0) return Ended::Exit;
    switch (errno) {
        case EINTR: return kicker_.take_kick() ? Ended::Interrupted : Ended::Not;
        case EAGAIN: return Ended::Not;
        case EFAULT: return Ended::Fault;
        default: fail_to_run(errno);
    }
}

int Vcpu::enter_kernel()
{
    processor_.has_run = true;
    processor_.model_set = processor_.vectors_set = true;
    return kernel_.ioctl(fd(), kRun.number, 0);
}

void Vcpu::fail_to_run(int error) const
{
    // KVM_RUN takes registers from the run page before anything else, and leaves the mark of those that it refuses.
    const bool refused = error == EINVAL && (run_->kvm_dirty_regs & KVM_SYNC_X86_SREGS) != 0;
    throw Error{refused ? kSetSregs.name : kRun.name, error};
}

engine::Exit Vcpu::decode()
{
    consider_gathering();
    if (run_->exit_reason == KVM_EXIT_SHUTDOWN) return shutdown(system_registers(), registers());
    if (run_->exit_reason == KVM_EXIT_DEBUG) return debug_exit(*run_, debug_);
    return kvm::decode(*run_, page());
}

void Vcpu::settle()
{
    if (ended_ == Ended::Exit) {
        // What was gathered came before this exit, which is still to be told; but nothing more is to be told of an instruction that
        // is done.
        if (is_step(*run_)) ended_ = Ended::Not;
        return;
    }
    // api.rst, "KVM_RUN": userspace re-enters with immediate_exit set to complete the pending operation and nothing more.
    run_->immediate_exit = 1;
    const int result = enter_kernel();
    const int error = errno;
    run_->immediate_exit = 0;
    if (result == 0) {
        // The next item of a string instruction; or the one that the debugger wanted to be done is.
        if (!is_step(*run_)) ended_ = Ended::Exit;
    } else if (error != EINTR) {
        fail_to_run(error);
    }
}

// To get or set registers costs KVM as much as an exit, for it loads the processor and puts it away again. So, where KVM can, those
// to be set travel in the run page with the next KVM_RUN, and the general registers come back with it: api.rst,
// "KVM_CAP_SYNC_REGS".

x86::Registers Vcpu::registers()
{
    const bool in_page = processor_.has_run || (run_->kvm_dirty_regs & KVM_SYNC_X86_REGS) != 0;
    if (registers_in_run_page_ && in_page) return from_kvm(run_->s.regs.regs);
    kvm_regs regs{};
    call(kernel_, fd(), kGetRegs, regs);
    return from_kvm(regs);
}

void Vcpu::set_registers(const x86::Registers& registers)
{
    kvm_regs regs = to_kvm(registers);
    if (registers_in_run_page_) {
        run_->s.regs.regs = regs;
        run_->kvm_dirty_regs |= KVM_SYNC_X86_REGS;
    } else {
        call(kernel_, fd(), kSetRegs, regs);
    }
}

x86::SystemRegisters Vcpu::system_registers()
{
    return from_kvm(read_sregs());
}

void Vcpu::set_system_registers(const x86::SystemRegisters& system)
{
    write_sregs(system, processor_.has_run ? read_sregs() : processor_.sregs_at_reset);
}

void Vcpu::reset_system_registers(const x86::SystemRegisters& system)
{
    write_sregs(system, processor_.sregs_at_reset);
}

void Vcpu::write_sregs(const x86::SystemRegisters& system, kvm_sregs sregs)
{
    to_kvm(system, sregs);
    if (registers_in_run_page_) {
        run_->s.regs.sregs = sregs;
        run_->kvm_dirty_regs |= KVM_SYNC_X86_SREGS;
    } else {
        call(kernel_, fd(), kSetSregs, sregs);
    }
}

kvm_sregs Vcpu::read_sregs()
{
    if ((run_->kvm_dirty_regs & KVM_SYNC_X86_SREGS) != 0) return run_->s.regs.sregs;
    kvm_sregs sregs{};
    call(kernel_, fd(), kGetSregs, sregs);
    return sregs;
}

}  // namespace husk::kvm
