#pragma once

#include <husk/machine.hpp>

#include <functional>
#include <string>
#include <string_view>

namespace husk::debug::gdb {

/// What GDB's `monitor COMMAND` prints; for a command that is none, which there are. `reset` puts the machine back to its start;
/// empty if that cannot be.
std::string run_monitor_command(std::string_view command, Machine& machine, const std::function<void()>& reset);

}  // namespace husk::debug::gdb
