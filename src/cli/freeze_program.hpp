#pragma once

#include "cli/freeze_options.hpp"

namespace husk::cli {

/// Runs the program to the point and writes it as it is there; gives the exit status. Throws BadInput, Error.
int freeze_program(const FreezeOptions& options, const RunOptions& run);

}  // namespace husk::cli
