#pragma once

#include "cli/thaw_options.hpp"

namespace husk::cli {

/// Goes on with a frozen program: once, as this process, or many times, each in a process of its own; gives the exit status. Throws
/// BadInput, Error.
int thaw_program(const ThawOptions& options);

}  // namespace husk::cli
