#include "interleave.hpp"

namespace husk::bench {
namespace {

Pair measure(const Comparison& comparison, bool reference_first)
{
    const auto reference = [&] { return comparison.reference().count() / comparison.units; };
    const auto measured = [&] { return comparison.measured().count() / comparison.units; };
    Pair pair;
    // Each side goes first every other time: what one leaves behind (a VM being torn down) must not always hit the other.
    if (reference_first) {
        pair.reference = reference();
        pair.measured = measured();
    } else {
        pair.measured = measured();
        pair.reference = reference();
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

    return {.what = comparison.what,
            .unit = Row::Unit::Nanoseconds,
            .reference = median_of(pairs, &Pair::reference),
            .measured = median_of(pairs, &Pair::measured),
            .ratio_interval = bootstrap_ratio(pairs),
            .pairs = pairs.size(),
            .bound = comparison.bound};
}

}  // namespace husk::bench
