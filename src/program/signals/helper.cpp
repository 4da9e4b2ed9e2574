#include "program/signals/helper.hpp"

#include "program/host/call.hpp"
#include "program/signals/set.hpp"

#include <sys/prctl.h>
#include <sys/syscall.h>

#include <ctime>

namespace husk::program {

namespace {

/// A timer that expires more often than this is seen less often, and its overruns counted by the host: otherwise a program could
/// keep this thread busy for nothing.
constexpr long kShortestPause = 50'000;  // nanoseconds

/// Blocks all signals of the calling thread while it lives, so that a thread made meanwhile begins so.
class AllBlocked {
public:
    AllBlocked()
    {
        constexpr SignalSet kAll{~std::uint64_t{0}};
        host_call(SYS_rt_sigprocmask, SIG_SETMASK, &kAll, &before_, SignalSet::kSize);
    }
    ~AllBlocked() { host_call(SYS_rt_sigprocmask, SIG_SETMASK, &before_, 0, SignalSet::kSize); }
    AllBlocked(const AllBlocked&) = delete;
    AllBlocked& operator=(const AllBlocked&) = delete;

private:
    SignalSet before_;
};

}  // namespace

void SignalHelper::begin()
{
    const std::lock_guard lock{mutex_};
    if (thread_.joinable()) return;
    const AllBlocked blocked;
    stopping_ = false;
    thread_ = std::thread{[this] { run(); }};
}

int SignalHelper::tid()
{
    begin();
    tid_.wait(0);
    return tid_;
}

void SignalHelper::stop()
{
    const std::lock_guard lock{mutex_};
    if (!thread_.joinable()) return;
    tid_.wait(0);
    stopping_ = true;
    wake();
    thread_.join();
    tid_ = 0;
}

void SignalHelper::wake() const noexcept
{
    if (const int tid = tid_; tid != 0) interrupt_thread(tid);
}

void SignalHelper::run()
{
    host_call(SYS_prctl, PR_SET_NAME, "husk-signals", 0, 0, 0);
    tid_ = static_cast<int>(host_call(SYS_gettid));
    tid_.notify_all();
    if (sink_.woken) sink_.woken();  // for what came before there was a thread to wake

    const SignalSet wanted = SignalSet::of(interrupt_signal());
    while (!stopping_) {
        siginfo_t info{};
        if (failed(host_call(SYS_rt_sigtimedwait, &wanted, &info, 0, SignalSet::kSize))) continue;
        if (stopping_) break;
        if (info.si_code == SI_TIMER)
            sink_.timer(info.si_value.sival_int, info.si_overrun);
        else if (sink_.woken)
            sink_.woken();
        const timespec pause{0, kShortestPause};
        host_call(SYS_nanosleep, &pause, 0);
    }
}

}  // namespace husk::program
