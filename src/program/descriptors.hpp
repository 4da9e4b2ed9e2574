#pragma once

#include <husk/program.hpp>

namespace husk::program {

/// Where Husk's own descriptors begin: above as many as the program may have. Raises this process's own limit (RLIMIT_NOFILE) as
/// far as it may, so that there is room for them. Throws Error if there is none.
int descriptor_line(const ProgramLimits& limits);

}  // namespace husk::program
