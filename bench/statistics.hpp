#pragma once

#include <algorithm>
#include <cstddef>
#include <random>
#include <utility>
#include <vector>

/// Medians and what can be said of them. Samples are plain numbers; their unit is the caller's.
namespace husk::bench {

/// Of at least one sample.
inline double median(std::vector<double> samples)
{
    const auto middle = samples.begin() + static_cast<std::ptrdiff_t>(samples.size() / 2);
    std::nth_element(samples.begin(), middle, samples.end());
    if (samples.size() % 2 == 1) return *middle;
    return (*middle + *std::max_element(samples.begin(), middle)) / 2;
}

/// One measurement of each side, taken one right after the other.
struct Pair {
    double reference = 0;
    double measured = 0;
};

inline double median_of(const std::vector<Pair>& pairs, double Pair::*side)
{
    std::vector<double> samples;
    for (const Pair& pair : pairs) samples.push_back(pair.*side);
    return median(std::move(samples));
}

struct Interval {
    double low = 0;
    double high = 0;
};

inline double ratio_of_medians(const std::vector<Pair>& pairs)
{
    return median_of(pairs, &Pair::measured) / median_of(pairs, &Pair::reference);
}

/// Where that ratio lies with 95 % confidence: the percentile bootstrap, drawing whole pairs so that noise common to both sides
/// stays common. Always the same answer for the same pairs.
inline Interval bootstrap_ratio(const std::vector<Pair>& pairs)
{
    constexpr std::size_t kResamples = 1000;
    std::mt19937_64 random;
    std::uniform_int_distribution<std::size_t> any{0, pairs.size() - 1};

    std::vector<double> ratios;
    std::vector<Pair> drawn(pairs.size());
    for (std::size_t i = 0; i < kResamples; ++i) {
        for (Pair& pair : drawn) pair = pairs[any(random)];
        ratios.push_back(ratio_of_medians(drawn));
    }
    std::sort(ratios.begin(), ratios.end());
    return {ratios[kResamples * 25 / 1000], ratios[kResamples * 975 / 1000 - 1]};
}

}  // namespace husk::bench
