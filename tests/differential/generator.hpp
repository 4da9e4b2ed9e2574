#pragma once

#include "differential/families.hpp"
#include "differential/sequence.hpp"

#include <string>
#include <vector>

namespace husk::test {

/// What to make.
struct Recipe {
    Setting setting = Setting::Real;
    Level level = Level::Interpreted;
    std::vector<std::string> without{};  ///< names of families
};

/// The sequence number `index` of `seed`: the same whenever it is asked for.
Sequence make_sequence(std::uint64_t seed, std::uint64_t index, const Recipe& recipe);

/// All families of instructions that `recipe` may have, but those that end a sequence; and those alone.
std::vector<Family> families(const Recipe& recipe);
std::vector<Family> last_families(const Recipe& recipe);

}  // namespace husk::test
