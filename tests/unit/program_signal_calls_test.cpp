#include "program/process/signals.hpp"
#include "support/hostile_calls.hpp"

#include <poll.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <ctime>

// The calls about signals and timers: what they answer.
namespace husk::test {
namespace {

using namespace program;

constexpr int kRealTime = 40;

class SignalCalls : public HostileCalls {
protected:
    static constexpr std::uint64_t kIn = kPages, kOut = kPages + 0x1000, kThird = kPages + 0x2000;

    SignalCalls() { start_signals(*process_); }
    ~SignalCalls() override { stop_signals(*process_); }

    void block(SignalSet set) { set_mask(*thread_, set); }
    Result wait_for(SignalSet these)
    {
        put(kIn, these);
        return call(SYS_rt_sigtimedwait, kIn, kOut, 0, SignalSet::kSize);
    }
};

TEST_F(SignalCalls, RefuseWhatIsNoSignal)
{
    for (const int signal : {0, 65, -1, 1 << 30}) {
        EXPECT_EQ(call(SYS_rt_sigaction, signal, 0, kOut, SignalSet::kSize), -EINVAL) << signal;
        if (signal != 0) {
            EXPECT_EQ(call(SYS_kill, process_->pid, signal), -EINVAL) << signal;
            EXPECT_EQ(call(SYS_tkill, thread_->tid, signal), -EINVAL) << signal;
        }
    }
    put(kIn, Action{});
    for (const int signal : {SIGKILL, SIGSTOP}) {
        EXPECT_EQ(call(SYS_rt_sigaction, signal, kIn, 0, SignalSet::kSize), -EINVAL);
        EXPECT_EQ(call(SYS_rt_sigaction, signal, 0, kOut, SignalSet::kSize), 0);
    }
    for (const std::uint64_t size : {std::uint64_t{0}, std::uint64_t{4}, std::uint64_t{16}, ~std::uint64_t{0}}) {
        EXPECT_EQ(call(SYS_rt_sigaction, SIGUSR1, 0, kOut, size), -EINVAL);
        EXPECT_EQ(call(SYS_rt_sigprocmask, SIG_BLOCK, 0, kOut, size), -EINVAL);
        EXPECT_EQ(call(SYS_rt_sigsuspend, kIn, size), -EINVAL);
        EXPECT_EQ(call(SYS_rt_sigtimedwait, kIn, 0, 0, size), -EINVAL);
        EXPECT_EQ(call(SYS_signalfd4, -1, kIn, size, 0), -EINVAL);
    }
    EXPECT_EQ(call(SYS_rt_sigpending, kOut, 9), -EINVAL);
    EXPECT_EQ(call(SYS_rt_sigprocmask, 3, kIn, 0, SignalSet::kSize), -EINVAL);
}

TEST_F(SignalCalls, SendToNobodyElse)
{
    for (const int pid :
         {1, static_cast<int>(::getppid()), -1, -static_cast<int>(::getpgid(0)) - 1, 1 << 22, std::numeric_limits<int>::min()}) {
        EXPECT_EQ(call(SYS_kill, pid, SIGTERM), -ESRCH) << pid;
        EXPECT_EQ(call(SYS_kill, pid, 0), -ESRCH) << pid;
    }
    EXPECT_EQ(call(SYS_tkill, 1, SIGTERM), -ESRCH);
    EXPECT_EQ(call(SYS_tkill, 0, SIGTERM), -EINVAL);
    EXPECT_EQ(call(SYS_tgkill, 1, thread_->tid, SIGTERM), -ESRCH);
    EXPECT_EQ(call(SYS_tgkill, process_->pid, 1, SIGTERM), -ESRCH);
    EXPECT_EQ(call(SYS_tgkill, process_->pid, -1, SIGTERM), -EINVAL);
    put(kIn, sent_by(SIGTERM, SI_USER, 1, 0));
    EXPECT_EQ(call(SYS_rt_sigqueueinfo, 1, SIGTERM, kIn), -EPERM);
    put(kIn, sent_by(SIGTERM, SI_QUEUE, 1, 0));
    EXPECT_EQ(call(SYS_rt_sigqueueinfo, 1, SIGTERM, kIn), -ESRCH);
    EXPECT_EQ(call(SYS_rt_tgsigqueueinfo, 1, thread_->tid, SIGTERM, kIn), -ESRCH);
    EXPECT_FALSE(thread_->interrupted());
    EXPECT_EQ(call(SYS_kill, process_->pid, 0), 0);
    EXPECT_EQ(call(SYS_kill, 0, 0), 0);
    EXPECT_EQ(call(SYS_tgkill, process_->pid, thread_->tid, 0), 0);
    EXPECT_FALSE(thread_->interrupted());
}

TEST_F(SignalCalls, WaitForASignalAndTellOfIt)
{
    block(SignalSet::of(kRealTime, SIGUSR1));
    SignalInfo info = sent_by(0, SI_QUEUE, 5, 6);
    info.si_value.sival_int = 7;
    put(kThird, info);
    EXPECT_EQ(call(SYS_rt_sigqueueinfo, process_->pid, kRealTime, kThird), 0);
    EXPECT_EQ(wait_for(SignalSet::of(kRealTime)), kRealTime);
    const auto told = get<SignalInfo>(kOut);
    EXPECT_EQ(told.si_signo, kRealTime);
    EXPECT_EQ(told.si_value.sival_int, 7);
    put(kThird, timespec{});
    EXPECT_EQ(call(SYS_rt_sigtimedwait, kIn, kOut, kThird, SignalSet::kSize), -EAGAIN);
    put(kThird, timespec{.tv_sec = 0, .tv_nsec = 1});
    EXPECT_EQ(call(SYS_rt_sigtimedwait, kIn, kOut, kThird, SignalSet::kSize), -EAGAIN);
    for (const timespec bad : {timespec{-1, 0}, timespec{0, -1}, timespec{0, 1'000'000'000}}) {
        put(kThird, bad);
        EXPECT_EQ(call(SYS_rt_sigtimedwait, kIn, kOut, kThird, SignalSet::kSize), -EINVAL);
    }
    // Another one ends it.
    block({});
    EXPECT_EQ(call(SYS_kill, process_->pid, SIGUSR1), 0);
    EXPECT_EQ(wait_for(SignalSet::of(kRealTime)), -EINTR);
    EXPECT_TRUE(thread_->signals.awaited.empty());
}

TEST_F(SignalCalls, QueueUpToALimit)
{
    process_->signals.room.most = 3;
    block(SignalSet::of(kRealTime));
    put(kIn, sent_by(kRealTime, SI_QUEUE, 1, 0));
    for (int i = 0; i < 3; ++i) EXPECT_EQ(call(SYS_rt_sigqueueinfo, process_->pid, kRealTime, kIn), 0);
    EXPECT_EQ(call(SYS_rt_sigqueueinfo, process_->pid, kRealTime, kIn), -EAGAIN);
    EXPECT_EQ(call(SYS_rt_tgsigqueueinfo, process_->pid, thread_->tid, kRealTime, kIn), -EAGAIN);
    EXPECT_EQ(call(SYS_kill, process_->pid, kRealTime), 0);
}

TEST_F(SignalCalls, MakeSignalfds)
{
    block(SignalSet::of(SIGUSR1, kRealTime));
    EXPECT_EQ(call(SYS_kill, process_->pid, SIGUSR1), 0);
    put(kIn, SignalSet::of(SIGUSR1, SIGKILL));
    const Result made = call(SYS_signalfd4, -1, kIn, SignalSet::kSize, SFD_NONBLOCK | SFD_CLOEXEC);
    ASSERT_GE(made, 0);
    ASSERT_LT(made, kLine);
    const int fd = keep(static_cast<int>(made));
    signalfd_siginfo record{};
    ASSERT_EQ(::read(fd, &record, sizeof record), static_cast<ssize_t>(sizeof record)) << "it was pending already";
    EXPECT_EQ(record.ssi_signo, static_cast<std::uint32_t>(SIGUSR1));
    EXPECT_EQ(record.ssi_pid, static_cast<std::uint32_t>(process_->pid));
    EXPECT_TRUE(process_->signals.pending.set().empty());

    EXPECT_EQ(call(SYS_tgkill, process_->pid, thread_->tid, kRealTime), 0);
    EXPECT_EQ(::read(fd, &record, sizeof record), -1) << "not in its mask";
    put(kIn, SignalSet::of(kRealTime));
    const int copy = keep(::dup(fd));
    EXPECT_EQ(call(SYS_signalfd4, copy, kIn, SignalSet::kSize, 0), copy);
    ASSERT_EQ(::read(fd, &record, sizeof record), static_cast<ssize_t>(sizeof record));
    EXPECT_EQ(record.ssi_signo, static_cast<std::uint32_t>(kRealTime));
    EXPECT_EQ(call(SYS_read, fd, kOut, sizeof record - 1), -EINVAL);
    EXPECT_EQ(call(SYS_read, fd, kOut, sizeof record), -EAGAIN);

    EXPECT_EQ(call(SYS_signalfd4, make_file(), kIn, SignalSet::kSize, 0), -EINVAL);
    EXPECT_EQ(call(SYS_signalfd4, kLine + 1, kIn, SignalSet::kSize, 0), -EBADF);
    EXPECT_EQ(call(SYS_signalfd4, -2, kIn, SignalSet::kSize, 0), -EBADF);
    EXPECT_EQ(call(SYS_signalfd4, -1, kIn, SignalSet::kSize, 1), -EINVAL);
}

TEST_F(SignalCalls, OfASignalfdThatIsClosedKeepWhatIsPending)
{
    block(SignalSet::of(SIGUSR1));
    put(kIn, SignalSet::of(SIGUSR1));
    const Result fd = call(SYS_signalfd4, -1, kIn, SignalSet::kSize, 0);
    ASSERT_GE(fd, 0);
    ::close(static_cast<int>(fd));
    EXPECT_EQ(call(SYS_kill, process_->pid, SIGUSR1), 0);  // and no SIGPIPE here
    EXPECT_TRUE(process_->signals.descriptors.empty());
    EXPECT_EQ(wait_for(SignalSet::of(SIGUSR1)), SIGUSR1);
}

TEST_F(SignalCalls, MakeTimers)
{
    block(SignalSet::of(kRealTime));
    sigevent event{};
    event.sigev_notify = SIGEV_THREAD_ID;
    event.sigev_signo = kRealTime;
    event.sigev_value.sival_int = 9;
    event._sigev_un._tid = thread_->tid;
    put(kIn, event);
    ASSERT_EQ(call(SYS_timer_create, CLOCK_MONOTONIC, kIn, kThird), 0);
    const int id = get<int>(kThird);
    put(kIn, itimerspec{.it_interval = {0, 1000}, .it_value = {0, 1}});
    EXPECT_EQ(call(SYS_timer_settime, id, 0, kIn, kOut), 0);
    EXPECT_EQ(wait_for(SignalSet::of(kRealTime)), kRealTime);
    auto info = get<SignalInfo>(kOut);
    EXPECT_EQ(info.si_code, SI_TIMER);
    EXPECT_EQ(info.si_timerid, id);
    EXPECT_EQ(info.si_value.sival_int, 9);
    EXPECT_EQ(wait_for(SignalSet::of(kRealTime)), kRealTime);
    info = get<SignalInfo>(kOut);
    EXPECT_EQ(call(SYS_timer_getoverrun, id), info.si_overrun);
    EXPECT_EQ(call(SYS_timer_gettime, id, kOut), 0);
    EXPECT_EQ(get<itimerspec>(kOut).it_interval.tv_nsec, 1000);
    EXPECT_EQ(call(SYS_timer_delete, id), 0);
    EXPECT_FALSE(thread_->signals.pending.set().has(kRealTime)) << "its signal goes with it";
    for (const long number : {SYS_timer_delete, SYS_timer_getoverrun}) EXPECT_EQ(call(number, id), -EINVAL);
    EXPECT_EQ(call(SYS_timer_gettime, id, kOut), -EINVAL);
    EXPECT_EQ(call(SYS_timer_settime, id, 0, kIn, 0), -EINVAL);
}

TEST_F(SignalCalls, RefuseTimersThatMakeNoSense)
{
    const auto create = [&](int clock, int notify, int signal, int tid) {
        sigevent event{};
        event.sigev_notify = notify;
        event.sigev_signo = signal;
        event._sigev_un._tid = tid;
        put(kIn, event);
        return call(SYS_timer_create, clock, kIn, kOut);
    };
    EXPECT_EQ(create(77, SIGEV_SIGNAL, SIGALRM, 0), -EINVAL);
    EXPECT_EQ(create(CLOCK_REALTIME_ALARM, SIGEV_SIGNAL, SIGALRM, 0), -EINVAL);
    EXPECT_EQ(create(~1 * 8 + 2, SIGEV_SIGNAL, SIGALRM, 0), -EINVAL) << "the clock of another process";
    EXPECT_EQ(create(CLOCK_MONOTONIC, SIGEV_SIGNAL, 0, 0), -EINVAL);
    EXPECT_EQ(create(CLOCK_MONOTONIC, SIGEV_SIGNAL, 65, 0), -EINVAL);
    EXPECT_EQ(create(CLOCK_MONOTONIC, SIGEV_THREAD_ID, SIGALRM, 1), -EINVAL);
    EXPECT_EQ(create(CLOCK_MONOTONIC, 99, SIGALRM, 0), -EINVAL);
    for (const int id : {-1, -2, -3, 0, 1 << 30}) EXPECT_EQ(call(SYS_timer_delete, id), -EINVAL) << id;
    for (std::size_t i = 0; i < Timers::kMost; ++i) ASSERT_EQ(create(CLOCK_MONOTONIC, SIGEV_NONE, 0, 0), 0);
    EXPECT_EQ(create(CLOCK_MONOTONIC, SIGEV_NONE, 0, 0), -EAGAIN);
}

TEST_F(SignalCalls, HaveIntervalTimers)
{
    block(SignalSet::of(SIGALRM, SIGVTALRM, SIGPROF));
    EXPECT_EQ(call(SYS_alarm, 1000), 0);
    const Result left = call(SYS_alarm, 0);
    EXPECT_TRUE(left == 1000 || left == 999) << left;
    EXPECT_EQ(call(SYS_alarm, 0), 0);
    put(kIn, itimerval{.it_interval = {}, .it_value = {0, 1}});
    EXPECT_EQ(call(SYS_setitimer, ITIMER_REAL, kIn, kOut), 0);
    EXPECT_EQ(wait_for(SignalSet::of(SIGALRM)), SIGALRM);
    EXPECT_EQ(get<SignalInfo>(kOut).si_code, SI_KERNEL);
    for (const int which : {ITIMER_VIRTUAL, ITIMER_PROF}) {
        EXPECT_EQ(call(SYS_getitimer, which, kOut), 0);
        EXPECT_EQ(get<itimerval>(kOut).it_value.tv_usec, 0);
        put(kIn, itimerval{.it_interval = {5, 0}, .it_value = {1000, 0}});
        EXPECT_EQ(call(SYS_setitimer, which, kIn, 0), 0);
        EXPECT_EQ(call(SYS_getitimer, which, kOut), 0);
        EXPECT_EQ(get<itimerval>(kOut).it_interval.tv_sec, 5);
        EXPECT_EQ(call(SYS_setitimer, which, 0, 0), 0);
    }
    EXPECT_EQ(call(SYS_getitimer, 3, kOut), -EINVAL);
    EXPECT_EQ(call(SYS_setitimer, -1, kIn, 0), -EINVAL);
    for (const timeval bad : {timeval{-1, 0}, timeval{0, -1}, timeval{0, 1'000'000}}) {
        put(kIn, itimerval{.it_interval = {}, .it_value = bad});
        EXPECT_EQ(call(SYS_setitimer, ITIMER_REAL, kIn, 0), -EINVAL);
    }
}

TEST_F(SignalCalls, AreDefendedAgainstBadAddresses)
{
    constexpr std::uint64_t kSet = SignalSet::kSize;
    block(SignalSet::of(SIGUSR1, kRealTime));
    put(kIn, SignalSet::of(kRealTime));
    put(kThird, timespec{.tv_sec = 0, .tv_nsec = 1});
    expect_defended(std::vector<DescribedCall>{
        {"rt_sigprocmask",
         SYS_rt_sigprocmask,
         {number(SIG_BLOCK), optional(in(kIn, kSet)), optional(out(kOut, kSet)), number(kSet)}},
        {"rt_sigpending", SYS_rt_sigpending, {out(kOut, kSet), number(kSet)}},
        {"signalfd4", SYS_signalfd4, {number(~0ull), in(kIn, kSet), number(kSet), number(SFD_CLOEXEC)}},
    });
    put(kIn, Action{.handler = Action::kIgnore, .mask = {}});
    expect_defended(std::vector<DescribedCall>{
        {"rt_sigaction",
         SYS_rt_sigaction,
         {number(SIGUSR1), optional(in(kIn, sizeof(Action))), optional(out(kOut, sizeof(Action))), number(kSet)}},
    });
    put(kIn, AlternateStack{});
    expect_defended(std::vector<DescribedCall>{
        {"sigaltstack", SYS_sigaltstack, {optional(in(kIn, sizeof(AlternateStack))), optional(out(kOut, sizeof(AlternateStack)))}},
    });
    put(kIn, sent_by(0, SI_QUEUE, 1, 0));
    const auto pid = number(static_cast<std::uint64_t>(process_->pid));
    const auto tid = number(static_cast<std::uint64_t>(thread_->tid));
    expect_defended(std::vector<DescribedCall>{
        {"rt_sigqueueinfo", SYS_rt_sigqueueinfo, {pid, number(kRealTime), in(kIn, sizeof(SignalInfo))}},
        {"rt_tgsigqueueinfo", SYS_rt_tgsigqueueinfo, {pid, tid, number(kRealTime), in(kIn, sizeof(SignalInfo))}},
    });
}

TEST_F(SignalCalls, AboutTimersAreDefendedAgainstBadAddresses)
{
    sigevent event{};
    event.sigev_notify = SIGEV_NONE;
    put(kIn, event);
    ASSERT_EQ(call(SYS_timer_create, CLOCK_MONOTONIC, kIn, kOut), 0);
    const auto id = number(static_cast<std::uint64_t>(get<int>(kOut)));
    expect_defended(std::vector<DescribedCall>{
        {"timer_create", SYS_timer_create, {number(CLOCK_MONOTONIC), optional(in(kIn, sizeof event)), out(kOut, sizeof(int))}},
    });
    put(kIn, itimerspec{});
    expect_defended(std::vector<DescribedCall>{
        {"timer_gettime", SYS_timer_gettime, {id, out(kOut, sizeof(itimerspec))}},
        {"setitimer",
         SYS_setitimer,
         {number(ITIMER_REAL), optional(in(kIn, sizeof(itimerval))), optional(out(kOut, sizeof(itimerval)))}},
        {"getitimer", SYS_getitimer, {number(ITIMER_PROF), out(kOut, sizeof(itimerval))}},
    });
}

}  // namespace
}  // namespace husk::test
