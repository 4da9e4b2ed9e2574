#pragma once

#include "debug/gdb/target.hpp"

#include <husk/stop.hpp>

namespace husk::debug::gdb {

/// The signal that Linux would send a program for such an exception.
Signal signal_of(const x86::Exception& exception);

/// What GDB is told of a machine's stop. A guest that halted or exited is over; one that came to grief can still be looked at.
StopReport stop_report(const Stop& stop);

}  // namespace husk::debug::gdb
