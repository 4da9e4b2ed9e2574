#include "machine/parts.hpp"

#include "memory/map.hpp"

namespace husk::machine {

Parts::Parts(MachineConfig given)
    : config{std::move(given)}, memory{config.memory}, chosen{choose_engine(config.engine, config.mode)}
{
    chosen.vm->map(memory);
    running_on = &chosen.vm->vcpu();
    attach_standard_devices();
}

void Parts::attach_standard_devices()
{
    const auto gather = [&](std::uint16_t port) {
        if (config.gather_output) chosen.vm->gather_writes(port);
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
}

void Parts::change_to_soft(const std::string& reason)
{
    const x86::Registers registers = vcpu().registers();
    const x86::SystemRegisters system = vcpu().system_registers();
    auto soft = soft_engine();
    soft->map(memory);
    soft->vcpu().set_system_registers(system);
    soft->vcpu().set_registers(registers);

    left = std::exchange(chosen.vm, std::move(soft));
    chosen.engine = Engine::Soft;
    chosen.reason = reason;
    running_on = &chosen.vm->vcpu();
    if (config.engine_changed) config.engine_changed(reason);
}

}  // namespace husk::machine
