#pragma once

#include "cli/signals.hpp"
#include "debug/gdb/listener.hpp"

#include <husk/frozen.hpp>
#include <husk/machine.hpp>

#include <chrono>
#include <string>
#include <utility>

namespace husk::cli {

/// How a guest that was debugged ended.
struct Debugged {
    Stop stop;
    bool killed = false;  ///< by the debugger
};

/// The engine that such a guest runs on: under `wanted` Auto the software engine where this host's KVM cannot debug all that it can
/// run, with the reason.
std::pair<Engine, std::string> engine_to_debug(Engine wanted);

/// Waits for a debugger at `address`, says where on stderr, and does what it asks of `machine`, which has been thawed from `start`,
/// until its guest is over. Throws Error.
Debugged debug(Machine& machine, const Frozen& start, std::chrono::nanoseconds timeout, const debug::gdb::Address& address,
               CatchSignals& signals);

}  // namespace husk::cli
