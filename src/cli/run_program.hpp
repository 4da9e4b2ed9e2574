#pragma once

#include "cli/run_options.hpp"

namespace husk::cli {

/// Runs the program as its own process would run: what it writes, what it is sent, how it ends. The exit status.
int run_program(const RunOptions& options);

}  // namespace husk::cli
