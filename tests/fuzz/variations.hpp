#pragma once

#include "hostile/random.hpp"

#include <cstdint>
#include <vector>

namespace husk::fuzz {

/// Changes an input a little, as libFuzzer's own mutations do: bits, bytes and words overwritten, pieces cut out, doubled or copied
/// from `other`. Never longer than `most` bytes.
void vary(hostile::Random& random, std::vector<std::uint8_t>& input, const std::vector<std::uint8_t>& other, std::size_t most);

}  // namespace husk::fuzz
