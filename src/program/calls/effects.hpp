#pragma once

#include "program/process/call.hpp"

namespace husk::program {

/// True if serving the call takes nothing that belongs to a process of the host's, or to one of its threads: no descriptor, no
/// path, no attribute of a thread. It may then be served on any thread.
bool needs_nothing_of_host(const Call& call);

/// True if the program's memory, and what is told by Space, is all that the call may change of a program: what it writes to 0, 1
/// and 2 is gone, and what it has learned it holds in memory.
bool changes_memory_alone(const Call& call);

}  // namespace husk::program
