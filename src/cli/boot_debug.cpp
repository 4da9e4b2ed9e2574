#include "cli/boot_debug.hpp"

#include "cli/print.hpp"
#include "debug/gdb/machine_target.hpp"
#include "debug/gdb/server.hpp"
#include "machine/choose_engine.hpp"

#include <fmt/format.h>

#include <utility>

namespace husk::cli {

std::pair<Engine, std::string> engine_to_debug(Engine wanted)
{
    if (wanted != Engine::Auto) return {wanted, {}};
    std::string why = machine::kvm_cannot_debug();
    const Engine engine = why.empty() ? wanted : Engine::Soft;
    return {engine, std::move(why)};
}

Debugged debug(Machine& machine, const Frozen& start, std::chrono::nanoseconds timeout, const debug::gdb::Address& address,
               CatchSignals& signals)
{
    using debug::gdb::Server;
    const debug::gdb::Listener listener{address};
    const auto say = [&](const std::string& line) { complain(fmt::format("husk: {}\n", line)); };
    debug::gdb::MachineTarget target{machine, {.timeout = timeout, .reset = [&] { start.reset(machine, 1); }}};

    const CancelOnSignal guard{machine};
    if (!listener.is_local()) say("gdb: other machines can reach this port: whoever connects has the guest in hand");
    say(fmt::format("gdb: waiting at {}", listener.name()));
    Server server{listener, target, say, signals.descriptor()};
    switch (server.serve()) {
        case Server::End::GuestOver: return {.stop = target.end().value()};
        case Server::End::Killed: return {.stop = stops::Cancelled{}, .killed = true};
        case Server::End::Woken: return {.stop = stops::Cancelled{}};
        case Server::End::Detached: break;
    }
    if (target.time_left() <= std::chrono::nanoseconds::zero()) return {.stop = stops::OutOfTime{}};
    return {.stop = machine.run(target.time_left())};
}

}  // namespace husk::cli
