#include "program/calls/arguments.hpp"
#include "program/calls/handlers.hpp"
#include "program/calls/own_thread.hpp"
#include "program/calls/waiting.hpp"

#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/times.h>

#include <array>
#include <optional>

// Clocks: reading them and sleeping. Setting them is refused, as to any process without CAP_SYS_TIME; and with it adjtimex, which
// would also tell how the host's clock is kept.
namespace husk::program {

namespace {

using namespace kinds;

/// The host's number of a clock that the guest may read: its own processor time, and that of its threads, not other processes'; and
/// that of a descriptor of its own. clock_getres(2), "Dynamic clocks".
std::optional<int> readable_clock(Thread& thread, int clock)
{
    constexpr int kKind = 7, kDescriptor = 3, kIdShift = 3;
    if (clock < 0 && (clock & kKind) == kDescriptor)
        return is_guests(thread, ~(clock >> kIdShift)) ? std::optional{clock} : std::nullopt;
    return own_clock(thread, clock);
}

/// clock_gettime and clock_getres
Result read_clock(Thread& thread, const Call& call)
{
    const auto clock = readable_clock(thread, call.integer(0));
    if (!clock) return -EINVAL;
    Call made = call;
    made.arguments[0] = host::word(*clock);
    return pass<Way::AtOnce, Word, Struct<timespec>>(thread, made);
}

/// Sleeps for `time`, or until it: what an interruption leaves of a span is told, of a moment nothing.
Result sleep(Thread& thread, const Call& call, int clock, int flags, GuestVirt at, GuestVirt rest_at)
{
    const bool moment = (flags & TIMER_ABSTIME) != 0;
    const auto time = thread.process.memory.get<timespec>(at);
    if (!time) return -EFAULT;
    if (!valid(*time)) return -EINVAL;
    timespec left = moment ? *time : *limit_of(thread, call, time);
    const Result result = wait(thread, [&] {
        const timespec next = left;  // stays as it is where the call is not even made
        return thread.interruptible(SYS_clock_nanosleep, clock, flags, &next, moment ? nullptr : &left);
    });
    if (!moment) keep_left(thread, call, result, left);
    if (result == -EINTR && !moment && rest_at.value != 0 && !thread.process.memory.put(rest_at, left)) return -EFAULT;
    return result;
}

/// nanosleep(time, rest)
Result sleep_for(Thread& thread, const Call& call)
{
    return sleep(thread, call, CLOCK_MONOTONIC, 0, call.address(0), call.address(1));
}

/// clock_nanosleep(clock, flags, time, rest). Alarms wake the host from its sleep: EPERM, as without CAP_WAKE_ALARM.
Result sleep_by_clock(Thread& thread, const Call& call)
{
    const int clock = call.integer(0);
    if (clock == CLOCK_REALTIME_ALARM || clock == CLOCK_BOOTTIME_ALARM) return -EPERM;
    const auto readable = readable_clock(thread, clock);
    if (!readable) return -EINVAL;
    return sleep(thread, call, *readable, call.integer(1), call.address(2), call.address(3));
}

constexpr auto kCalls = std::to_array<Served>({
    {SYS_clock_gettime, read_clock},
    {SYS_clock_getres, read_clock},
    {SYS_clock_nanosleep, sleep_by_clock},
    {SYS_nanosleep, sleep_for},
    {SYS_gettimeofday, pass<Way::AtOnce, Struct<timeval>, Struct<struct timezone>>},
    {SYS_time, pass<Way::AtOnce, Struct<time_t>>},
    {SYS_times, pass<Way::AtOnce, Struct<tms>>},
    {SYS_adjtimex, answer<-EPERM>},
    {SYS_clock_adjtime, answer<-EPERM>},
    {SYS_clock_settime, answer<-EPERM>},
    {SYS_settimeofday, answer<-EPERM>},
});

}  // namespace

std::span<const Served> time_calls()
{
    return kCalls;
}

}  // namespace husk::program
