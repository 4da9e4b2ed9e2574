#include "cli/latency.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace husk::cli {

namespace {

using std::chrono::nanoseconds;

constexpr unsigned kAll = 100;  // percent
constexpr std::array<unsigned, 3> kShown{50, 90, 99};

nanoseconds mean(const std::vector<nanoseconds>& times)
{
    return std::accumulate(times.begin(), times.end(), nanoseconds{0}) / static_cast<std::int64_t>(times.size());
}

/// Bounds that rise by one factor, as small as gives no more than kMost bars: the lower bound of each bar, and the last one's
/// upper.
std::vector<double> bounds(double least, double most)
{
    constexpr std::size_t kMost = 14;
    constexpr double kSmallest = 1.0717734625362931;  // the tenth root of 2
    for (double factor = kSmallest;; factor *= factor) {
        std::vector<double> all{std::max(least, 1.0)};
        do all.push_back(all.back() * factor);
        while (all.back() <= most && all.size() <= kMost);
        if (all.back() > most) return all;
    }
}

}  // namespace

std::string time_text(nanoseconds time)
{
    constexpr double kThousand = 1000;
    double value = static_cast<double>(time.count());
    std::string_view unit = "ns";
    for (const std::string_view larger : {"µs", "ms", "s"}) {
        if (value < kThousand) break;
        value /= kThousand;
        unit = larger;
    }
    const int digits = unit == "ns" || value >= 100 ? 0 : value >= 10 ? 1 : 2;
    return fmt::format("{:.{}f} {}", value, digits, unit);
}

void Latencies::sort()
{
    std::ranges::sort(times_);
}

nanoseconds Latencies::percentile(unsigned percent) const
{
    const std::size_t rank = (times_.size() * percent + kAll - 1) / kAll;  // from 1
    return times_.at(std::max<std::size_t>(rank, 1) - 1);
}

std::string latency_header()
{
    return fmt::format("{:<13} {:>9} {:>9} {:>9} {:>9}\n", "", "p50", "p90", "p99", "max");
}

std::string Latencies::row(std::string_view what) const
{
    std::string text = fmt::format("{:<13}", what);
    for (const unsigned percent : kShown) text += fmt::format(" {:>9}", time_text(percentile(percent)));
    return text + fmt::format(" {:>9}\n", time_text(times_.back()));
}

std::string Latencies::histogram() const
{
    constexpr double kWidth = 50;  // characters of the longest bar
    const auto in = [](nanoseconds time) { return static_cast<double>(time.count()); };
    const auto edges = bounds(in(times_.front()), in(times_.back()));
    std::vector<std::size_t> counts;
    auto from = times_.begin();
    for (std::size_t i = 1; i < edges.size(); ++i) {
        const auto to = i + 1 == edges.size() ? times_.end() : std::ranges::lower_bound(from, times_.end(), edges[i], {}, in);
        counts.push_back(static_cast<std::size_t>(to - from));
        from = to;
    }
    const auto most = static_cast<double>(std::ranges::max(counts));
    std::string text;
    for (std::size_t i = 0; i < counts.size(); ++i) {
        const auto width = static_cast<std::size_t>(std::ceil(static_cast<double>(counts[i]) / most * kWidth));
        text += fmt::format("{:>9} – {:<9} {:>7}{}{}\n", time_text(nanoseconds{std::llround(edges[i])}),
                            time_text(nanoseconds{std::llround(edges[i + 1])}), counts[i], width > 0 ? "  " : "",
                            std::string(width, '#'));
    }
    return text;
}

nlohmann::json Latencies::to_json() const
{
    nlohmann::json object{{"count", times_.size()}, {"mean_ns", mean(times_).count()}, {"max_ns", times_.back().count()}};
    for (const unsigned percent : kShown) object[fmt::format("p{}_ns", percent)] = percentile(percent).count();
    return object;
}

}  // namespace husk::cli
