#include "program/calls/handlers.hpp"
#include "program/calls/own_thread.hpp"
#include "program/process/process.hpp"
#include "program/process/signals.hpp"

#include <sys/syscall.h>
#include <sys/time.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>
#include <optional>

namespace husk::program {

namespace {

constexpr std::int64_t kSecond = 1'000'000'000;  // nanoseconds
constexpr std::int64_t kMicrosecond = 1'000;     // nanoseconds
constexpr std::int64_t kSecondInMicros = 1'000'000;

constexpr auto kClocks = std::to_array<int>(
    {CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_BOOTTIME, CLOCK_TAI, CLOCK_PROCESS_CPUTIME_ID, CLOCK_THREAD_CPUTIME_ID});

/// The host's number of a clock that a timer may go by: of those by an id, only the program's own.
std::optional<int> timer_clock(Thread& thread, int clock)
{
    if (clock >= 0) return std::ranges::find(kClocks, clock) != kClocks.end() ? std::optional{clock} : std::nullopt;
    return own_clock(thread, clock);
}

/// The kernel's struct sigevent, which is libc's.
Result read_notice(Process& process, GuestVirt at, std::optional<Notice>& notice)
{
    if (at.value == 0) return 0;
    const auto event = process.memory.get<sigevent>(at);
    if (!event) return -EFAULT;
    Notice wanted{.how = event->sigev_notify, .signal = event->sigev_signo, .value = event->sigev_value};
    switch (wanted.how) {
        case SIGEV_NONE: break;
        case SIGEV_THREAD_ID:
            wanted.tid = event->_sigev_un._tid;
            if (!process.find(wanted.tid)) return -EINVAL;
            [[fallthrough]];
        case SIGEV_SIGNAL:
            if (!is_signal(wanted.signal)) return -EINVAL;
            break;
        default: return -EINVAL;
    }
    notice = wanted;
    return 0;
}

Result timer_create(Thread& thread, const Call& call)
{
    Process& process = thread.process;
    const auto clock = timer_clock(thread, call.integer(0));
    const GuestVirt id_at = call.address(2);
    if (!clock) return -EINVAL;
    std::optional<Notice> notice;
    if (const Result read = read_notice(process, call.address(1), notice); failed(read)) return read;

    const Result id = process.signals.timers.create(*clock, notice);
    if (failed(id)) return id;
    if (process.memory.put(id_at, static_cast<int>(id))) return 0;
    process.signals.timers.remove(static_cast<int>(id));
    return -EFAULT;
}

bool is_time(const timespec& time)
{
    return time.tv_sec >= 0 && time.tv_nsec >= 0 && time.tv_nsec < kSecond;
}

Result timer_settime(Thread& thread, const Call& call)
{
    const UserMemory& memory = thread.process.memory;
    const GuestVirt next_at = call.address(2), before_at = call.address(3);
    if (next_at.value == 0) return -EINVAL;
    const auto next = memory.get<itimerspec>(next_at);
    if (!next) return -EFAULT;
    if (!is_time(next->it_value) || !is_time(next->it_interval)) return -EINVAL;
    itimerspec before{};
    const Result set = thread.process.signals.timers.set(call.integer(0), call.integer(1), *next, before);
    if (failed(set)) return set;
    return before_at.value == 0 || memory.put(before_at, before) ? 0 : -EFAULT;
}

Result timer_gettime(Thread& thread, const Call& call)
{
    itimerspec now{};
    if (const Result got = thread.process.signals.timers.get(call.integer(0), now); failed(got)) return got;
    return thread.process.memory.put(call.address(1), now) ? 0 : -EFAULT;
}

Result timer_getoverrun(Thread& thread, const Call& call)
{
    return thread.process.signals.timers.overruns(call.integer(0));
}

Result timer_delete(Thread& thread, const Call& call)
{
    return remove_timer(thread.process, call.integer(0));
}

itimerval in_micros(const itimerspec& spec)
{
    return {.it_interval = {spec.it_interval.tv_sec, spec.it_interval.tv_nsec / kMicrosecond},
            .it_value = {spec.it_value.tv_sec, spec.it_value.tv_nsec / kMicrosecond}};
}

itimerspec in_nanos(const itimerval& value)
{
    return {.it_interval = {value.it_interval.tv_sec, value.it_interval.tv_usec * kMicrosecond},
            .it_value = {value.it_value.tv_sec, value.it_value.tv_usec * kMicrosecond}};
}

bool is_time(const timeval& time)
{
    return time.tv_sec >= 0 && time.tv_usec >= 0 && time.tv_usec < kSecondInMicros;
}

Result setitimer(Thread& thread, const Call& call)
{
    const UserMemory& memory = thread.process.memory;
    const GuestVirt next_at = call.address(1), before_at = call.address(2);
    itimerval next{};  // null switches the timer off
    if (next_at.value != 0) {
        const auto wanted = memory.get<itimerval>(next_at);
        if (!wanted) return -EFAULT;
        if (!is_time(wanted->it_value) || !is_time(wanted->it_interval)) return -EINVAL;
        next = *wanted;
    }
    itimerspec before{};
    if (const Result set = thread.process.signals.timers.set_interval(call.integer(0), in_nanos(next), before); failed(set))
        return set;
    return before_at.value == 0 || memory.put(before_at, in_micros(before)) ? 0 : -EFAULT;
}

Result getitimer(Thread& thread, const Call& call)
{
    itimerspec now{};
    if (const Result got = thread.process.signals.timers.get_interval(call.integer(0), now); failed(got)) return got;
    return thread.process.memory.put(call.address(1), in_micros(now)) ? 0 : -EFAULT;
}

Result alarm(Thread& thread, const Call& call)
{
    const auto seconds = static_cast<std::uint32_t>(call.word(0));
    itimerspec before{};
    const itimerspec next{.it_interval = {}, .it_value = {static_cast<time_t>(seconds), 0}};
    if (const Result set = thread.process.signals.timers.set_interval(ITIMER_REAL, next, before); failed(set)) return set;
    // Rounded, but never to 0, which would say that there was none.
    const timespec& left = before.it_value;
    const bool up = (left.tv_sec == 0 && left.tv_nsec != 0) || left.tv_nsec >= kSecond / 2;
    return left.tv_sec + (up ? 1 : 0);
}

constexpr std::array kServed{
    Served{SYS_timer_create, timer_create},   Served{SYS_timer_settime, timer_settime},
    Served{SYS_timer_gettime, timer_gettime}, Served{SYS_timer_getoverrun, timer_getoverrun},
    Served{SYS_timer_delete, timer_delete},   Served{SYS_setitimer, setitimer},
    Served{SYS_getitimer, getitimer},         Served{SYS_alarm, alarm},
};

}  // namespace

std::span<const Served> timer_calls()
{
    return kServed;
}

}  // namespace husk::program
