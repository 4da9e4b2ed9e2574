// The descriptors of a program that is frozen are those of the program that is thawed: what is waited for, and confinement.
#include "program/frozen/capture.hpp"
#include "program/frozen/same_description.hpp"
#include "support/apart.hpp"
#include "support/confined.hpp"
#include "support/frozen_guest.hpp"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>

#include <array>
#include <csignal>
#include <ctime>

namespace husk::test {
namespace {

TEST_F(FrozenDescriptors, Counters)
{
    int plain = 0, semaphore = 0;
    const auto count = [](int fd) {
        std::uint64_t value = 0;
        return ::read(fd, &value, sizeof value) == sizeof value ? value : 0;
    };
    thaw(
        [&](FilesGuest&) {
            plain = ::eventfd(1000, EFD_NONBLOCK);
            semaphore = ::eventfd(2, EFD_SEMAPHORE | EFD_NONBLOCK);
        },
        [&](FilesGuest&) {
            EXPECT_EQ(count(plain), 1000u);
            EXPECT_EQ(count(plain), 0u);
            EXPECT_EQ(count(semaphore), 1u);
            EXPECT_EQ(count(semaphore), 1u);
            EXPECT_EQ(count(semaphore), 0u);
        });
}

/// What older kernels do not tell is tried out, and leaves no trace.
TEST_F(FrozenDescriptors, WhatTheKernelDoesNotTell)
{
    apart([&] {
        const int one = ::open("/dev/null", O_RDONLY), other = ::open("/dev/null", O_RDONLY), copy = ::dup(one);
        EXPECT_TRUE(program::same_description_by_trial(one, copy));
        EXPECT_FALSE(program::same_description_by_trial(one, other));
        EXPECT_EQ(::fcntl(one, F_GETFL) & O_NONBLOCK, 0);
        for (const int flags : {0, int{EFD_SEMAPHORE}})
            for (const unsigned count : {0U, 1U, 2U, 1000U}) {
                const int fd = ::eventfd(count, flags);
                EXPECT_EQ(program::counts_down(fd, count, O_RDWR), flags != 0) << count;
                FilesGuest guest{grants_};
                std::vector<NotFreezable> none;
                auto all = program::capture_descriptors(guest.process(), none);
                EXPECT_EQ(numbered(all, fd).event->count, count) << flags;
                EXPECT_EQ(numbered(all, fd).flags & O_NONBLOCK, 0u);
                ::close(fd);
            }
    });
}

TEST_F(FrozenDescriptors, TimersGoOnWithWhatWasLeft)
{
    constexpr std::uint64_t kHour = 3600;
    int idle = 0, armed = 0, expired = 0, moment = 0;
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    thaw(
        [&](FilesGuest&) {
            idle = ::timerfd_create(CLOCK_BOOTTIME, 0);
            armed = ::timerfd_create(CLOCK_MONOTONIC, 0);
            expired = ::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
            moment = ::timerfd_create(CLOCK_REALTIME, 0);
            const itimerspec in_an_hour{.it_interval = {7, 0}, .it_value = {kHour, 0}};
            const itimerspec at_once{.it_interval = {}, .it_value = {0, 1}};
            const itimerspec then{.it_interval = {}, .it_value = {now.tv_sec + 2 * static_cast<time_t>(kHour), 0}};
            ::timerfd_settime(armed, 0, &in_an_hour, nullptr);
            ::timerfd_settime(expired, 0, &at_once, nullptr);
            ::timerfd_settime(moment, TFD_TIMER_ABSTIME, &then, nullptr);
            epoll_event event{.events = EPOLLIN, .data = {}};
            const int epoll = ::epoll_create1(0);
            ::epoll_ctl(epoll, EPOLL_CTL_ADD, expired, &event);
            EXPECT_EQ(::epoll_wait(epoll, &event, 1, -1), 1);
            ::close(epoll);
        },
        [&](FilesGuest&) {
            itimerspec left{};
            ::timerfd_gettime(idle, &left);
            EXPECT_EQ(left.it_value.tv_sec + left.it_value.tv_nsec, 0);
            ::timerfd_gettime(armed, &left);
            EXPECT_GT(left.it_value.tv_sec, 1);
            EXPECT_LE(left.it_value.tv_sec, kHour);
            EXPECT_EQ(left.it_interval.tv_sec, 7);
            std::uint64_t times = 0;
            EXPECT_EQ(::read(expired, &times, sizeof times), 8);
            EXPECT_EQ(times, 1u);
            EXPECT_EQ(::read(expired, &times, sizeof times), -1);
            ::timerfd_gettime(moment, &left);
            EXPECT_GT(left.it_value.tv_sec, kHour);
        });
}

TEST_F(FrozenDescriptors, EpollWatchesWhatItWatched)
{
    constexpr std::uint64_t kData = 0xFEDC'BA98'7654'3210;
    int event = 0, inner = 0, outer = 0;
    std::array<int, 2> pipe{};
    thaw(
        [&](FilesGuest&) {
            event = ::eventfd(0, 0);
            ASSERT_EQ(::pipe(pipe.data()), 0);
            outer = ::epoll_create1(EPOLL_CLOEXEC);
            inner = ::epoll_create1(0);
            const auto add = [](int epoll, int fd, std::uint32_t events, std::uint64_t data) {
                epoll_event wanted{.events = events, .data = {.u64 = data}};
                EXPECT_EQ(::epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &wanted), 0);
            };
            add(inner, event, EPOLLIN | EPOLLET, kData);
            add(inner, pipe[1], EPOLLOUT | EPOLLONESHOT, 2);
            add(outer, inner, EPOLLIN, 3);
        },
        [&](FilesGuest&) {
            std::array<epoll_event, 4> seen{};
            EXPECT_EQ(::fcntl(outer, F_GETFD), FD_CLOEXEC);
            ASSERT_EQ(::epoll_wait(outer, seen.data(), 4, 0), 1);
            EXPECT_EQ(std::uint64_t{seen[0].data.u64}, 3u);
            ASSERT_EQ(::epoll_wait(inner, seen.data(), 4, 0), 1);  // once, for it is a one-shot
            EXPECT_EQ(std::uint64_t{seen[0].data.u64}, 2u);
            ::eventfd_write(event, 1);
            ASSERT_EQ(::epoll_wait(inner, seen.data(), 4, 0), 1);
            EXPECT_EQ(std::uint64_t{seen[0].data.u64}, kData);
            EXPECT_EQ(::epoll_wait(inner, seen.data(), 4, 0), 0);  // edges
        });
}

TEST_F(FrozenDescriptors, SignalDescriptorsKeepMaskAndRecords)
{
    using namespace program;
    const SignalSet mask = SignalSet::of(SIGUSR1, SIGUSR2);
    const auto send = [](Process& process, int signal) {
        EXPECT_TRUE(process.signals.pending.add(sent_by(signal, SI_USER, 1, 2)));
        process.signals.descriptors.feed(process.signals.pending, ~SignalSet{});
    };
    const auto next = [](int fd) {
        signalfd_siginfo record{};
        return ::read(fd, &record, sizeof record) == sizeof record ? record.ssi_signo : 0;
    };
    int fd = 0;
    thaw(
        [&](FilesGuest& guest) {
            Process& process = guest.process();
            fd = static_cast<int>(process.signals.descriptors.create(mask, SFD_NONBLOCK, 1024, process.descriptor_line));
            send(process, SIGUSR1);
        },
        [&](FilesGuest& guest) {
            EXPECT_EQ(guest.process().signals.descriptors.mask_of(fd), mask);
            EXPECT_EQ(next(fd), static_cast<unsigned>(SIGUSR1));
            send(guest.process(), SIGUSR2);
            EXPECT_EQ(next(fd), static_cast<unsigned>(SIGUSR2));
            EXPECT_EQ(next(fd), 0u);
        });
}

/// As a program runs under the command: what the freeze asks of the host, its filter and its rules let through.
TEST_F(FrozenDescriptors, AreCapturedUnderConfinement)
{
    if (const std::string missing = missing_here(); !missing.empty()) GTEST_SKIP() << missing;
    const ChildEnd end = in_child([&] {
        ::close_range(3, ~0U, 0);
        FilesGuest guest{grants_};
        std::array<int, 2> pipe{};
        const int words = opened(guest, words_, O_RDWR), other = opened(guest, "/data/other");
        const int event = ::eventfd(5, 0), epoll = ::epoll_create1(0), memory = ::memfd_create("m", 0);
        const int timer = ::timerfd_create(CLOCK_MONOTONIC, 0), deleted = opened(guest, log_, O_WRONLY);
        epoll_event wanted{.events = EPOLLIN, .data = {}};
        const bool made = ::pipe(pipe.data()) == 0 && ::write(pipe[1], "x", 1) == 1 && ::dup(words) > 0 && other > 0 && timer > 0 &&
                          ::epoll_ctl(epoll, EPOLL_CTL_ADD, event, &wanted) == 0 && ::write(memory, "y", 1) == 1 &&
                          ::unlink(log_.c_str()) == 0 && deleted > 0;
        std::vector<NotFreezable> refusals;
        const auto before = program::capture_descriptors(guest.process(), refusals);
        program::SandboxOptions options;
        for (const auto& reach : guest.process().files.reach()) {
            const auto way = reach.writable ? program::Reachable::Way::Write : program::Reachable::Way::Read;
            options.reachable.push_back({.path = reach.path, .descriptor = reach.descriptor, .way = way});
        }
        program::confine(options);
        const auto after = program::capture_descriptors(guest.process(), refusals);
        constexpr std::size_t kOpen = 13;
        return made && refusals.empty() && before.size() == kOpen && after == before ? 0 : 1;
    });
    EXPECT_EQ(end, (ChildEnd{.status = 0, .signal = 0}));
}

}  // namespace
}  // namespace husk::test
