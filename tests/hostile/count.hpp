#pragma once

#include "engine/vm.hpp"

#include <cstdint>

namespace husk::hostile {

/// From now on the instructions that Unicorn begins are counted, which makes it slower.
void count_instructions();
/// Starts to count from zero, and kicks `vcpu` after `most` instructions.
void limit_instructions(engine::Vcpu& vcpu, std::uint64_t most);
/// How many since then.
std::uint64_t instructions();

}  // namespace husk::hostile
