#pragma once

#include "report.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

/// The same work done by the floor and by Husk, turn by turn in one process, so that a slow moment of the host slows both.
namespace husk::bench {

using Nanoseconds = std::chrono::nanoseconds;

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
    std::function<Nanoseconds()> floor;
    std::function<Nanoseconds()> husk;
    std::size_t pairs = 301;
    double units = 1;  ///< pieces of work a call, say exits; the row tells the time of one
    std::optional<Bound> bound;
};

/// Runs floor, husk, husk, floor, floor, husk … `pairs` times each, after a few pairs that do not count.
Row interleave(const Comparison& comparison);

/// What the measuring files have to offer.
void add_life(std::vector<Comparison>& all);
void add_ports(std::vector<Comparison>& all);
void add_console(std::vector<Comparison>& all);

}  // namespace husk::bench
