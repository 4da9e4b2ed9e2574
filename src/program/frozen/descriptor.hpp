#pragma once

#include "frozen/fields.hpp"

#include <cstdint>
#include <optional>

namespace husk::program {

/// One descriptor.
struct FrozenDescriptor {
    std::uint32_t number = 0;
    std::optional<std::uint32_t> standard{};  ///< what the thaw has as 0, 1 or 2
    bool operator==(const FrozenDescriptor&) const = default;
};

void fields(frozen::Either<FrozenDescriptor> auto& descriptor, auto&& visit)
{
    visit("number", descriptor.number), visit("standard", descriptor.standard);
}

}  // namespace husk::program
