#pragma once

#include "program/process/process.hpp"
#include "program/process/thread.hpp"

#include <cerrno>
#include <ctime>
#include <optional>

/// Calls that wait, and what an interruption does to them.
///
/// Every call that may wait is made by Thread::interruptible(), which answers −EINTR when there is something for the thread to look
/// at, and a handler hands that on. Whether the guest sees EINTR, or the call is made again after the signal's handler (SA_RESTART)
/// or because there was none, is decided where signals are delivered, at the return to the guest. That is right for calls that are
/// the same when made again: read, write, flock …
///
/// A call with a time limit is not: made again, it would wait for all of it. By signal(7), "Interruption of system calls and
/// library functions by signal handlers", these always end with EINTR when a handler has run; and when none did, they go on with
/// the time that is left. So they go on here: wait_again() says whether an interruption was for nothing.
namespace husk::program {

/// An interruption of a call that would not be the same when made again. False: there is a signal to deliver, or the program
/// ends; the handler answers −EINTR.
bool wait_again(Thread& thread);

/// Calls `attempt` until its answer is not that of an interruption for nothing.
template <typename Attempt>
Result wait(Thread& thread, Attempt attempt)
{
    Result result = attempt();
    while (result == -EINTR && wait_again(thread)) result = attempt();
    return result;
}

/// The mask of ppoll, pselect6 and epoll_pwait while it lives: the guest's own mask changes, never Husk's.
class TemporaryMask {
public:
    /// Nothing: no change.
    TemporaryMask(Thread& thread, std::optional<std::uint64_t> mask);
    ~TemporaryMask();
    TemporaryMask(const TemporaryMask&) = delete;
    TemporaryMask& operator=(const TemporaryMask&) = delete;

    /// Notes whether the call was interrupted, and returns its result.
    Result done(Result result)
    {
        interrupted_ = result == -EINTR;
        return result;
    }

private:
    Thread& thread_;
    bool set_;
    bool interrupted_ = false;
};

/// The kernel's sigset_t is as large as this; any other size is EINVAL.
inline constexpr std::uint64_t kSignalSetSize = 8;

constexpr bool valid(const timespec& time)
{
    constexpr long kNanosecondsInSecond = 1'000'000'000;
    return time.tv_sec >= 0 && time.tv_nsec >= 0 && time.tv_nsec < kNanosecondsInSecond;
}

/// A span of time that runs out while a call is made again and again; without one, for ever.
class TimeLeft {
public:
    explicit TimeLeft(std::optional<timespec> limit);
    /// What is left, zero at least.
    std::optional<timespec> left() const;
    /// The same in whole milliseconds, rounded up; −1: for ever.
    int milliseconds() const;

private:
    std::optional<timespec> end_;
};

}  // namespace husk::program
