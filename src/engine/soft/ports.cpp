// IN, OUT, INS, OUTS, and how an instruction that waited for its answer is completed.
#include "engine/soft/cpu/general_registers.hpp"
#include "engine/soft/cpu/io_permission.hpp"
#include "engine/soft/vcpu.hpp"

#include <algorithm>

namespace husk::soft {

namespace exits = engine::exits;
using Kind = SiteInstruction::Kind;

Vcpu::Result Vcpu::port(const SiteInstruction& instruction)
{
    const x86::State before = state();
    const auto number =
        instruction.immediate ? std::uint16_t{*instruction.immediate} : static_cast<std::uint16_t>(before.registers.rdx);
    if (!may_use(before.registers, before.system, number, instruction.width)) return raise(x86::kProtectionFault);
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
