#pragma once

#include "statistics.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What was measured, as one table for people and one JSON array for programs.
namespace husk::bench {

/// What Husk promises of a measurement.
struct Bound {
    enum class Of : std::uint8_t {
        Time,        ///< Husk's over the floor's, at most
        Throughput,  ///< Husk's over the floor's, at least
        Memory,      ///< Husk's in KiB, at most, whatever the floor's
    };
    Of of = Of::Time;
    double value = 0;
};

struct Row {
    enum class Unit : std::uint8_t { Nanoseconds, Kibibytes };

    std::string what;
    Unit unit = Unit::Nanoseconds;
    double floor = 0;           ///< median, in `unit`
    double husk = 0;            ///< median, in `unit`
    Interval ratio_interval{};  ///< of husk / floor, 95 %
    std::size_t pairs = 1;
    std::optional<Bound> bound;

    /// Husk's over the floor's in the bound's sense: of throughputs if the bound is one of throughput, else of medians.
    double ratio() const;
    /// The interval of ratio().
    Interval interval() const;
    /// False only if there is a bound and it is missed.
    bool met() const;
};

/// A Markdown table.
std::string table(const std::vector<Row>& rows);
std::string json(const std::vector<Row>& rows);

}  // namespace husk::bench
