#pragma once

#include <cstdint>
#include <string_view>

namespace husk::cli {

/// RAX's name in code of `bits` bits.
constexpr std::string_view accumulator(unsigned bits)
{
    return bits == 16 ? "AX" : bits == 32 ? "EAX" : "RAX";
}

/// The lower `bits` bits of `value`.
constexpr std::uint64_t lower(std::uint64_t value, unsigned bits)
{
    return bits >= 64 ? value : value & ((1ull << bits) - 1);
}

}  // namespace husk::cli
