// The instructions at sites: what Vcpu executes on the registers, because devices take part in it or Unicorn does not know it.
#include "engine/soft/cpu/general_registers.hpp"
#include "engine/soft/cpu/io_permission.hpp"
#include "engine/soft/cpu/segment_fault.hpp"
#include "engine/soft/cpu/system_call.hpp"
#include "engine/soft/decode/misread.hpp"
#include "engine/soft/vcpu.hpp"

namespace husk::soft {

namespace {

namespace exits = engine::exits;
using Kind = SiteInstruction::Kind;

/// With others of these LOCK is an invalid opcode. SDM Vol. 2A, "LOCK" (3.3).
bool may_be_locked(const SiteInstruction& instruction)
{
    const bool exchange = instruction.kind == Kind::CompareExchange && instruction.in_memory;
    return exchange || instruction.kind == Kind::CompareExchange8 || instruction.kind == Kind::LockedNegate;
}

}  // namespace

Vcpu::Result Vcpu::at_site()
{
    if (!debug_.watches.empty() && emulator_.at_breakpoint()) return exits::Debug{};
    std::array<std::byte, kLongestInstruction> bytes{};
    const auto code = emulator_.code_at_hand(bytes);
    const unsigned bits = x86::bits_of_code(emulator_.system_registers());
    if (const auto instruction = decode_site_instruction(code, bits)) return execute(*instruction);
    if (is_misread(code, bits)) return invalid();
    if (emulator_.segment_rules().concern(code, bits)) return checked_step();
    emulator_.forget_site();
    return std::nullopt;
}

/// One instruction of Unicorn's, if segments allow it.
Vcpu::Result Vcpu::checked_step()
{
    std::array<std::byte, kLongestInstruction> bytes{};
    if (const auto fault = segment_fault(disassembler_, emulator_.code_at_hand(bytes), state())) return raise(*fault);
    return step(true);
}

Vcpu::Result Vcpu::execute(const SiteInstruction& instruction)
{
    if (instruction.locked && !may_be_locked(instruction)) return raise({.vector = x86::kInvalidOpcode});
    before_load_.reset();
    switch (instruction.kind) {
        case Kind::In:
        case Kind::Out:
        case Kind::StringIn:
        case Kind::StringOut: return port(instruction);
        case Kind::Halt: return halt(instruction);
        case Kind::Debug: {
            x86::Registers past = emulator_.registers();
            pass(past, instruction.size);
            return deliver(event_of({.vector = x86::kDebugException}, past.rip));
        }
        case Kind::Interrupt:
        case Kind::Breakpoint:
        case Kind::Overflow: return interrupt(instruction);
        case Kind::SystemCall:
        case Kind::SystemEnter: return system_call(instruction);
        case Kind::ReadCr8:
        case Kind::WriteCr8: return cr8(instruction);
        case Kind::WriteControl: return write_control(instruction);
        case Kind::ReadMsr:
        case Kind::WriteMsr: return msr(instruction.kind);
        case Kind::LoadTask: return load_task();
        case Kind::WriteDebug: return write_debug(instruction);
        case Kind::LockedBitTest: break;  // locked
        case Kind::LoopWhile: return loop_while(instruction);
        case Kind::CompareExchange:
        case Kind::CompareExchange8:
        case Kind::LockedNegate:
        case Kind::DoubleShift: return with_repair(instruction);
    }
    return std::nullopt;
}

Vcpu::Result Vcpu::halt(const SiteInstruction& instruction)
{
    if (emulator_.privilege() != 0) return raise(x86::kProtectionFault);
    auto registers = emulator_.registers();
    pass(registers, instruction.size);
    emulator_.set_registers(registers);
    return exits::Halt{};
}

/// Here because Unicorn takes INT 6 for an invalid opcode, and forgets where the instruction began: an exception on the way to the
/// handler is told of there. SDM Vol. 2A, "INT n/INTO/INT3/INT1—Call to Interrupt Procedure".
Vcpu::Result Vcpu::interrupt(const SiteInstruction& instruction)
{
    x86::Registers past = emulator_.registers();
    pass(past, instruction.size);
    Event event{.software = true, .error_code = {}, .return_to = past.rip};
    switch (instruction.kind) {
        case Kind::Breakpoint: event.vector = x86::kBreakpoint; break;
        case Kind::Overflow: event.vector = x86::kOverflow; break;
        default:
            // In virtual-8086 mode INT n, and it alone, heeds IOPL.
            if (past.rflags.has(x86::Rflags::VM) && io_privilege(past) < 3) return raise(x86::kProtectionFault);
            event.vector = *instruction.immediate;
    }
    if (instruction.kind == Kind::Overflow && !past.rflags.has(x86::Rflags::OF)) return done(past);
    return deliver(event);
}

Vcpu::Result Vcpu::system_call(const SiteInstruction& instruction)
{
    const x86::State before = state();
    x86::Registers past = before.registers;
    pass(past, instruction.size);
    const auto msrs = emulator_.system_call_registers();
    const auto after =
        instruction.kind == Kind::SystemCall ? soft::system_call(before, msrs, past.rip) : system_enter(before, msrs);
    if (!after) return raise(after.error());
    emulator_.set_system_registers(after->system);
    emulator_.set_registers(after->registers);
    return std::nullopt;
}

Vcpu::Result Vcpu::done(const x86::Registers& registers)
{
    emulator_.set_registers(registers);
    if (registers.rflags.has(x86::Rflags::TF)) return raise({.vector = x86::kDebugException});
    return std::nullopt;
}

/// Moves the instruction pointer past an instruction of `size` bytes.
void Vcpu::pass(x86::Registers& registers, std::uint8_t size)
{
    const unsigned bits = x86::bits_of_code(emulator_.system_registers());
    registers.rip = (registers.rip + size) & low_bytes(bits / 8);
    registers.rflags = registers.rflags.without(x86::Rflags::RF);
}

}  // namespace husk::soft
