#pragma once

#include "debug/core/core_file.hpp"

#include <husk/machine.hpp>

#include <optional>

namespace husk::debug {

/// The signal that would have ended a process for what stopped the guest: SIGSEGV, SIGILL … Nothing if the guest has not failed:
/// it came to its end, somebody ended it, or its registers are lost.
std::optional<int> signal_of_core(const Stop& stop);

/// Writes what the machine's guest is to a core file, `fd`, which is empty: its registers, and its memory by guest-virtual address,
/// as its page tables map it; without paging all of it, by the address that it has. Each page of memory is in the file once,
/// however often it is mapped, and pages of zeroes are holes. Not within Machine::run(). Throws Error.
CoreExtent write_core(int fd, const Machine& machine, int signal);

}  // namespace husk::debug
