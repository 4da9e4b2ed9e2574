#pragma once

#include "differential/runner.hpp"

#include <string>
#include <vector>

namespace husk::test {

/// What differs between the ends of one sequence on two engines, each in words; empty if nothing does that should not.
std::vector<std::string> differences(const Sequence& sequence, const Ending& one, const Ending& other);

}  // namespace husk::test
