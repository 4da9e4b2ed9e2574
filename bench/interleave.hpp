#pragma once

#include "report.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

/// The same work done in two ways, the reference's and the one that is measured, turn by turn in one process, so that a slow moment
/// of the host slows both.
namespace husk::bench {

using Nanoseconds = std::chrono::duration<double, std::nano>;

/// How long `work` takes.
template <typename Work>
Nanoseconds timed(Work&& work)
{
    const auto begin = std::chrono::steady_clock::now();
    work();
    return std::chrono::steady_clock::now() - begin;
}

/// One row of the table to be. Each side does the work once and says how long the part that counts took; it throws if the work
/// did not have the expected outcome.
struct Comparison {
    std::string what;
    std::function<Nanoseconds()> reference;
    std::function<Nanoseconds()> measured;
    std::size_t pairs = 301;
    double units = 1;  ///< pieces of work a call, say exits; the row tells the time of one
    std::optional<Bound> bound{};
};

/// Runs reference, measured, measured, reference … `pairs` times each, after a few pairs that do not count.
Row interleave(const Comparison& comparison);

}  // namespace husk::bench
