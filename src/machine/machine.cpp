#include <husk/machine.hpp>

#include "machine/parts.hpp"
#include "machine/processor_state.hpp"
#include "machine/run.hpp"
#include "machine/start.hpp"

#include <stdexcept>
#include <utility>

namespace husk {

std::string_view name(Engine engine)
{
    switch (engine) {
        case Engine::Auto: return "auto";
        case Engine::Kvm: return "kvm";
        case Engine::Soft: return "soft";
    }
    return "?";
}

namespace {

/// By subtraction: base + size wraps where a range ends with the address space.
bool overlap(const MmioRange& range, const MemoryRegion& memory)
{
    const std::uint64_t above = range.base.value - memory.base.value;
    const std::uint64_t below = memory.base.value - range.base.value;
    return memory.base <= range.base ? above < memory.size : below < range.size;
}

}  // namespace

Machine::Machine(MachineConfig config) : parts_{std::make_unique<machine::Parts>(std::move(config))} {}
Machine::~Machine() = default;
Machine::Machine(Machine&&) noexcept = default;
Machine& Machine::operator=(Machine&&) noexcept = default;

void Machine::attach(PortRange range, Device& device)
{
    if (range.count > 0x10000 - range.first) throw std::invalid_argument{"device ends beyond port 0xffff"};
    parts_->ports.attach({range.first, range.count}, device);
}

void Machine::attach(MmioRange range, Device& device)
{
    for (const auto& [spec, host] : parts_->memory.regions())
        if (overlap(range, spec)) throw std::invalid_argument{"an MMIO device cannot lie over guest memory"};
    parts_->mmio.attach({range.base.value, range.size}, device);
}

void Machine::start(x86::Mode mode, GuestPhys entry, std::optional<GuestPhys> stack)
{
    parts_->suit(mode);
    machine::Layout layout{parts_->memory, parts_->mmio};
    const x86::State state = layout.start(mode, entry, stack);
    parts_->vcpu().set_system_registers(state.system);
    parts_->vcpu().set_registers(state.registers);
}

GuestPhys Machine::tables_end(x86::Mode mode) const
{
    return machine::Layout{parts_->memory, parts_->mmio}.tables(mode).end;
}

template <typename Run>
Stop Machine::timed(std::chrono::nanoseconds timeout, Run run)
{
    if (timeout <= std::chrono::nanoseconds::zero()) throw std::invalid_argument{"the time to run a guest for must be positive"};
    const auto now = std::chrono::steady_clock::now();
    const bool endless = timeout >= engine::kNever - now;
    const auto before = parts_->stats.in_guest;
    if (parts_->trace) parts_->trace->begins(parts_->vcpu());
    Stop stop = run(machine::Run{*parts_, endless ? engine::kNever : now + timeout});
    if (parts_->config.measure_time)
        parts_->stats.in_host += std::chrono::steady_clock::now() - now - (parts_->stats.in_guest - before);
    if (parts_->trace) parts_->trace->stops(stop);
    return stop;
}

Stop Machine::run(std::chrono::nanoseconds timeout)
{
    return timed(timeout, [](machine::Run run) { return run.until_stop(); });
}

Stop Machine::step(std::chrono::nanoseconds timeout)
{
    return timed(timeout, [](machine::Run run) { return run.one_instruction(); });
}

void Machine::set_breakpoints(std::vector<Breakpoint> breakpoints)
{
    parts_->breakpoints.set(std::move(breakpoints), parts_->memory, parts_->vcpu());
}

void Machine::cancel() noexcept
{
    parts_->cancelled.store(true);
    parts_->vcpu().kick();
}

x86::Registers Machine::registers() const
{
    return parts_->vcpu().registers();
}

void Machine::set_registers(const x86::Registers& registers)
{
    parts_->vcpu().set_registers(registers);
}

x86::SystemRegisters Machine::system_registers() const
{
    return parts_->vcpu().system_registers();
}

void Machine::set_system_registers(const x86::SystemRegisters& system)
{
    parts_->vcpu().set_system_registers(system);
}

MachineState Machine::state() const
{
    MachineState state = machine::state_of(parts_->vcpu());
    if (parts_->serial) state.serial = parts_->serial->state();
    if (parts_->guest_port) state.guest_port = parts_->guest_port->state();
    return state;
}

void Machine::set_state(const MachineState& state)
{
    machine::set_state(parts_->vcpu(), state);
    if (parts_->serial) parts_->serial->set_state(state.serial.value_or(SerialState{}));
    if (parts_->guest_port) parts_->guest_port->set_state(state.guest_port.value_or(GuestPortState{}));
}

GuestMemory& Machine::memory()
{
    return parts_->memory;
}

const GuestMemory& Machine::memory() const
{
    return parts_->memory;
}

Engine Machine::engine() const
{
    return parts_->chosen.engine;
}

const std::string& Machine::engine_reason() const
{
    return parts_->chosen.reason;
}

std::vector<std::string> Machine::cpu_features() const
{
    x86::CpuFeatures shown = parts_->chosen.vm->cpu_features();
    if (parts_->left) {
        const x86::CpuFeatures before = parts_->left->cpu_features();
        for (std::size_t i = 0; i < shown.words.size(); ++i) shown.words[i] |= before.words[i];
    }
    return x86::feature_names(shown);
}

const Stats& Machine::stats() const
{
    return parts_->stats;
}

}  // namespace husk
