#pragma once

#include "cli/tail.hpp"

#include <functional>

namespace CLI {
class App;
}

/// The commands. Each adds its options to the parser and returns what to do once they are read, giving the exit status.
namespace husk::cli {

using Action = std::function<int()>;

struct RunOptions;
/// Runs the program, and gives the exit status.
using RunProgram = int (*)(const RunOptions& options);

Action add_demo(CLI::App& command);
Action add_boot(CLI::App& command);
Action add_doctor(CLI::App& command);
Action add_inspect(CLI::App& command);
Action add_trace_summary(CLI::App& command);
/// `tail` is looked at when the action is called, and must be there until then: the program and its arguments.
Action add_run(CLI::App& command, const Tail& tail, RunProgram run_program);
/// The same of the program that is frozen.
Action add_freeze(CLI::App& command, const Tail& tail);
/// The same of a thawed program's arguments.
Action add_thaw(CLI::App& command, const Tail& tail);

}  // namespace husk::cli
