#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace husk::hostile {

/// Numbers that look random and are the same everywhere for the same seed (SplitMix64).
class Random {
public:
    explicit Random(std::uint64_t seed) : state_{seed} {}

    std::uint64_t next()
    {
        std::uint64_t z = state_ += 0x9E37'79B9'7F4A'7C15;
        z = (z ^ (z >> 30)) * 0xBF58'476D'1CE4'E5B9;
        z = (z ^ (z >> 27)) * 0x94D0'49BB'1331'11EB;
        return z ^ (z >> 31);
    }
    /// From 0 to `end` - 1.
    std::uint64_t below(std::uint64_t end) { return next() % end; }
    bool one_in(std::uint64_t chances) { return below(chances) == 0; }
    template <typename Value, std::size_t size>
    const Value& of(const std::array<Value, size>& values)
    {
        return values[below(size)];
    }

private:
    std::uint64_t state_;
};

}  // namespace husk::hostile
