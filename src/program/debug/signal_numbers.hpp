#pragma once

namespace husk::program {

/// GDB's number of one of Linux's signals: gdb/signals.def, the same on every system. One that it has no number for is its
/// "unknown".
int gdb_signal(int signal);

/// Linux's number of one of GDB's signals; 0 if Linux has no such signal.
int linux_signal(int number);

}  // namespace husk::program
