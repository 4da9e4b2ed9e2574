// Instructions that write to control, debug, task and model-specific registers: what Unicorn would not refuse, or dies of.
#include "engine/soft/cpu/control_rules.hpp"
#include "engine/soft/cpu/debug_registers.hpp"
#include "engine/soft/cpu/general_registers.hpp"
#include "engine/soft/vcpu.hpp"

#include <utility>

namespace husk::soft {

using Kind = SiteInstruction::Kind;

/// Unicorn's, but for what it should refuse.
Vcpu::Result Vcpu::write_control(const SiteInstruction& instruction)
{
    const auto [registers, system] = state();
    std::uint64_t value = registers.*kGeneralRegisters.at(instruction.reg);
    if (x86::bits_of_code(system) != 64) value &= low_bytes(4);
    const bool refused = emulator_.privilege() == 0 && refuses_control(instruction.special, value, system);
    return refused ? raise(x86::kProtectionFault) : step(true);
}

Vcpu::Result Vcpu::msr(Kind kind)
{
    if (emulator_.privilege() != 0) return raise(x86::kProtectionFault);
    const auto [registers, system] = state();
    const auto number = static_cast<std::uint32_t>(registers.rcx);
    const std::uint64_t value = (registers.rdx & low_bytes(4)) << 32 | (registers.rax & low_bytes(4));
    const bool refused = kind == Kind::ReadMsr ? is_unknown_msr(number) : refuses_msr(number, value, system);
    return refused ? raise(x86::kProtectionFault) : step(true);
}

/// The task priority. SDM Vol. 3A, "Interrupt Priority in 64-Bit Mode" (10.8.6).
Vcpu::Result Vcpu::cr8(const SiteInstruction& instruction)
{
    constexpr std::uint64_t kHighestPriority = 0xF;
    if (emulator_.privilege() != 0) return raise(x86::kProtectionFault);
    auto registers = emulator_.registers();
    auto system = emulator_.system_registers();
    std::uint64_t& reg = registers.*kGeneralRegisters.at(instruction.reg);
    if (instruction.kind == Kind::ReadCr8) {
        reg = system.cr8;
    } else if (reg > kHighestPriority) {
        return raise(x86::kProtectionFault);
    } else {
        system.cr8 = reg;
        emulator_.set_system_registers(system);
    }
    pass(registers, instruction.size);
    return done(registers);
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
    const bool undone = event == Emulator::Event::Access || event == Emulator::Event::Denied;
    if (!through_ || !before_load_ || undone) return false;
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
    if (emulator_.privilege() != 0) return raise(x86::kProtectionFault);
    const unsigned operand_size = x86::bits_of_code(system) == 64 ? 8 : 4;
    const auto value = debug_register_value(*number, registers.*kGeneralRegisters.at(instruction.reg) & low_bytes(operand_size));
    if (!value) return raise(x86::kProtectionFault);
    emulator_.set_debug_register(*number, *value);
    pass(registers, instruction.size);
    return done(registers);
}

}  // namespace husk::soft
