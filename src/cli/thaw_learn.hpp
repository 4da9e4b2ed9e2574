#pragma once

#include "cli/thaw_options.hpp"

#include <husk/frozen_program.hpp>

#include <functional>

namespace husk::cli {

/// Goes on with a frozen program once, beside Husk's own threads, and then writes its file again, with what it has learnt of the
/// program; gives the exit status. `thaw` makes the program. Throws Error.
int thaw_and_learn(const ThawOptions& options, const FrozenProgram& frozen, const std::function<Program(ProgramConfig)>& thaw);

}  // namespace husk::cli
