#pragma once

#include "base/unique_fd.hpp"

#include <husk/memory.hpp>
#include <husk/program.hpp>

namespace husk::program {

/// The calling thread gets a copy of the process's descriptors, and of its directory and umask: from now on each has its own.
/// Throws Error.
void part_from_process();

/// For a thread that has parted: 0, 1 and 2 become the program's, as `config` says; what else the process has open below `line` is
/// no business of its. Throws Error.
void arrange_descriptors(const ProgramConfig& config, int line);

/// A copy of the image's descriptor that is not among those that arrange_descriptors() closes, for a thread to have whatever others
/// do with the image. Throws Error.
UniqueFd image_above(const MemoryImage& image, int line);

}  // namespace husk::program
