#pragma once

#include "program/process/process.hpp"
#include "program/process/thread.hpp"
#include "program/signals/set.hpp"

#include <husk/address.hpp>

#include <tl/expected.hpp>

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

/// The mask of ppoll, pselect6 and epoll_pwait, if there is one: the guest's own changes for the call, never Husk's. What delivers
/// signals restores it. What it lets through, and is pending, interrupts the call.
void use_mask(Thread& thread, std::optional<SignalSet> mask);

/// The mask in the guest's memory; null: none. −EINVAL: not of SignalSet::kSize bytes. −EFAULT.
tl::expected<std::optional<SignalSet>, Result> mask_at(Thread& thread, GuestVirt at, std::uint64_t size);

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

/// `limit`, or what was left of it if this call is the one that was interrupted to freeze the program.
std::optional<timespec> limit_of(Thread& thread, const Call& call, std::optional<timespec> limit);
/// Keeps for limit_of() what is left of a call that was interrupted so. Its result.
Result keep_left(Thread& thread, const Call& call, Result result, std::optional<timespec> left);

}  // namespace husk::program
