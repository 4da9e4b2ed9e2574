#pragma once

#include "program/frozen/content.hpp"

#include <tl/expected.hpp>

#include <span>

namespace husk::program {

/// Whether a state that somebody has written is one that a program can go on from, with these regions of memory: areas and regions
/// in the guest's part of the space, registers, ids and signals as they can be. What the program then does is its own affair.
tl::expected<void, FrozenError> check_state(const ProgramState& state, std::span<const MemoryRegion> regions);

}  // namespace husk::program
