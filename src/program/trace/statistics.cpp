#include "program/trace/statistics.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "program/abi/errors.hpp"
#include "program/abi/system_calls.hpp"

namespace husk::program {
namespace {

using std::chrono::nanoseconds;

double seconds(nanoseconds time)
{
    return std::chrono::duration<double>(time).count();
}

std::string format_row(const CallCount& row, nanoseconds all)
{
    const double percent = all.count() == 0 ? 0 : 100.0 * seconds(row.total) / seconds(all);
    const std::uint64_t microseconds =
        static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(row.total).count());
    return fmt::format("{:6.2f} {:11.6f} {:11} {:9} {:>9} {}\n", percent, seconds(row.total),
                       row.calls == 0 ? 0 : microseconds / row.calls, row.calls, row.errors == 0 ? "" : std::to_string(row.errors),
                       row.name);
}

}  // namespace

void Statistics::count(std::uint64_t number, std::int64_t result, nanoseconds duration)
{
    const auto index = number < kNumbers && find_call(number) != nullptr ? static_cast<std::size_t>(number) : kNumbers;
    Counter& counter = counters_.at(index);
    const auto time = static_cast<std::uint64_t>(std::max<std::int64_t>(0, duration.count()));
    // Counts only: nothing else is published by them.
    counter.calls.fetch_add(1, std::memory_order_relaxed);
    if (is_error(result)) counter.errors.fetch_add(1, std::memory_order_relaxed);
    counter.total.fetch_add(time, std::memory_order_relaxed);
    std::uint64_t longest = counter.longest.load(std::memory_order_relaxed);
    while (longest < time && !counter.longest.compare_exchange_weak(longest, time, std::memory_order_relaxed)) {
    }
}

std::vector<CallCount> Statistics::rows() const
{
    std::vector<CallCount> rows;
    for (std::size_t i = 0; i < counters_.size(); ++i) {
        const Counter& counter = counters_.at(i);
        const std::uint64_t calls = counter.calls.load(std::memory_order_relaxed);
        if (calls == 0) continue;
        rows.push_back({i == kNumbers ? "unknown" : name_of_call(i), calls, counter.errors.load(std::memory_order_relaxed),
                        nanoseconds{counter.total.load(std::memory_order_relaxed)},
                        nanoseconds{counter.longest.load(std::memory_order_relaxed)}});
    }
    std::ranges::stable_sort(rows, std::ranges::greater{}, &CallCount::total);
    return rows;
}

CallCount total_of(std::span<const CallCount> rows)
{
    CallCount sum{.name = "total"};
    for (const CallCount& row : rows) {
        sum.calls += row.calls;
        sum.errors += row.errors;
        sum.total += row.total;
        sum.longest = std::max(sum.longest, row.longest);
    }
    return sum;
}

std::string format_statistics(std::span<const CallCount> rows)
{
    const std::string line = "------ ----------- ----------- --------- --------- ----------------\n";
    const CallCount sum = total_of(rows);
    std::string table = "% time     seconds  usecs/call     calls    errors syscall\n" + line;
    for (const CallCount& row : rows) table += format_row(row, sum.total);
    return table + line + format_row(sum, sum.total);
}

}  // namespace husk::program
