// What `husk thaw --stats` says of many times.
#include "cli/latency.hpp"
#include "base/size_text.hpp"
#include "cli/stopwatch.hpp"
#include "support/recorder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace husk::cli {
namespace {

using std::chrono::nanoseconds;
using testing::HasSubstr;

Latencies up_to(int most)
{
    Latencies all;
    for (int i = most; i >= 1; --i) all.add(nanoseconds{i});
    all.sort();
    return all;
}

TEST(Latency, PercentilesAreOfTheNearestRank)
{
    const Latencies hundred = up_to(100);
    EXPECT_EQ(hundred.percentile(50), nanoseconds{50});
    EXPECT_EQ(hundred.percentile(99), nanoseconds{99});
    EXPECT_EQ(hundred.percentile(100), nanoseconds{100});
    EXPECT_EQ(hundred.percentile(0), nanoseconds{1});
    const Latencies three = up_to(3);
    EXPECT_EQ(three.percentile(50), nanoseconds{2});
    EXPECT_EQ(three.percentile(90), nanoseconds{3});
    EXPECT_EQ(up_to(1).percentile(50), nanoseconds{1});
}

TEST(Latency, TimesHaveThreeDigits)
{
    EXPECT_EQ(time_text(nanoseconds{0}), "0 ns");
    EXPECT_EQ(time_text(nanoseconds{999}), "999 ns");
    EXPECT_EQ(time_text(nanoseconds{4130}), "4.13 µs");
    EXPECT_EQ(time_text(nanoseconds{41'300}), "41.3 µs");
    EXPECT_EQ(time_text(nanoseconds{812'000}), "812 µs");
    EXPECT_EQ(time_text(std::chrono::seconds{3600}), "3600 s");
}

/// The counts of a histogram's bars.
std::vector<int> bars(const std::string& histogram)
{
    std::vector<int> counts;
    std::istringstream lines{histogram};
    for (std::string line; std::getline(lines, line);) {
        const auto end = line.find('#') == std::string::npos ? line.size() : line.find("  #");
        const auto begin = line.find_last_of(' ', end - 1);
        counts.push_back(std::stoi(line.substr(begin, end - begin)));
    }
    return counts;
}

TEST(Latency, HistogramHasEveryTimeOnce)
{
    for (const int most : {1, 2, 3, 10, 1000, 100'000}) {
        const auto counts = bars(up_to(most).histogram());
        EXPECT_LE(counts.size(), 14u) << most;
        int sum = 0;
        for (const int count : counts) sum += count;
        EXPECT_EQ(sum, most);
    }
}

TEST(Latency, OneTimeIsOneBar)
{
    Latencies same;
    for (int i = 0; i < 3; ++i) same.add(nanoseconds{0});
    same.sort();
    EXPECT_EQ(bars(same.histogram()), std::vector<int>{3});
    EXPECT_THAT(same.row("end"), HasSubstr("0 ns"));
}

TEST(Latency, JsonIsInNanoseconds)
{
    const auto object = up_to(100).to_json();
    EXPECT_EQ(object,
              (nlohmann::json{{"count", 100}, {"mean_ns", 50}, {"p50_ns", 50}, {"p90_ns", 90}, {"p99_ns", 99}, {"max_ns", 100}}));
}

TEST(Stopwatch, NotesTheFirstOutputOnly)
{
    test::Output output;
    Stopwatch watch;
    const OutputSink sink = watch.noting(output.sink());
    watch.start();
    EXPECT_FALSE(watch.first_output());
    sink(test::as_bytes("a"));
    const auto first = watch.first_output();
    ASSERT_TRUE(first);
    sink(test::as_bytes("b"));
    watch.stop();
    EXPECT_EQ(watch.first_output(), first);
    EXPECT_GE(watch.end(), *first);
    EXPECT_EQ(output.text, "ab");
    watch.start();
    EXPECT_FALSE(watch.first_output());
}

TEST(SizeText, HasTheLargestUnitThatFits)
{
    EXPECT_EQ(size_text(0), "0 bytes");
    EXPECT_EQ(size_text(1), "1 byte");
    EXPECT_EQ(size_text(1023), "1023 bytes");
    EXPECT_EQ(size_text(4096), "4 KiB");
    EXPECT_EQ(size_text(2'306'867), "2.2 MiB");
    EXPECT_EQ(size_text(std::uint64_t{3} << 40), "3 TiB");
    EXPECT_EQ(size_text(std::uint64_t{1} << 60), "1048576 TiB");
}

}  // namespace
}  // namespace husk::cli
