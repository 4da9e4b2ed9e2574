#pragma once

#include "differential/sequence.hpp"

#include <span>
#include <string>

namespace husk::test {

/// All that one needs to look into a difference: the start, the code with its bytes, and what differs.
std::string report(const Sequence& sequence, std::span<const std::string> differences);

}  // namespace husk::test
