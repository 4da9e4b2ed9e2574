#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace husk::test {

/// Numbers that a seed determines, the same on every machine and with every library: SplitMix64 (Steele, Lea, Flood: "Fast
/// Splittable Pseudorandom Number Generators", 2014).
class Random {
public:
    explicit Random(std::uint64_t seed) : state_{seed} {}
    /// The numbers of one of many that share a seed.
    Random(std::uint64_t seed, std::uint64_t index) : state_{Random{seed ^ Random{index}.next()}.next()} {}

    std::uint64_t next()
    {
        state_ += 0x9E37'79B9'7F4A'7C15;
        std::uint64_t mixed = state_;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58'476D'1CE4'E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D0'49BB'1331'11EB;
        return mixed ^ (mixed >> 31);
    }

    /// 0 … limit - 1.
    unsigned below(std::size_t limit) { return static_cast<unsigned>(next() % limit); }
    /// first … last.
    unsigned between(unsigned first, unsigned last) { return first + below(last - first + 1); }
    bool chance(unsigned percent) { return below(100) < percent; }

    template <typename Range>
    const auto& pick(const Range& range)
    {
        return range[below(std::size(range))];
    }

    /// A number as programs have them: now and then near an end of a width, mostly anything.
    std::uint64_t value()
    {
        constexpr std::array<unsigned, 5> kEdges{0, 7, 15, 31, 63};
        switch (below(6)) {
            case 0: return (1ull << pick(kEdges)) - below(2);
            case 1: return ~((1ull << pick(kEdges)) - below(2));
            case 2: return below(256);
            default: return next();
        }
    }

private:
    std::uint64_t state_;
};

}  // namespace husk::test
