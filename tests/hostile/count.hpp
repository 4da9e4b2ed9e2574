#pragma once

#include <cstdint>

namespace husk::hostile {

/// From now on the instructions that Unicorn begins are counted, which makes it slower.
void count_instructions();
/// How many since the last time.
std::uint64_t take_count();

}  // namespace husk::hostile
