#include <gtest/gtest.h>

#include <sys/syscall.h>

#include <array>
#include <cerrno>
#include <random>

#include "program/signals/action.hpp"
#include "program/signals/alternate_stack.hpp"
#include "program/signals/pending.hpp"
#include "program/signals/restart.hpp"

namespace husk::program {
namespace {

constexpr SignalSet kNone{};
constexpr int kRealTime = 40;

SignalInfo info_of(int signal, int value, int code = SI_QUEUE)
{
    SignalInfo info = sent_by(signal, code, 1, 2);
    info.si_value.sival_int = value;
    return info;
}

SignalInfo timer_info(int signal, int timer)
{
    SignalInfo info{};
    info.si_signo = signal;
    info.si_code = SI_TIMER;
    info.si_timerid = timer;
    return info;
}

TEST(SignalSets, AreLaidOutAsTheKernels)
{
    static_assert(sizeof(SignalSet) == SignalSet::kSize);
    EXPECT_EQ(SignalSet::of(1).word(), 1u);
    EXPECT_EQ(SignalSet::of(64).word(), std::uint64_t{1} << 63);
    EXPECT_EQ(SignalSet::of(SIGINT, SIGTERM).first(), SIGINT);
    EXPECT_EQ(kNone.first(), 0);
    EXPECT_EQ((~kNone).without(SignalSet::of(1)).first(), 2);
}

TEST(PendingSignals, StandardOnesArePendingOnce)
{
    QueueRoom room;
    PendingSignals pending{room};
    EXPECT_TRUE(pending.add(info_of(SIGUSR1, 1)));
    EXPECT_TRUE(pending.add(info_of(SIGUSR1, 2)));
    const auto first = pending.take(kNone);
    ASSERT_TRUE(first);
    EXPECT_EQ(first->si_value.sival_int, 1);
    EXPECT_FALSE(pending.take(kNone));
    EXPECT_EQ(room.used, 0u);
}

TEST(PendingSignals, RealTimeOnesAreQueuedInOrder)
{
    QueueRoom room;
    PendingSignals pending{room};
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(pending.add(info_of(kRealTime, i)));
    for (int i = 0; i < 3; ++i) {
        EXPECT_TRUE(pending.set().has(kRealTime));
        EXPECT_EQ(pending.take(kNone)->si_value.sival_int, i);
    }
    EXPECT_TRUE(pending.set().empty());
}

TEST(PendingSignals, AreTakenByNumberButWhatTheThreadDidComesFirst)
{
    QueueRoom room;
    PendingSignals pending{room};
    for (const int signal : {kRealTime, SIGTERM, SIGSEGV, SIGHUP, SIGILL}) EXPECT_TRUE(pending.add(info_of(signal, 0)));
    std::vector<int> order;
    while (const auto info = pending.take(kNone)) order.push_back(info->si_signo);
    EXPECT_EQ(order, (std::vector{SIGILL, SIGSEGV, SIGHUP, SIGTERM, kRealTime}));
}

TEST(PendingSignals, BlockedOnesStay)
{
    QueueRoom room;
    PendingSignals pending{room};
    EXPECT_TRUE(pending.add(info_of(SIGUSR1, 0)));
    EXPECT_TRUE(pending.add(info_of(SIGUSR2, 0)));
    EXPECT_EQ(pending.take(SignalSet::of(SIGUSR1))->si_signo, SIGUSR2);
    EXPECT_FALSE(pending.take(SignalSet::of(SIGUSR1)));
    EXPECT_EQ(pending.set(), SignalSet::of(SIGUSR1));
}

TEST(PendingSignals, WithoutRoomARealTimeSignalIsRefusedButNotOneOfKill)
{
    QueueRoom room;
    room.most = 2;
    PendingSignals pending{room};
    PendingSignals another{room};
    EXPECT_TRUE(pending.add(info_of(kRealTime, 1)));
    EXPECT_TRUE(another.add(info_of(kRealTime, 2)));
    EXPECT_FALSE(pending.add(info_of(kRealTime, 3)));
    EXPECT_FALSE(pending.add(info_of(kRealTime + 1, 3, SI_TKILL)));
    // kill() gets through, without telling who it was.
    EXPECT_TRUE(pending.add(info_of(kRealTime + 2, 3, SI_USER)));
    EXPECT_EQ(pending.take(SignalSet::of(kRealTime))->si_pid, 0);
    // The kernel's and kill()'s standard signals always have room.
    EXPECT_TRUE(pending.add(info_of(SIGSEGV, 4, SEGV_MAPERR)));
    EXPECT_EQ(pending.take(kNone)->si_code, SEGV_MAPERR);
    // Once taken there is room again.
    EXPECT_EQ(pending.take(kNone)->si_value.sival_int, 1);
    EXPECT_TRUE(pending.add(info_of(kRealTime, 5)));
}

TEST(PendingSignals, WhatIsForgottenMakesRoom)
{
    QueueRoom room;
    {
        PendingSignals pending{room};
        EXPECT_TRUE(pending.add(info_of(SIGTSTP, 0)));
        EXPECT_TRUE(pending.add(info_of(kRealTime, 0)));
        EXPECT_TRUE(pending.add(info_of(kRealTime, 1)));
        pending.forget(kStopping);
        EXPECT_EQ(pending.set(), SignalSet::of(kRealTime));
        EXPECT_EQ(room.used, 2u);
    }
    EXPECT_EQ(room.used, 0u);
}

TEST(PendingSignals, TimersAreFoundAndForgotten)
{
    QueueRoom room;
    PendingSignals pending{room};
    EXPECT_TRUE(pending.add(timer_info(kRealTime, 7)));
    EXPECT_TRUE(pending.add(timer_info(kRealTime, 8)));
    ASSERT_NE(pending.of_timer(8), nullptr);
    EXPECT_EQ(pending.of_timer(9), nullptr);
    pending.forget_timer(7);
    pending.forget_timer(7);
    EXPECT_TRUE(pending.set().has(kRealTime));
    pending.forget_timer(8);
    EXPECT_TRUE(pending.set().empty());
    EXPECT_EQ(room.used, 0u);
}

TEST(PendingSignals, NeverLoseCountUnderAFlood)
{
    std::mt19937 random{4};
    QueueRoom room;
    room.most = 50;
    PendingSignals pending{room};
    for (int i = 0; i < 20'000; ++i) {
        const int signal = static_cast<int>(random() % kSignals) + 1;
        if (random() % 3 != 0)
            (void)pending.add(info_of(signal, i, random() % 2 == 0 ? SI_USER : SI_QUEUE));
        else
            (void)pending.take(SignalSet{random() | std::uint64_t{random()} << 32});
        ASSERT_LE(room.used, room.most + 31) << "standard signals of the kernel's find room beyond the limit, once each";
    }
    while (pending.take(kNone)) {
    }
    EXPECT_EQ(room.used, 0u);
}

TEST(Actions, KeepWhatLinuxKnows)
{
    Actions actions;
    actions.set(SIGUSR1, {.handler = 0x1000, .flags = ~std::uint64_t{0}, .restorer = 0x2000, .mask = ~kNone});
    const Action& mine = actions.of(SIGUSR1);
    EXPECT_TRUE(mine.has(SA_SIGINFO));
    EXPECT_TRUE(mine.has(SA_RESETHAND));
    EXPECT_TRUE(mine.has(Action::kRestorer));
    EXPECT_FALSE(mine.has(0x400));  // SA_UNSUPPORTED, by which programs find out
    EXPECT_FALSE(mine.has(std::uint64_t{1} << 40));
    EXPECT_FALSE(mine.mask.has(SIGKILL));
    EXPECT_FALSE(mine.mask.has(SIGSTOP));
    EXPECT_TRUE(mine.mask.has(64));
}

TEST(Actions, IgnoreWhatTheyAreToldToOrLeaveAlone)
{
    Actions actions;
    for (const int signal : {SIGCHLD, SIGCONT, SIGURG, SIGWINCH}) EXPECT_TRUE(actions.ignored(signal)) << signal;
    for (const int signal : {SIGTERM, SIGSEGV, SIGTSTP, kRealTime}) EXPECT_FALSE(actions.ignored(signal)) << signal;
    actions.set(SIGTERM, {.handler = Action::kIgnore});
    EXPECT_TRUE(actions.ignored(SIGTERM));
    EXPECT_FALSE(actions.handled(SIGTERM));
    actions.set(SIGCHLD, {.handler = 0x1000});
    EXPECT_FALSE(actions.ignored(SIGCHLD));
    EXPECT_TRUE(actions.handled(SIGCHLD));
    actions.reset(SIGCHLD);
    EXPECT_TRUE(actions.ignored(SIGCHLD));
}

TEST(AlternateStack, IsReplacedOnlyWhileNobodyRunsOnIt)
{
    AlternateStack stack;
    EXPECT_EQ(stack.seen_at(0x5000).flags, AlternateStack::kDisable);
    EXPECT_EQ(stack.replace({.base = 0x10'000, .flags = 0, .size = 0x2000}, 0x5000), 0);
    EXPECT_EQ(stack.seen_at(0x5000).flags, 0);
    EXPECT_EQ(stack.seen_at(0x12'000).flags, AlternateStack::kOnStack);
    EXPECT_EQ(stack.seen_at(0x10'000).flags, 0);  // all of it is used: the next push is below
    EXPECT_EQ(stack.replace({.flags = AlternateStack::kDisable}, 0x11'000), -EPERM);
    EXPECT_EQ(stack.replace({.flags = AlternateStack::kDisable}, 0x5000), 0);
    EXPECT_EQ(stack, AlternateStack{});
}

TEST(AlternateStack, ThatDisarmsItselfMayBeReplacedAtAnyTime)
{
    AlternateStack stack;
    EXPECT_EQ(stack.replace({.base = 0x10'000, .flags = AlternateStack::kAutoDisarm, .size = 0x2000}, 0), 0);
    EXPECT_EQ(stack.seen_at(0x11'000).flags, AlternateStack::kAutoDisarm);
    EXPECT_EQ(stack.replace({.base = 0x20'000, .flags = 0, .size = 0x2000}, 0x11'000), 0);
}

TEST(AlternateStack, RefusesWhatMakesNoSense)
{
    AlternateStack stack;
    EXPECT_EQ(stack.replace({.base = 0x10'000, .flags = 0, .size = AlternateStack::kSmallest - 1}, 0), -ENOMEM);
    EXPECT_EQ(stack.replace({.base = 0x10'000, .flags = 3, .size = 0x2000}, 0), -EINVAL);
    EXPECT_EQ(stack.replace({.base = 0x10'000, .flags = 0x40, .size = 0x2000}, 0), -EINVAL);
    EXPECT_EQ(stack, AlternateStack{});
    // Its size is the guest's affair, and so is what it covers: no sum of the two is taken for granted.
    EXPECT_EQ(stack.replace({.base = 0x10'000, .flags = 0, .size = ~std::uint64_t{0}}, 0), 0);
    EXPECT_TRUE(stack.holds(0x7FFF'FFFF'0000));
    EXPECT_FALSE(stack.holds(0x10'000));
}

TEST(Restart, IsAsSignal7Says)
{
    const std::array<std::uint64_t, 6> none{};
    for (const long call : {SYS_read, SYS_write, SYS_wait4, SYS_flock, SYS_ioctl, SYS_openat, SYS_accept, SYS_getrandom, SYS_fcntl})
        EXPECT_EQ(restart_of(static_cast<std::uint64_t>(call), none), Restart::IfWanted) << call;
    for (const long call :
         {SYS_pause, SYS_rt_sigsuspend, SYS_rt_sigtimedwait, SYS_poll, SYS_ppoll, SYS_select, SYS_pselect6, SYS_epoll_wait,
          SYS_epoll_pwait, SYS_epoll_pwait2, SYS_nanosleep, SYS_clock_nanosleep, SYS_semtimedop, SYS_msgrcv, SYS_io_getevents})
        EXPECT_EQ(restart_of(static_cast<std::uint64_t>(call), none), Restart::Never) << call;
    EXPECT_EQ(restart_of(SYS_close, none), Restart::Final);
    EXPECT_EQ(restart_of(~std::uint64_t{0}, none), Restart::IfWanted);
}

TEST(Restart, OfAFutexDependsOnItsTime)
{
    constexpr std::uint64_t kWait = 0, kWaitBitset = 9, kLockPi = 6, kPrivate = 128, kRealTimeClock = 256, kSomeTime = 0x1000;
    for (const std::uint64_t operation : {kWait, kWait | kPrivate, kWaitBitset | kPrivate | kRealTimeClock}) {
        EXPECT_EQ(restart_of(SYS_futex, {0, operation, 0, 0, 0, 0}), Restart::IfWanted);
        EXPECT_EQ(restart_of(SYS_futex, {0, operation, 0, kSomeTime, 0, 0}), Restart::Never);
    }
    EXPECT_EQ(restart_of(SYS_futex, {0, kLockPi | kPrivate, 0, kSomeTime, 0, 0}), Restart::Always);
}

}  // namespace
}  // namespace husk::program
