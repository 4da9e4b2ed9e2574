#pragma once

#include "debug/paint.hpp"

#include <husk/program.hpp>

#include <nlohmann/json.hpp>

#include <string>

namespace husk::cli {

/// The state of a program that stands still, in words: what ended it, its threads, what is mapped. `snapshot` is `program`'s.
std::string snapshot_text(const Program& program, const ProgramSnapshot& snapshot, const debug::Paint& paint);
nlohmann::json snapshot_json(const Program& program, const ProgramSnapshot& snapshot);

}  // namespace husk::cli
