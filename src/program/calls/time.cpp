#include "program/calls/arguments.hpp"
#include "program/calls/handlers.hpp"
#include "program/calls/waiting.hpp"

#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/times.h>

#include <array>

// Clocks: reading them and sleeping. Setting them is refused, as to any process without CAP_SYS_TIME; and with it adjtimex, which
// would also tell how the host's clock is kept.
namespace husk::program {

namespace {

using namespace kinds;

/// A clock id below zero names a process, a thread or a descriptor in its upper bits: clock_getres(2), "Dynamic clocks", and
/// clock_getcpuclockid(3).
class DynamicClock {
public:
    explicit DynamicClock(int clock) : clock_{clock} {}

    bool is_descriptor() const { return (clock_ & kKind) == kDescriptor; }
    bool is_of_thread() const { return (clock_ & kPerThread) != 0; }
    /// The descriptor, or the process or thread; 0: the caller.
    int id() const { return ~(clock_ >> kIdShift); }

private:
    static constexpr int kKind = 7, kDescriptor = 3, kPerThread = 4, kIdShift = 3;
    int clock_;
};

/// 0 if the guest may read this clock: its own processor time, and that of its threads, not other processes'.
Result check_clock(Thread& thread, int clock)
{
    if (clock >= 0) return 0;
    const DynamicClock dynamic{clock};
    if (dynamic.is_descriptor()) return is_guests(thread, dynamic.id()) ? 0 : -EINVAL;
    const int id = dynamic.id();
    if (id == 0 || id == thread.tid || (!dynamic.is_of_thread() && id == thread.process.pid)) return 0;
    return dynamic.is_of_thread() && thread.process.find(id) ? 0 : -EINVAL;
}

/// clock_gettime and clock_getres
Result read_clock(Thread& thread, const Call& call)
{
    if (const Result refused = check_clock(thread, call.integer(0))) return refused;
    return pass<Way::AtOnce, Word, Struct<timespec>>(thread, call);
}

/// Sleeps for `time`, or until it: what an interruption leaves of a span is told, of a moment nothing.
Result sleep(Thread& thread, int clock, int flags, GuestVirt at, GuestVirt rest_at)
{
    const bool moment = (flags & TIMER_ABSTIME) != 0;
    const auto time = thread.process.memory.get<timespec>(at);
    if (!time) return -EFAULT;
    if (!valid(*time)) return -EINVAL;
    timespec left = *time;
    const Result result = wait(thread, [&] {
        const timespec next = left;  // stays as it is where the call is not even made
        return thread.interruptible(SYS_clock_nanosleep, clock, flags, &next, moment ? nullptr : &left);
    });
    if (result == -EINTR && !moment && rest_at.value != 0 && !thread.process.memory.put(rest_at, left)) return -EFAULT;
    return result;
}

/// nanosleep(time, rest)
Result sleep_for(Thread& thread, const Call& call)
{
    return sleep(thread, CLOCK_MONOTONIC, 0, call.address(0), call.address(1));
}

/// clock_nanosleep(clock, flags, time, rest). Alarms wake the host from its sleep: EPERM, as without CAP_WAKE_ALARM.
Result sleep_by_clock(Thread& thread, const Call& call)
{
    const int clock = call.integer(0);
    if (clock == CLOCK_REALTIME_ALARM || clock == CLOCK_BOOTTIME_ALARM) return -EPERM;
    if (const Result refused = check_clock(thread, clock)) return refused;
    return sleep(thread, clock, call.integer(1), call.address(2), call.address(3));
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
