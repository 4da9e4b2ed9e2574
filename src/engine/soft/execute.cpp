// The instructions at sites: what Vcpu executes on the registers, because devices take part in it or Unicorn does not know it.
#include "engine/soft/control_rules.hpp"
#include "engine/soft/debug_registers.hpp"
#include "engine/soft/general_registers.hpp"
#include "engine/soft/io_permission.hpp"
#include "engine/soft/misread.hpp"
#include "engine/soft/segment_fault.hpp"
#include "engine/soft/system_call.hpp"
#include "engine/soft/vcpu.hpp"

#include <algorithm>

namespace husk::soft {

namespace {

namespace exits = engine::exits;
using Kind = SiteInstruction::Kind;

constexpr x86::Exception kProtectionFault{.vector = x86::kGeneralProtection, .has_error_code = true};

/// With others of these LOCK is an invalid opcode. SDM Vol. 2A, "LOCK" (3.3).
bool may_be_locked(const SiteInstruction& instruction)
{
    const bool exchange = instruction.kind == Kind::CompareExchange && instruction.in_memory;
    return exchange || instruction.kind == Kind::CompareExchange8 || instruction.kind == Kind::LockedNegate;
}

}  // namespace

Vcpu::Result Vcpu::at_site()
{
    std::array<std::byte, kLongestInstruction> bytes{};
    const auto code = emulator_.code_at_hand(bytes);
    const unsigned bits = x86::bits_of_code(emulator_.system_registers());
    if (const auto instruction = decode_site_instruction(code, bits)) return execute(*instruction);
    if (is_misread(code, bits)) return invalid();
    if (bits != 64 && emulator_.segment_rules().concern(segment_use(code, bits))) return checked_step();
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
    if (emulator_.privilege() != 0) return raise(kProtectionFault);
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
            if (past.rflags.has(x86::Rflags::VM) && io_privilege(past) < 3) return raise(kProtectionFault);
            event.vector = *instruction.immediate;
    }
    if (instruction.kind == Kind::Overflow && !past.rflags.has(x86::Rflags::OF)) {
        emulator_.set_registers(past);
        if (past.rflags.has(x86::Rflags::TF)) return raise({.vector = x86::kDebugException});
        return std::nullopt;
    }
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

/// Unicorn's, but for what it should refuse.
Vcpu::Result Vcpu::write_control(const SiteInstruction& instruction)
{
    const auto [registers, system] = state();
    std::uint64_t value = registers.*kGeneralRegisters.at(instruction.reg);
    if (x86::bits_of_code(system) != 64) value &= low_bytes(4);
    const bool refused = emulator_.privilege() == 0 && refuses_control(instruction.special, value, system);
    return refused ? raise(kProtectionFault) : step(true);
}

Vcpu::Result Vcpu::msr(SiteInstruction::Kind kind)
{
    if (emulator_.privilege() != 0) return raise(kProtectionFault);
    const auto [registers, system] = state();
    const auto number = static_cast<std::uint32_t>(registers.rcx);
    const std::uint64_t value = (registers.rdx & low_bytes(4)) << 32 | (registers.rax & low_bytes(4));
    const bool refused = kind == Kind::ReadMsr ? is_unknown_msr(number) : refuses_msr(number, value, system);
    return refused ? raise(kProtectionFault) : step(true);
}

/// The task priority. SDM Vol. 3A, "Interrupt Priority in 64-Bit Mode" (10.8.6).
Vcpu::Result Vcpu::cr8(const SiteInstruction& instruction)
{
    constexpr std::uint64_t kHighestPriority = 0xF;
    if (emulator_.privilege() != 0) return raise(kProtectionFault);
    auto registers = emulator_.registers();
    auto system = emulator_.system_registers();
    std::uint64_t& reg = registers.*kGeneralRegisters.at(instruction.reg);
    if (instruction.kind == Kind::ReadCr8) {
        reg = system.cr8;
    } else if (reg > kHighestPriority) {
        return raise(kProtectionFault);
    } else {
        system.cr8 = reg;
        emulator_.set_system_registers(system);
    }
    pass(registers, instruction.size);
    emulator_.set_registers(registers);
    if (registers.rflags.has(x86::Rflags::TF)) return raise({.vector = x86::kDebugException});
    return std::nullopt;
}

/// Unicorn loads a null selector, and ends the process when it next looks for a stack in the TSS.
Vcpu::Result Vcpu::load_task()
{
    before_load_ = state();
    return step(true);
}

/// True if LTR took a null selector, which is undone. SDM Vol. 2A, "LTR—Load Task Register".
bool Vcpu::loaded_nothing(Emulator::Event event)
{
    if (!through_ || !before_load_ || event == Emulator::Event::Access) return false;
    const x86::State before = *std::exchange(before_load_, std::nullopt);
    if (!emulator_.system_registers().tr.unusable) return false;
    emulator_.set_system_registers(before.system);
    emulator_.set_registers(before.registers);
    return true;
}

/// The register takes the value, and that is all: no breakpoint is ever met.
Vcpu::Result Vcpu::write_debug(const SiteInstruction& instruction)
{
    auto registers = emulator_.registers();
    const auto system = emulator_.system_registers();
    const auto number = debug_register(instruction.special, system);
    if (!number) return raise({.vector = x86::kInvalidOpcode});
    if (emulator_.privilege() != 0) return raise(kProtectionFault);
    const unsigned operand_size = x86::bits_of_code(system) == 64 ? 8 : 4;
    const auto value = debug_register_value(*number, registers.*kGeneralRegisters.at(instruction.reg) & low_bytes(operand_size));
    if (!value) return raise(kProtectionFault);
    emulator_.set_debug_register(*number, *value);
    pass(registers, instruction.size);
    emulator_.set_registers(registers);
    if (registers.rflags.has(x86::Rflags::TF)) return raise({.vector = x86::kDebugException});
    return std::nullopt;
}

Vcpu::Result Vcpu::port(const SiteInstruction& instruction)
{
    const x86::State before = state();
    const auto number =
        instruction.immediate ? std::uint16_t{*instruction.immediate} : static_cast<std::uint16_t>(before.registers.rdx);
    if (!may_use(before.registers, before.system, number, instruction.width)) return raise(kProtectionFault);
    if (emulator_.traps()) return checked_step();
    const bool is_string = instruction.kind == Kind::StringIn || instruction.kind == Kind::StringOut;
    if (!is_string) return single(instruction, number);
    const auto run = next_run(instruction, before, memory_, emulator_.privilege());
    return run ? string(*run, number) : checked_step();
}

engine::Exit Vcpu::single(const SiteInstruction& instruction, std::uint16_t number)
{
    auto registers = emulator_.registers();
    pass(registers, instruction.size);
    emulator_.set_registers(registers);
    width_ = instruction.width;
    std::memcpy(data_.data(), &registers.rax, sizeof registers.rax);
    const auto data = std::span{data_}.first(width_);
    if (instruction.kind == Kind::Out) return exits::PortOut{number, width_, data};
    pending_ = Pending::PortIn;
    return exits::PortIn{number, width_, data};
}

engine::Exit Vcpu::string(const StringRun& run, std::uint16_t number)
{
    string_.resize(run.size());
    if (run.instruction.kind == Kind::StringIn) {
        run_ = run;
        pending_ = Pending::StringIn;
        return exits::PortIn{number, run.instruction.width, string_};
    }
    std::ranges::copy(*memory_.window(run.at, run.size()), string_.begin());
    auto registers = emulator_.registers();
    if (advance(registers, run)) pass(registers, run.instruction.size);
    emulator_.set_registers(registers);
    return exits::PortOut{number, run.instruction.width, string_};
}

/// Moves the instruction pointer past an instruction of `size` bytes.
void Vcpu::pass(x86::Registers& registers, std::uint8_t size)
{
    const unsigned bits = x86::bits_of_code(emulator_.system_registers());
    registers.rip = (registers.rip + size) & low_bytes(bits / 8);
    registers.rflags = registers.rflags.without(x86::Rflags::RF);
}

bool Vcpu::may_use(const x86::Registers& registers, const x86::SystemRegisters& system, std::uint16_t number, unsigned width)
{
    return ports_open(registers, system, emulator_.privilege()) || ports_granted(Linear{memory_, system}, system.tr, number, width);
}

/// Takes the answer to the last exit and completes its instruction.
void Vcpu::finish()
{
    if (ready_) return;  // its instruction is not the host's to complete yet
    switch (std::exchange(pending_, Pending::Nothing)) {
        case Pending::Nothing: return;
        case Pending::PortIn: return take_port_in();
        case Pending::StringIn: return take_string_in();
        case Pending::Access:
            emulator_.accesses().fresh()->data = data_;
            emulator_.accesses().answer();
            ready_ = step(through_);
    }
}

void Vcpu::take_port_in()
{
    auto registers = emulator_.registers();
    std::uint64_t value = 0;
    std::memcpy(&value, data_.data(), sizeof value);
    // 32-bit results clear the upper half of RAX, smaller ones leave the rest alone.
    const std::uint64_t mask = low_bytes(width_);
    registers.rax = (width_ == 4 ? 0 : registers.rax & ~mask) | (value & mask);
    emulator_.set_registers(registers);
}

void Vcpu::take_string_in()
{
    std::ranges::copy(string_, memory_.window(run_.at, run_.size())->begin());
    emulator_.forget_code(run_.at, run_.size());
    auto registers = emulator_.registers();
    if (advance(registers, run_)) pass(registers, run_.instruction.size);
    emulator_.set_registers(registers);
}

}  // namespace husk::soft
