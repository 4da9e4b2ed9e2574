#pragma once

#include <husk/program.hpp>

#include <nlohmann/json.hpp>

#include <string>

namespace husk::cli {

/// What the run took, as --stats prints it: the calls as a table in the manner of `strace -c`.
std::string run_stats_text(const Program& program);

/// How it ended, what it took.
nlohmann::json run_json(const Program& program, const ProgramStop& stop, int status);

}  // namespace husk::cli
