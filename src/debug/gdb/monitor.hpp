#pragma once

#include <husk/machine.hpp>

#include <functional>
#include <string>
#include <string_view>

namespace husk::debug::gdb {

/// What monitor commands are about.
struct Monitored {
    Machine& machine;
    bool& physical;               ///< the debugger's addresses are guest-physical
    std::function<void()> reset;  ///< puts the machine back to its start; empty if that cannot be
};

/// What GDB's `monitor COMMAND` prints; for a command that is none, which there are.
std::string run_monitor_command(std::string_view command, const Monitored& monitored);

}  // namespace husk::debug::gdb
