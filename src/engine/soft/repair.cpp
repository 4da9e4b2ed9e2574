// Instructions whose result Unicorn 2.1.1 (QEMU 5.0) gets wrong, and how it is put right. docs/soft-engine.md lists them.
#include "engine/soft/cpu/general_registers.hpp"
#include "engine/soft/vcpu.hpp"

namespace husk::soft {

using Kind = SiteInstruction::Kind;

/// LOOPE, LOOPNE, which Unicorn leaves with no flags that mean anything when the count ends them. SDM Vol. 2A, "LOOP/LOOPcc".
Vcpu::Result Vcpu::loop_while(const SiteInstruction& instruction)
{
    const x86::State before = state();
    x86::Registers after = before.registers;
    pass(after, instruction.size);
    const std::uint64_t mask = low_bytes(instruction.address_bits / 8);
    const std::uint64_t count = (before.registers.rcx - 1) & mask;
    // A count of 32 bits clears the upper half, one of 16 leaves what is above it.
    after.rcx = instruction.address_bits == 16 ? (before.registers.rcx & ~mask) | count : count;
    if (count != 0 && before.registers.rflags.has(x86::Rflags::ZF) == instruction.while_zero) {
        const auto distance = static_cast<std::int8_t>(*instruction.immediate);
        after.rip = (after.rip + static_cast<std::uint64_t>(distance)) & low_bytes(instruction.width);
        const bool is_64_bit = x86::bits_of_code(before.system) == 64;
        if (!is_64_bit && after.rip > before.system.cs.limit) return raise(x86::kProtectionFault);
    }
    return done(after);
}

Vcpu::Result Vcpu::with_repair(const SiteInstruction& instruction)
{
    // Unicorn forgets that an immediate follows and is one byte off. SDM Vol. 2A, "RIP-Relative Addressing" (2.2.1.6).
    if (instruction.kind == Kind::DoubleShift)
        return engine::exits::CannotExecute{"the software engine has no shld and shrd by an immediate of memory relative to rip"};
    repair_ = Repair{instruction, emulator_.registers()};
    std::array<std::byte, kLongestInstruction> bytes{};
    const auto code = emulator_.code_at_hand(bytes);
    const unsigned bits = x86::bits_of_code(emulator_.system_registers());
    return emulator_.segment_rules().concern(code, bits) ? checked_step() : step(true);
}

/// An instruction is done.
void Vcpu::repair()
{
    const auto done = std::exchange(repair_, std::nullopt);
    if (!done) return;
    switch (done->instruction.kind) {
        case Kind::CompareExchange: return repair_exchange(done->instruction, done->before);
        case Kind::LockedNegate: return repair_negation(done->before);
        // CMPXCHG8B takes the flags that it keeps from an earlier time, but not where it stands alone, as it did now.
        default: return;
    }
}

/// CMPXCHG of 32 bits writes to one operand only, and no upper half but that one's is cleared: not RAX's if they were equal, not
/// the destination's if not. SDM Vol. 2A, "CMPXCHG".
void Vcpu::repair_exchange(const SiteInstruction& instruction, const x86::Registers& before)
{
    const auto destination = kGeneralRegisters.at(instruction.reg);
    const bool is_accumulator = !instruction.in_memory && instruction.reg == 0;
    auto registers = emulator_.registers();
    if (registers.rflags.has(x86::Rflags::ZF)) {
        if (!is_accumulator) registers.rax = before.rax;
    } else if (!instruction.in_memory) {
        registers.*destination = before.*destination;
    }
    emulator_.set_registers(registers);
}

/// LOCK NEG leaves the flags of what was in memory, not of its negation. So negate that, too, for its flags, and once more.
void Vcpu::repair_negation(const x86::Registers& before)
{
    const auto negate_again = [&] {
        auto registers = emulator_.registers();
        registers.rip = before.rip;
        emulator_.set_registers(registers);
        emulator_.step(true);
        return emulator_.registers();
    };
    const auto flags = negate_again().rflags;
    auto registers = negate_again();
    registers.rflags = flags;
    emulator_.set_registers(registers);
}

}  // namespace husk::soft
