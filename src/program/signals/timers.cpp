#include "program/signals/timers.hpp"

#include <sys/syscall.h>
#include <sys/time.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>
#include <system_error>

namespace husk::program {

namespace {

/// What makes an interval timer: clocks of the whole process as the kernel numbers them, ~pid << 3 with pid 0 for one's own.
struct Interval {
    int clock;
    int signal;
};
constexpr int kTimeUsed = ~0 * 8, kTimeInUserMode = kTimeUsed + 1;  // CPUCLOCK_PROF and CPUCLOCK_VIRT
constexpr std::array<Interval, 3> kIntervals{{
    {CLOCK_MONOTONIC, SIGALRM},
    {kTimeInUserMode, SIGVTALRM},
    {kTimeUsed, SIGPROF},
}};
static_assert(ITIMER_REAL == 0 && ITIMER_VIRTUAL == 1 && ITIMER_PROF == 2);

constexpr int interval_id(int which)
{
    return -1 - which;
}

}  // namespace

Result Timers::create(int clock, const std::optional<Notice>& notice)
{
    const std::lock_guard lock{mutex_};
    if (timers_.size() >= kMost || next_ == std::numeric_limits<int>::max()) return -EAGAIN;
    const int id = next_;
    Notice usual{.how = SIGEV_SIGNAL, .signal = SIGALRM};
    usual.value.sival_int = id;
    const Result made = make(id, clock, notice.value_or(usual));
    if (failed(made)) return made;
    ++next_;
    return id;
}

Result Timers::make(int id, int clock, const Notice& notice)
{
    sigevent event{};
    event.sigev_notify = SIGEV_NONE;
    if (notice.how != SIGEV_NONE) {
        event.sigev_notify = SIGEV_THREAD_ID;
        event.sigev_signo = interrupt_signal();
        event.sigev_value.sival_int = id;
        try {
            event._sigev_un._tid = helper_->tid();
        } catch (const std::system_error&) {
            return -EAGAIN;
        }
    }
    Timer timer{.notice = notice};
    const Result made = host_call(SYS_timer_create, clock, &event, &timer.host);
    if (!failed(made)) timers_[id] = timer;
    return made;
}

Result Timers::remove(int id)
{
    const std::lock_guard lock{mutex_};
    const auto found = is_interval(id) ? timers_.end() : timers_.find(id);
    if (found == timers_.end()) return -EINVAL;
    host_call(SYS_timer_delete, found->second.host);
    timers_.erase(found);
    return 0;
}

std::optional<int> Timers::host_id(int id) const
{
    const std::lock_guard lock{mutex_};
    const auto found = timers_.find(id);
    return found == timers_.end() ? std::nullopt : std::optional{found->second.host};
}

Result Timers::set(int id, int flags, const itimerspec& next, itimerspec& before)
{
    const std::optional<int> host = is_interval(id) ? std::nullopt : host_id(id);
    return host ? host_call(SYS_timer_settime, *host, flags, &next, &before) : -EINVAL;
}

Result Timers::get(int id, itimerspec& now) const
{
    const std::optional<int> host = is_interval(id) ? std::nullopt : host_id(id);
    return host ? host_call(SYS_timer_gettime, *host, &now) : -EINVAL;
}

Result Timers::overruns(int id) const
{
    const std::lock_guard lock{mutex_};
    const auto found = is_interval(id) ? timers_.end() : timers_.find(id);
    return found == timers_.end() ? -EINVAL : found->second.overruns;
}

Result Timers::set_interval(int which, const itimerspec& next, itimerspec& before)
{
    if (which < ITIMER_REAL || which > ITIMER_PROF) return -EINVAL;
    const int id = interval_id(which);
    {
        const std::lock_guard lock{mutex_};
        const auto& [clock, signal] = kIntervals[static_cast<std::size_t>(which)];
        if (!timers_.contains(id))
            if (const Result made = make(id, clock, {.how = SIGEV_SIGNAL, .signal = signal}); failed(made)) return made;
    }
    return host_call(SYS_timer_settime, host_id(id).value_or(-1), 0, &next, &before);
}

Result Timers::get_interval(int which, itimerspec& now) const
{
    if (which < ITIMER_REAL || which > ITIMER_PROF) return -EINVAL;
    now = {};
    const std::optional<int> host = host_id(interval_id(which));
    return host ? host_call(SYS_timer_gettime, *host, &now) : 0;  // never set
}

std::optional<Notice> Timers::notice(int id) const
{
    const std::lock_guard lock{mutex_};
    const auto found = timers_.find(id);
    return found == timers_.end() ? std::nullopt : std::optional{found->second.notice};
}

void Timers::delivered(int id, int overruns)
{
    const std::lock_guard lock{mutex_};
    if (const auto found = timers_.find(id); found != timers_.end()) found->second.overruns = overruns;
}

std::size_t Timers::count() const
{
    const std::lock_guard lock{mutex_};
    return static_cast<std::size_t>(std::ranges::count_if(timers_, [](const auto& each) {
        itimerspec now{};
        if (!is_interval(each.first)) return true;
        return !failed(host_call(SYS_timer_gettime, each.second.host, &now)) && (now.it_value.tv_sec | now.it_value.tv_nsec) != 0;
    }));
}

void Timers::clear()
{
    const std::lock_guard lock{mutex_};
    for (const auto& [id, timer] : timers_) host_call(SYS_timer_delete, timer.host);
    timers_.clear();
}

}  // namespace husk::program
