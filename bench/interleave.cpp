#include "interleave.hpp"

namespace husk::bench {
namespace {

Pair measure(const Comparison& comparison, bool floor_first)
{
    const auto floor = [&] { return static_cast<double>(comparison.floor().count()) / comparison.units; };
    const auto husk = [&] { return static_cast<double>(comparison.husk().count()) / comparison.units; };
    Pair pair;
    // Each side goes first every other time: what one leaves behind (a VM being torn down) must not always hit the other.
    if (floor_first) {
        pair.floor = floor();
        pair.husk = husk();
    } else {
        pair.husk = husk();
        pair.floor = floor();
    }
    return pair;
}

}  // namespace

Row interleave(const Comparison& comparison)
{
    constexpr int kWarmUps = 2;
    for (int i = 0; i < kWarmUps; ++i) measure(comparison, i % 2 == 0);

    std::vector<Pair> pairs;
    for (std::size_t i = 0; i < comparison.pairs; ++i) pairs.push_back(measure(comparison, i % 2 == 0));

    std::vector<double> floor;
    std::vector<double> husk;
    for (const Pair& pair : pairs) {
        floor.push_back(pair.floor);
        husk.push_back(pair.husk);
    }
    return {.what = comparison.what,
            .unit = Row::Unit::Nanoseconds,
            .floor = median(std::move(floor)),
            .husk = median(std::move(husk)),
            .ratio_interval = bootstrap_ratio(pairs),
            .pairs = pairs.size(),
            .bound = comparison.bound};
}

}  // namespace husk::bench
