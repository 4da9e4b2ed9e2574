#pragma once

#include <husk/program.hpp>

#include <string>

namespace husk::cli {

/// What the run took, as --stats prints it: the calls as a table in the manner of `strace -c`.
std::string run_stats_text(const Program& program);

/// One JSON object: how it ended, what it took.
std::string run_json(const Program& program, const ProgramStop& stop, int status);

}  // namespace husk::cli
