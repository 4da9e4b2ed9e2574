#pragma once

#include "hostile/random.hpp"

#include <cstddef>
#include <vector>

namespace husk::hostile {

/// Code that is likely to be trouble for `bits`-bit code: system instructions, all kinds of prefixes, string instructions, jumps
/// everywhere, and plain random bytes.
std::vector<std::byte> random_code(Random& random, unsigned bits);

}  // namespace husk::hostile
