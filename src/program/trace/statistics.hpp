#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace husk::program {

/// What is known of all calls of one number.
struct CallCount {
    std::string name;  ///< "unknown" for all numbers that have none
    std::uint64_t calls = 0;
    std::uint64_t errors = 0;  ///< how many of them failed
    std::chrono::nanoseconds total{0};
    std::chrono::nanoseconds longest{0};
};

/// Counts system calls. Threads may count at once, without waiting for each other.
class Statistics {
public:
    void count(std::uint64_t number, std::int64_t result, std::chrono::nanoseconds duration);

    /// The calls that were made, those that took most time first. Counts that are made meanwhile may be in it in part.
    std::vector<CallCount> rows() const;

private:
    /// In nanoseconds where it is time.
    struct Counter {
        std::atomic<std::uint64_t> calls{0}, errors{0}, total{0}, longest{0};
    };
    // Numbers without a name share the last: a guest may not make this grow.
    static constexpr std::size_t kNumbers = 463;
    std::array<Counter, kNumbers + 1> counters_;
};

/// Sum of all rows, named "total".
CallCount total_of(std::span<const CallCount> rows);

/// The table that `strace -c` prints, one line each ended by a line feed.
std::string format_statistics(std::span<const CallCount> rows);

}  // namespace husk::program
