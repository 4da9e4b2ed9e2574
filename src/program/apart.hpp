#pragma once

#include <husk/program.hpp>

namespace husk::program {

/// The calling thread gets a copy of the process's descriptors, and of its directory and umask: from now on each has its own.
/// Throws Error.
void part_from_process();

/// For a thread that has parted: 0, 1 and 2 become the program's, as `config` says; what else the process has open below `line` is
/// no business of its. Throws Error.
void arrange_descriptors(const ProgramConfig& config, int line);

}  // namespace husk::program
