#pragma once

#include "program/space/space.hpp"

#include <cstddef>
#include <span>

namespace husk::program {

/// Writes to what is mapped, also where the guest itself may not: what is private to it becomes a copy, and what is not is left
/// alone if the host would not let it be written. While no thread of the guest's runs. False if not all of it was written.
[[nodiscard]] bool poke(const Space& space, GuestVirt at, std::span<const std::byte> bytes);

}  // namespace husk::program
