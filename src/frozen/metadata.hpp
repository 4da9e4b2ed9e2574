#pragma once

#include <husk/frozen.hpp>

#include <tl/expected.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace husk::frozen {

/// All of a frozen machine but its memory.
struct Description {
    FrozenInfo info;
    std::vector<MemoryRegion> regions;
    MachineState state;
    bool operator==(const Description&) const = default;
};

/// As JSON. Numbers are strings of hexadecimal digits, for those of 64 bits do not survive every reader of JSON.
std::string to_metadata(const Description& description);
/// Every field must be there, and no other.
tl::expected<Description, FrozenError> from_metadata(std::string_view text);

}  // namespace husk::frozen
