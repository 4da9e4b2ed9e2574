#include "machine/parts.hpp"

#include "memory/map.hpp"

#include <husk/error.hpp>

#include <cerrno>
#include <utility>

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

void Parts::suit(x86::Mode mode)
{
    if (chosen.engine != Engine::Kvm) return;
    const std::string why = kvm_lacks(mode);
    if (why.empty()) return;
    if (config.engine != Engine::Auto || !has_soft_engine()) throw Error{"KVM", ENOTSUP, why};
    change_to_soft(why);
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
