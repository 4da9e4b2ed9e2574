#include "machine/parts.hpp"

#include "machine/processor_state.hpp"
#include "memory/map.hpp"

#include <husk/error.hpp>

#include <cerrno>
#include <utility>

namespace husk::machine {

namespace {

/// False if `to` has not all of the state that `from` is in.
bool carry_over(engine::Vcpu& from, engine::Vcpu& to)
{
    try {
        set_state(to, state_of(from));
        return true;
    } catch (const Error& error) {
        if (error.code().value() != ENOTSUP) throw;
        return false;
    }
}

GuestMemory make_memory(const MachineConfig& config)
{
    return config.memory_image ? GuestMemory{config.memory_image} : GuestMemory{config.memory};
}

}  // namespace

Parts::Parts(MachineConfig given)
    : config{std::move(given)},
      memory{make_memory(config)},
      chosen{choose_engine(config.engine, config.mode, {config.needed_features.get(), config.on_step})}
{
    // It touches memory as this process does, where a file that is cut short is a signal.
    if (chosen.engine == Engine::Soft) memory.hold();
    chosen.vm->map(memory);
    running_on = &chosen.vm->vcpu();
    attach_standard_devices();
    if (config.trace_file) trace.emplace(config, chosen.engine);
    watched = config.measure_time || trace;
}

void Parts::attach_standard_devices()
{
    const auto gather = [&](std::uint16_t port) {
        if (config.gather_output && !config.trace_file) chosen.vm->gather_writes(port);
    };
    if (config.debug_console) {
        debug_console.emplace(config.debug_console);
        ports.attach({map::kDebugConsolePort, 1}, *debug_console);
        gather(map::kDebugConsolePort);
    }
    if (config.serial_output || config.serial_input) {
        serial.emplace(config.serial_output, config.serial_input);
        ports.attach({map::kSerialPort, device::Serial16550::kPorts}, *serial);
        gather(map::kSerialPort);
    }
    if (config.exit_port) ports.attach({map::kExitPort, 1}, exit_port);
    if (config.guest_port) {
        guest_port.emplace(config.stop_to_freeze);
        ports.attach({map::kGuestPort, 1}, *guest_port);
    }
}

void Parts::suit(x86::Mode mode)
{
    if (chosen.engine != Engine::Kvm) return;
    const std::string why = kvm_lacks(mode);
    if (why.empty()) return;
    if (config.engine != Engine::Auto || !has_soft_engine()) throw Error{"KVM", ENOTSUP, why};
    if (!change_to_soft(why)) throw Error{"KVM", ENOTSUP, why};
}

bool Parts::change_to_soft(const std::string& reason)
{
    auto soft = soft_engine();
    memory.hold();
    soft->map(memory);
    if (!carry_over(vcpu(), soft->vcpu())) return false;

    left = std::exchange(chosen.vm, std::move(soft));
    chosen.engine = Engine::Soft;
    chosen.reason = reason;
    running_on = &chosen.vm->vcpu();
    if (trace) trace->changed_engine(reason);
    if (config.engine_changed) config.engine_changed(reason);
    return true;
}

}  // namespace husk::machine
