#pragma once

#include <nlohmann/json.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace husk::cli {

/// How long something took, many times.
class Latencies {
public:
    void add(std::chrono::nanoseconds time) { times_.push_back(time); }
    /// To be called before any of those below.
    void sort();

    bool empty() const { return times_.empty(); }
    /// The time that `percent` of all were no longer than, by the nearest rank. At least one was added.
    std::chrono::nanoseconds percentile(unsigned percent) const;

    /// One row of a table under latency_header().
    std::string row(std::string_view what) const;
    /// How often which times were, as bars; each time a bit longer than the one above, by the same factor.
    std::string histogram() const;
    /// count, mean_ns, p50_ns, p90_ns, p99_ns, max_ns.
    nlohmann::json to_json() const;

private:
    std::vector<std::chrono::nanoseconds> times_;
};

std::string latency_header();

/// "812 ns", "4.13 µs", "1.02 ms", "3.1 s": three digits.
std::string time_text(std::chrono::nanoseconds time);

}  // namespace husk::cli
