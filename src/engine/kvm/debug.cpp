#include "engine/kvm/debug.hpp"

#include "engine/kvm/vcpu.hpp"

#include <array>
#include <bit>

namespace husk::kvm {

namespace {

constexpr std::size_t kControl = 7, kStatus = 6;  // of the debug registers

// DR7. SDM Vol. 3B, "Debug Control Register (DR7)" (18.2.4).
constexpr unsigned kFirstCondition = 16, kFirstLength = 18, kBitsOfOne = 4;
constexpr std::uint64_t kGlobal = 0b10, kAlwaysOne = 1u << 10;

// DR6. SDM Vol. 3B, "Debug Status Register (DR6)" (18.2.3).
constexpr std::uint64_t kMet = 0b1111, kSingleStep = 1u << 14;

constexpr std::uint32_t kBreakpointException = 3;

std::uint64_t condition(engine::Watch::On on)
{
    switch (on) {
        case engine::Watch::On::Execute: return 0b00;
        case engine::Watch::On::Write: return 0b01;
        case engine::Watch::On::Access: return 0b11;
    }
    return 0;
}

std::uint64_t length(std::uint8_t size)
{
    constexpr std::uint64_t kEight = 0b10;
    return size == 8 ? kEight : size - 1u;
}

}  // namespace

kvm_guest_debug to_kvm(const engine::DebugRequest& request)
{
    kvm_guest_debug debug{};
    if (request.step) debug.control |= KVM_GUESTDBG_SINGLESTEP;
    if (request.trap_instructions) debug.control |= KVM_GUESTDBG_USE_SW_BP;
    if (!request.watches.empty()) debug.control |= KVM_GUESTDBG_USE_HW_BP;
    if (debug.control == 0) return debug;
    debug.control |= KVM_GUESTDBG_ENABLE;
    debug.arch.debugreg[kControl] = kAlwaysOne;
    for (std::size_t i = 0; i < request.watches.size(); ++i) {
        const engine::Watch& watch = request.watches[i];
        debug.arch.debugreg[i] = watch.at;
        debug.arch.debugreg[kControl] |= kGlobal << 2 * i | condition(watch.on) << (kFirstCondition + kBitsOfOne * i) |
                                         length(watch.size) << (kFirstLength + kBitsOfOne * i);
    }
    return debug;
}

engine::exits::Debug debug_exit(const kvm_run& run, const engine::DebugRequest& request)
{
    const auto& debug = run.debug.arch;
    if (debug.exception == kBreakpointException) return {.trap_instruction = true};
    engine::exits::Debug exit{.stepped = (debug.dr6 & kSingleStep) != 0};
    for (std::size_t i = 0; i < request.watches.size(); ++i) {
        const bool met = (debug.dr6 >> i & 1) != 0;
        if (met && request.watches[i].on != engine::Watch::On::Execute) exit.data = request.watches[i].at;
    }
    return exit;
}

bool is_step(const kvm_run& run)
{
    if (run.exit_reason != KVM_EXIT_DEBUG || run.debug.arch.exception == kBreakpointException) return false;
    return (run.debug.arch.dr6 & kSingleStep) != 0 && (run.debug.arch.dr6 & kMet) == 0;
}

Vcpu::~Vcpu()
{
    try {
        set_debug({});
    } catch (const Error&) {
        // Whoever takes the processor next asks for what it wants.
    }
    processors_.give_back(processor_);
}

engine::DebugAbilities Vcpu::debug_abilities()
{
    return &kernel_ == &Kernel::host() ? kvm::debug_abilities() : probe_debug(kernel_);
}

/// KVM steps the instruction that its own registers are at when it is asked to: none may wait in the run page.
void Vcpu::hand_over_registers()
{
    if ((run_->kvm_dirty_regs & KVM_SYNC_X86_REGS) != 0) call(kernel_, fd(), kSetRegs, run_->s.regs.regs);
    if ((run_->kvm_dirty_regs & KVM_SYNC_X86_SREGS) != 0) call(kernel_, fd(), kSetSregs, run_->s.regs.sregs);
    run_->kvm_dirty_regs = 0;
}

void Vcpu::set_debug(const engine::DebugRequest& request)
{
    // A step that was told of under the last request means nothing under this one.
    if (ended_ == Ended::Exit && is_step(*run_)) ended_ = Ended::Not;
    if (request == debug_) return;
    if (request.step) hand_over_registers();
    kvm_guest_debug debug = to_kvm(request);
    call(kernel_, fd(), kSetGuestDebug, debug);
    debug_ = request;
}

}  // namespace husk::kvm
