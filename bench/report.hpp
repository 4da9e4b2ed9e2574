#pragma once

#include "statistics.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What was measured, as tables for people and one JSON array for programs.
namespace husk::bench {

/// What Husk promises of a measurement.
struct Bound {
    enum class Of : std::uint8_t {
        Time,        ///< the measured side's over the reference's, at most
        Throughput,  ///< the measured side's over the reference's, at least
        Memory,      ///< the measured side's in KiB, at most, whatever the reference's
    };
    Of of = Of::Time;
    double value = 0;
};

struct Row {
    enum class Unit : std::uint8_t { Nanoseconds, Kibibytes };

    std::string what;
    Unit unit = Unit::Nanoseconds;
    double reference = 0;       ///< median, in `unit`
    double measured = 0;        ///< median, in `unit`
    Interval ratio_interval{};  ///< of measured / reference, 95 %
    std::size_t pairs = 1;
    std::optional<Bound> bound;

    /// The measured side over the reference in the bound's sense: of throughputs if the bound is one of throughput, else of
    /// medians.
    double ratio() const;
    /// The interval of ratio().
    Interval interval() const;
    /// False only if there is a bound and it is missed.
    bool met() const;
};

struct Table {
    std::string title;
    std::string reference;  ///< name of its column
    std::string measured;
    std::string obstacle{};  ///< why there are no rows on this host; empty if there are
    std::vector<Row> rows{};
};

/// Markdown.
std::string markdown(const Table& table);
/// One array of all rows, each with its table's title.
std::string json(const std::vector<Table>& tables);

}  // namespace husk::bench
