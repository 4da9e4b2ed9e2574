#include "support/program_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <climits>
#include <optional>

// Waiting for descriptors and for time, and what interrupts it.
namespace husk::test {
namespace {

using program::Result;
using program::Thread;

class CallsPolling : public ProgramProcess {
protected:
    static constexpr std::uint64_t kSets = kPages, kTime = kPages + 0x1000, kMask = kPages + 0x2000, kRest = kPages + 0x3000;

    int ready_ = keep(::eventfd(1, EFD_NONBLOCK));
    int idle_ = keep(::eventfd(0, EFD_NONBLOCK));
    int husks_ = own(ready_);
};

TEST_F(CallsPolling, PollSeesHusksDescriptorsAsClosed)
{
    put(kSets, std::array{pollfd{ready_, POLLIN, 0}, pollfd{husks_, POLLIN, 0x55}, pollfd{-3, POLLIN, 0x55},
                          pollfd{INT_MAX, POLLIN, 0}, pollfd{idle_, POLLIN, 0x55}});
    EXPECT_EQ(call(SYS_poll, kSets, 5, -1), 3);
    const auto polled = get<std::array<pollfd, 5>>(kSets);
    EXPECT_EQ(polled[0].revents, POLLIN);
    EXPECT_EQ(polled[1].revents, POLLNVAL);
    EXPECT_EQ(polled[1].fd, husks_);
    EXPECT_EQ(polled[2].revents, 0);
    EXPECT_EQ(polled[3].revents, POLLNVAL);
    EXPECT_EQ(polled[4].revents, 0);
    EXPECT_EQ(call(SYS_poll, kSets, kLine + 1, 0), -EINVAL);
    EXPECT_EQ(call(SYS_poll, 0, 0, 0), 0);
}

TEST_F(CallsPolling, PpollTellsWhatIsLeft)
{
    put(kSets, pollfd{idle_, POLLIN, 0});
    put(kTime, timespec{0, 1'000'000});
    EXPECT_EQ(call(SYS_ppoll, kSets, 1, kTime, 0, 8), 0);
    EXPECT_EQ(get<timespec>(kTime).tv_nsec, 0);
    put(kSets, pollfd{ready_, POLLIN, 0});
    put(kTime, timespec{1000, 0});
    EXPECT_EQ(call(SYS_ppoll, kSets, 1, kTime, 0, 8), 1);
    EXPECT_GT(get<timespec>(kTime).tv_sec, 900);
    for (const timespec bad : {timespec{-1, 0}, timespec{0, -1}, timespec{0, 1'000'000'000}}) {
        put(kTime, bad);
        EXPECT_EQ(call(SYS_ppoll, kSets, 1, kTime, 0, 8), -EINVAL);
    }
    EXPECT_EQ(call(SYS_ppoll, kSets, 1, 0, kMask, 4), -EINVAL);
}

TEST_F(CallsPolling, SelectLooksNoFurtherThanTheLine)
{
    constexpr std::size_t kWords = 16;
    std::array<std::uint64_t, kWords> set{};
    const auto add = [&](int fd) { set.at(static_cast<std::size_t>(fd) / 64) |= std::uint64_t{1} << (fd % 64); };
    add(ready_);
    add(idle_);
    add(husks_);
    put(kSets, set);
    EXPECT_EQ(call(SYS_select, 1024, kSets, 0, 0, 0), 1);
    const auto found = get<std::array<std::uint64_t, kWords>>(kSets);
    EXPECT_NE(found.at(static_cast<std::size_t>(ready_) / 64) & std::uint64_t{1} << (ready_ % 64), 0u);
    EXPECT_EQ(found.at(static_cast<std::size_t>(idle_) / 64) & std::uint64_t{1} << (idle_ % 64), 0u);

    add(kLine - 1);  // below the line, and not open
    put(kSets, set);
    EXPECT_EQ(call(SYS_select, 1024, kSets, 0, 0, 0), -EBADF);
    EXPECT_EQ(call(SYS_select, -1, 0, 0, 0, 0), -EINVAL);
    put(kTime, timeval{0, 1});
    EXPECT_EQ(call(SYS_select, 0, 0, 0, 0, kTime), 0);
    put(kTime, timeval{-1, 0});
    EXPECT_EQ(call(SYS_select, 0, 0, 0, 0, kTime), -EINVAL);
    put(kTime, timespec{0, 1});
    EXPECT_EQ(call(SYS_pselect6, 0, 0, 0, 0, kTime, 0), 0);
}

TEST_F(CallsPolling, Epoll)
{
    const int epoll = keep(static_cast<int>(call(SYS_epoll_create1, 0)));
    put(kSets, epoll_event{.events = EPOLLIN, .data = {.u64 = 77}});
    EXPECT_EQ(call(SYS_epoll_ctl, epoll, EPOLL_CTL_ADD, ready_, kSets), 0);
    EXPECT_EQ(call(SYS_epoll_ctl, epoll, EPOLL_CTL_ADD, husks_, kSets), -EBADF);
    EXPECT_EQ(call(SYS_epoll_ctl, husks_, EPOLL_CTL_ADD, idle_, kSets), -EBADF);
    put(kSets, epoll_event{});
    EXPECT_EQ(call(SYS_epoll_wait, epoll, kSets, 8, -1), 1);
    const auto found = get<epoll_event>(kSets);
    EXPECT_EQ(std::uint64_t{found.data.u64}, 77u);
    EXPECT_EQ(call(SYS_epoll_ctl, epoll, EPOLL_CTL_DEL, ready_, 0), 0);
    EXPECT_EQ(call(SYS_epoll_wait, epoll, kSets, 8, 0), 0);
    EXPECT_EQ(call(SYS_epoll_wait, epoll, kSets, 8, 1), 0);
    put(kTime, timespec{0, 1});
    EXPECT_EQ(call(SYS_epoll_pwait2, epoll, kSets, 8, kTime, 0, 0), 0);
    for (const int count : {0, -1, INT_MIN, INT_MAX}) EXPECT_EQ(call(SYS_epoll_wait, epoll, kSets, count, 0), -EINVAL) << count;
    EXPECT_EQ(call(SYS_epoll_pwait, epoll, kSets, 8, 0, kMask, 7), -EINVAL);
}

/// What the signals code is asked, and answers.
struct Asked {
    bool deliver = false;
    int looks = 0;
    std::optional<std::uint64_t> mask;
    std::optional<bool> interrupted;
};

class CallsInterrupted : public CallsPolling {
protected:
    CallsInterrupted()
    {
        asked_ = {};
        process_->standing.signals = {
            .to_deliver = [](Thread&) { return ++asked_.looks, asked_.deliver; },
            .begin_mask = [](Thread&, std::uint64_t mask) { asked_.mask = mask; },
            .end_mask = [](Thread&, bool interrupted) { asked_.interrupted = interrupted; },
        };
        put(kSets, pollfd{idle_, POLLIN, 0});
    }
    static inline Asked asked_;
};

TEST_F(CallsInterrupted, ForNothingGoesOnForTheTimeThatIsLeft)
{
    const int epoll = keep(::epoll_create1(0));
    put(kTime, timespec{0, 1'000'000});
    put(kRest, timespec{5, 5});
    const std::array<std::array<long, 7>, 6> calls{{
        {SYS_poll, kSets, 1, 1},
        {SYS_epoll_wait, epoll, kSets, 1, 1},
        {SYS_epoll_pwait2, epoll, kSets, 1, kTime},
        {SYS_nanosleep, kTime, kRest},
        {SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, kTime, kRest},
        {SYS_pselect6, 0, 0, 0, 0, kTime},
    }};
    for (const auto& [number, a, b, c, d, e, f] : calls) {
        thread_->interrupt();
        asked_.looks = 0;
        EXPECT_EQ(call(number, a, b, c, d, e, f), 0) << number;
        EXPECT_GT(asked_.looks, 0) << number;
        EXPECT_FALSE(thread_->interrupted()) << number;
    }
    EXPECT_EQ(get<timespec>(kRest).tv_sec, 5);
}

TEST_F(CallsInterrupted, ForASignalEndsAndTellsWhatIsLeft)
{
    asked_.deliver = true;
    thread_->interrupt();
    EXPECT_EQ(call(SYS_poll, kSets, 1, -1), -EINTR);
    put(kTime, timespec{1000, 0});
    EXPECT_EQ(call(SYS_nanosleep, kTime, kRest), -EINTR);
    EXPECT_GT(get<timespec>(kRest).tv_sec, 900);
    EXPECT_EQ(call(SYS_nanosleep, kTime, kReadOnly), -EFAULT);
    constexpr int kMoment = TIMER_ABSTIME;
    put(kRest, timespec{7, 7});
    put(kTime, timespec{1L << 60, 0});
    EXPECT_EQ(call(SYS_clock_nanosleep, CLOCK_REALTIME, kMoment, kTime, kRest), -EINTR);
    EXPECT_EQ(get<timespec>(kRest).tv_sec, 7);
    EXPECT_TRUE(thread_->interrupted());  // for the way back to the guest to see
}

TEST_F(CallsInterrupted, ByTheEndOfTheProgram)
{
    process_->end(stops::Cancelled{});
    EXPECT_EQ(call(SYS_poll, kSets, 1, -1), -EINTR);
    EXPECT_EQ(call(SYS_select, 0, 0, 0, 0, 0), -EINTR);
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe(ends.data()), 0);
    keep(ends[0]);
    keep(ends[1]);
    EXPECT_EQ(call(SYS_read, ends[0], kSets, 1), -EINTR);
}

TEST_F(CallsInterrupted, TheMaskIsThereForTheCall)
{
    put(kMask, std::uint64_t{0xF0});
    put(kTime, timespec{0, 0});
    EXPECT_EQ(call(SYS_ppoll, kSets, 1, kTime, kMask, 8), 0);
    EXPECT_EQ(asked_.mask, 0xF0u);
    EXPECT_EQ(asked_.interrupted, false);
    put(kRest, std::array<std::uint64_t, 2>{kMask, 8});
    asked_ = {};
    asked_.deliver = true;
    thread_->interrupt();
    EXPECT_EQ(call(SYS_pselect6, 0, 0, 0, 0, 0, kRest), -EINTR);
    EXPECT_EQ(asked_.mask, 0xF0u);
    EXPECT_EQ(asked_.interrupted, true);
    put(kRest, std::array<std::uint64_t, 2>{kMask, 9});
    EXPECT_EQ(call(SYS_pselect6, 0, 0, 0, 0, 0, kRest), -EINVAL);
    put(kRest, std::array<std::uint64_t, 2>{program::layout::kHusk, 8});
    EXPECT_EQ(call(SYS_pselect6, 0, 0, 0, 0, 0, kRest), -EFAULT);
}

}  // namespace
}  // namespace husk::test
