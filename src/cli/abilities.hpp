#pragma once

#include <husk/machine.hpp>

#include <string>
#include <vector>

namespace husk::cli {

/// Something that a guest can have or not.
struct Ability {
    std::string what;   ///< "long mode", "AVX" …
    std::string state;  ///< "yes", "no", "ring 3 only" …
};

/// What a guest has on `engine`, which must be there: found out by running tiny guests that use it, some forty of them. The same
/// things in the same order for each engine.
std::vector<Ability> find_abilities(Engine engine);

}  // namespace husk::cli
