#pragma once

#include "device/bus.hpp"
#include "device/debug_console.hpp"
#include "device/exit_port.hpp"
#include "device/guest_port.hpp"
#include "device/serial16550.hpp"
#include "machine/breakpoints.hpp"
#include "machine/choose_engine.hpp"
#include "machine/exit_trace.hpp"

#include <husk/machine.hpp>

#include <atomic>
#include <optional>
#include <vector>

namespace husk::machine {

/// What a machine is made of, in the order it is built; destroyed in reverse, the engine before the memory it maps.
struct Parts {
    explicit Parts(MachineConfig given);

    /// Makes sure that the engine can start a guest in `mode`: Engine::Auto changes to one that can. Throws Error if there is none.
    void suit(x86::Mode mode);

    /// Leaves KVM for the software engine at the instruction that the guest is at. False, and nothing is changed, if the processor
    /// is in a state that the software engine has not: AVX in use, say.
    [[nodiscard]] bool change_to_soft(const std::string& reason);

    engine::Vcpu& vcpu() { return *running_on.load(); }

    MachineConfig config;
    GuestMemory memory;
    std::optional<device::DebugConsole> debug_console;
    std::optional<device::Serial16550> serial;
    device::ExitPort exit_port;
    std::optional<device::GuestPort> guest_port;
    device::Bus ports{"port"};
    device::Bus mmio{"address"};
    Chosen chosen;
    std::unique_ptr<engine::Vm> left;  ///< the engine changed from: cancel() may still hold its processor
    std::atomic<engine::Vcpu*> running_on{nullptr};
    std::atomic<bool> cancelled{false};
    Stats stats;
    Breakpoints breakpoints;
    std::optional<ExitTrace> trace;
    bool watched = false;  ///< exits are timed, or told to a trace file

private:
    void attach_standard_devices();
};

}  // namespace husk::machine
