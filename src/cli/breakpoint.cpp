#include "cli/breakpoint.hpp"

#include "memory/entries.hpp"
#include "x86/walk.hpp"

namespace husk::cli {

namespace {

constexpr std::byte kHalt{0xF4};

}  // namespace

Breakpoint::Breakpoint(Machine& machine, GuestPhys at)
    : machine_{machine}, at_{at}, code_{machine.memory().window(at, 1).value()}, original_{code_.front()}
{
    code_.front() = kHalt;
}

bool Breakpoint::reached() const
{
    const auto system = machine_.system_registers();
    const auto halt = x86::linear_address(system, &x86::SystemRegisters::cs, machine_.registers().rip - 1);
    return x86::walk(system, halt, entry_reader(machine_.memory())).physical == at_;
}

void Breakpoint::remove()
{
    code_.front() = original_;
    auto registers = machine_.registers();
    --registers.rip;
    machine_.set_registers(registers);
}

}  // namespace husk::cli
