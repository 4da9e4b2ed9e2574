#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

/// What a set of names is made of. The sets themselves are in names_*.hpp; names.hpp tells values by them.
namespace husk::program {

/// A value has this name if its bits under `mask` are `value`.
struct Name {
    std::uint64_t value = 0;
    std::string_view text;
    std::uint64_t mask = value;

    constexpr bool fits(std::uint64_t bits) const { return (bits & mask) == value; }
};

/// In order: a name of several bits comes before names of fewer of them.
struct NameSet {
    std::span<const Name> names;
    std::string_view unknown;  ///< told of a value that no name fits, as in "0x63 /* CLOCK_??? */"
    bool together = false;     ///< several names, joined by |; otherwise one
    bool wide = false;         ///< a long; otherwise an int, whose upper half in a register says nothing
};

constexpr std::uint64_t kWholeInt = 0xFFFF'FFFF;

template <typename Constant>
constexpr std::uint64_t bits_of(Constant constant)
{
    return static_cast<std::uint64_t>(constant);
}
/// A value that is not a set of bits.
template <typename Constant>
constexpr Name choice(Constant value, std::string_view text)
{
    return {bits_of(value) & kWholeInt, text, kWholeInt};
}

}  // namespace husk::program

// The constants of the system's headers with their names. Names that Debian 12's headers lack are given with their number.
#define HUSK_BIT(constant)           \
    Name                             \
    {                                \
        bits_of(constant), #constant \
    }
#define HUSK_FIELD(constant, mask)                  \
    Name                                            \
    {                                               \
        bits_of(constant), #constant, bits_of(mask) \
    }
#define HUSK_CHOICE(constant) choice(constant, #constant)
