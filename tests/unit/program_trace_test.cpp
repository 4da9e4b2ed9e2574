#include <gmock/gmock.h>

#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "program/abi/system_calls.hpp"
#include "program/trace/signal_info.hpp"
#include "program/trace/statistics.hpp"
#include "program/trace/trace.hpp"

namespace husk::program {
namespace {

using std::chrono::microseconds;
using std::chrono::nanoseconds;
using testing::ElementsAre;

const Reader kNothing = [](std::uint64_t, std::span<std::byte>) { return false; };

std::uint64_t number(std::string_view call)
{
    return find_call(call)->number;
}

class TraceLines : public testing::Test {
protected:
    std::vector<std::string> lines_;
    Trace trace_{[this](std::string_view line) { lines_.emplace_back(line); }, Trace::Options{.limits = {}, .times = false}};

    void whole(int thread, std::string_view call, const Values& values, std::int64_t result)
    {
        trace_.enter(thread, number(call), values, kNothing);
        trace_.leave(thread, result, microseconds{1}, kNothing);
    }
};

TEST_F(TraceLines, ACallIsALine)
{
    whole(1, "close", {3}, 0);
    whole(1, "getpid", {}, 1);
    EXPECT_THAT(lines_, ElementsAre("close(3) = 0", "getpid() = 1"));
}

TEST_F(TraceLines, ACallThatWaitsIsTwo)
{
    trace_.enter(1, number("futex"), {0x1000, 0, 2, 0}, kNothing);
    trace_.waits(1);
    trace_.waits(1);
    trace_.leave(1, 0, microseconds{5}, kNothing);
    trace_.enter(1, number("read"), {0, 0x1000, 5}, kNothing);
    trace_.waits(1);
    trace_.leave(1, 0, microseconds{5}, kNothing);
    EXPECT_THAT(lines_, ElementsAre("futex(0x1000, FUTEX_WAIT, 2, NULL <unfinished ...>", "<... futex resumed>) = 0",
                                    "read(0,  <unfinished ...>", R"(<... read resumed>"", 5) = 0)"));
}

TEST_F(TraceLines, ThreadsAreToldApartWhileThereAreSeveral)
{
    whole(100, "close", {3}, 0);
    whole(101, "close", {4}, 0);
    whole(100, "close", {5}, 0);
    trace_.enter(101, number("exit"), {0}, kNothing);
    trace_.exited(101, 0);
    whole(100, "close", {6}, 0);
    EXPECT_THAT(lines_, ElementsAre("close(3) = 0", "[pid   101] close(4) = 0", "[pid   100] close(5) = 0",
                                    "[pid   101] exit(0) = ?", "[pid   101] +++ exited with 0 +++", "close(6) = 0"));
}

TEST_F(TraceLines, EndsAndSignals)
{
    siginfo_t info{};
    info.si_signo = SIGSEGV;
    info.si_code = SEGV_MAPERR;
    info.si_addr = std::bit_cast<void*>(std::uint64_t{8});
    trace_.signal(1, info);
    trace_.killed(1, SIGSEGV);
    EXPECT_THAT(lines_,
                ElementsAre("--- SIGSEGV {si_signo=SIGSEGV, si_code=SEGV_MAPERR, si_addr=0x8} ---", "+++ killed by SIGSEGV +++"));
}

TEST_F(TraceLines, CallsThatNeverReturnedAreTold)
{
    trace_.enter(1, number("pause"), {}, kNothing);
    trace_.finish();
    trace_.finish();
    trace_.leave(1, 0, microseconds{1}, kNothing);  // nothing is known of it any more
    trace_.enter(1, number("pause"), {}, kNothing);
    trace_.killed(1, SIGTERM);
    EXPECT_THAT(lines_, ElementsAre("pause( <unfinished ...>", "pause( <unfinished ...>", "+++ killed by SIGTERM +++"));
}

TEST_F(TraceLines, ALeaveWithoutACallIsNothing)
{
    trace_.leave(7, 0, microseconds{1}, kNothing);
    trace_.waits(7);
    EXPECT_TRUE(lines_.empty());
}

TEST(Trace, TellsTimes)
{
    std::vector<std::string> lines;
    Trace trace{[&](std::string_view line) { lines.emplace_back(line); }};
    trace.enter(1, number("close"), {3}, kNothing);
    trace.leave(1, -EBADF, microseconds{123}, kNothing);
    EXPECT_THAT(lines, ElementsAre("close(3) = -1 EBADF (Bad file descriptor) <0.000123>"));
}

TEST(Trace, NeedsASink)
{
    EXPECT_THROW(Trace{Trace::Sink{}}, std::invalid_argument);
}

TEST(Trace, LinesOfThreadsAreWhole)
{
    constexpr int kThreads = 4;
    constexpr int kCalls = 500;
    std::vector<std::string> lines;
    Trace trace{[&](std::string_view line) { lines.emplace_back(line); }, Trace::Options{.limits = {}, .times = false}};
    std::vector<std::jthread> threads;
    for (int thread = 1; thread <= kThreads; ++thread)
        threads.emplace_back([&trace, thread] {
            for (int i = 0; i < kCalls; ++i) {
                trace.enter(thread, number("dup"), {static_cast<std::uint64_t>(thread)}, kNothing);
                if (i % 2 == 0) trace.waits(thread);
                trace.leave(thread, thread, microseconds{1}, kNothing);
            }
        });
    threads.clear();
    EXPECT_EQ(lines.size(), kThreads * kCalls * 3 / 2);
    for (const std::string& line : lines) EXPECT_TRUE(line.ends_with("...>") || line.find(") = ") != std::string::npos) << line;
}

siginfo_t info_of(int signal, int code)
{
    siginfo_t info{};
    info.si_signo = signal;
    info.si_code = code;
    return info;
}

TEST(SignalInfo, Senders)
{
    siginfo_t info = info_of(SIGUSR1, SI_USER);
    info.si_pid = 14221;
    EXPECT_EQ(format_signal_info(info), "{si_signo=SIGUSR1, si_code=SI_USER, si_pid=14221, si_uid=0}");
    info = info_of(SIGCHLD, CLD_EXITED);
    info.si_pid = 14222;
    info.si_status = 3;
    EXPECT_EQ(format_signal_info(info),
              "{si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=14222, si_uid=0, si_status=3, si_utime=0, si_stime=0}");
    info.si_code = CLD_KILLED;
    info.si_status = SIGKILL;
    EXPECT_EQ(format_signal_info(info),
              "{si_signo=SIGCHLD, si_code=CLD_KILLED, si_pid=14222, si_uid=0, si_status=SIGKILL, si_utime=0, si_stime=0}");
    EXPECT_EQ(format_signal_info(info_of(SIGALRM, SI_KERNEL)), "{si_signo=SIGALRM, si_code=SI_KERNEL}");
    EXPECT_EQ(format_signal_info(info_of(SIGALRM, SI_TIMER)), "{si_signo=SIGALRM, si_code=SI_TIMER, si_timerid=0, si_overrun=0}");
    EXPECT_EQ(format_signal_info(info_of(SIGSEGV, SI_KERNEL)), "{si_signo=SIGSEGV, si_code=SI_KERNEL, si_addr=NULL}");
}

TEST(SignalInfo, NumbersWithoutAName)
{
    EXPECT_EQ(format_signal_info(info_of(99, 0)), "{si_signo=99, si_code=SI_USER, si_pid=0, si_uid=0}");
    EXPECT_EQ(format_signal_info(info_of(SIGUSR1, 77)), "{si_signo=SIGUSR1, si_code=0x4d}");
    EXPECT_EQ(format_signal_info(info_of(-1, -99)), "{si_signo=-1, si_code=0xffffff9d}");
}

TEST(Statistics, CountsByCall)
{
    Statistics statistics;
    EXPECT_TRUE(statistics.rows().empty());
    statistics.count(number("read"), 5, microseconds{10});
    statistics.count(number("read"), -9, microseconds{30});
    statistics.count(number("mmap"), 0x7f00'0000'0000, microseconds{100});
    statistics.count(number("close"), 0, nanoseconds{-5});  // a clock that was set back
    const auto rows = statistics.rows();
    ASSERT_EQ(rows.size(), 3U);
    EXPECT_EQ(rows[0].name, "mmap");
    EXPECT_EQ(rows[0].errors, 0U);
    EXPECT_EQ(rows[1].name, "read");
    EXPECT_EQ(rows[1].calls, 2U);
    EXPECT_EQ(rows[1].errors, 1U);
    EXPECT_EQ(rows[1].total, microseconds{40});
    EXPECT_EQ(rows[1].longest, microseconds{30});
    EXPECT_EQ(rows[2].total, nanoseconds{0});
}

TEST(Statistics, NumbersWithoutANameAreOne)
{
    Statistics statistics;
    for (const std::uint64_t none : {400ull, 462ull + 1, 500ull, ~0ull}) statistics.count(none, -38, microseconds{1});
    statistics.count(number("mseal"), 0, microseconds{1});
    const auto rows = statistics.rows();
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[0].name, "unknown");
    EXPECT_EQ(rows[0].calls, 4U);
    EXPECT_EQ(rows[0].errors, 4U);
    EXPECT_EQ(rows[1].name, "mseal");
}

TEST(Statistics, TableReadsAsStraceHasIt)
{
    Statistics statistics;
    for (int i = 0; i < 9; ++i) statistics.count(number("mmap"), 4096, microseconds{100});
    statistics.count(number("access"), -2, microseconds{100});
    EXPECT_EQ(format_statistics(statistics.rows()),
              "% time     seconds  usecs/call     calls    errors syscall\n"
              "------ ----------- ----------- --------- --------- ----------------\n"
              " 90.00    0.000900         100         9           mmap\n"
              " 10.00    0.000100         100         1         1 access\n"
              "------ ----------- ----------- --------- --------- ----------------\n"
              "100.00    0.001000         100        10         1 total\n");
    EXPECT_EQ(format_statistics({}),
              "% time     seconds  usecs/call     calls    errors syscall\n"
              "------ ----------- ----------- --------- --------- ----------------\n"
              "------ ----------- ----------- --------- --------- ----------------\n"
              "  0.00    0.000000           0         0           total\n");
}

TEST(Statistics, ThreadsLoseNothing)
{
    constexpr int kThreads = 4;
    constexpr int kCalls = 10'000;
    Statistics statistics;
    std::vector<std::jthread> threads;
    for (int thread = 1; thread <= kThreads; ++thread)
        threads.emplace_back([&statistics, thread] {
            for (int i = 0; i < kCalls; ++i) statistics.count(number("getpid"), i % 2 == 0 ? 1 : -4, nanoseconds{thread});
        });
    threads.clear();
    const auto rows = statistics.rows();
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows[0].calls, kThreads * kCalls);
    EXPECT_EQ(rows[0].errors, kThreads * kCalls / 2);
    EXPECT_EQ(rows[0].total, nanoseconds{(1 + 2 + 3 + 4) * kCalls});
    EXPECT_EQ(rows[0].longest, nanoseconds{kThreads});
}

}  // namespace
}  // namespace husk::program
