#pragma once

#include "cli/inspected_program.hpp"
#include "cli/program_command.hpp"
#include "cli/run_options.hpp"

#include <functional>
#include <string>

namespace husk::cli {

/// Runs the program as its own process would run: what it writes, what it is sent, how it ends. The exit status.
int run_program(const RunOptions& options);

/// The same of a program that `make` makes of the configuration. `name` is what messages call it.
int run_as_this_process(const RunOptions& options, const std::string& name, const std::function<Program(ProgramConfig)>& make);

/// How it ended, as far as the status does not tell, and what else was asked for.
void tell_run(const RunOptions& options, OwnFiles& files, const std::string& name, const Program& program, const ProgramStop& stop,
              int status, InspectedProgram& inspected);

}  // namespace husk::cli
