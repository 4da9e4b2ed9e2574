#include "program/calls/waiting.hpp"

#include <algorithm>
#include <limits>

namespace husk::program {

namespace {

constexpr std::int64_t kNanosecondsInSecond = 1'000'000'000;
constexpr std::int64_t kNanosecondsInMillisecond = 1'000'000;

timespec now()
{
    timespec time{};
    ::clock_gettime(CLOCK_MONOTONIC, &time);
    return time;
}

/// a − b, or zero.
timespec difference(const timespec& a, const timespec& b)
{
    timespec result{.tv_sec = a.tv_sec - b.tv_sec, .tv_nsec = a.tv_nsec - b.tv_nsec};
    if (result.tv_nsec < 0) {
        --result.tv_sec;
        result.tv_nsec += kNanosecondsInSecond;
    }
    return result.tv_sec < 0 ? timespec{} : result;
}

/// As the kernel's timespec64_add_safe(): the end of time if it is later than that.
timespec sum(const timespec& a, const timespec& b)
{
    timespec result{};
    if (__builtin_add_overflow(a.tv_sec, b.tv_sec, &result.tv_sec))
        return {.tv_sec = std::numeric_limits<time_t>::max(), .tv_nsec = 0};
    result.tv_nsec = a.tv_nsec + b.tv_nsec;
    if (result.tv_nsec >= kNanosecondsInSecond) {
        if (result.tv_sec == std::numeric_limits<time_t>::max()) return {.tv_sec = result.tv_sec, .tv_nsec = 0};
        ++result.tv_sec;
        result.tv_nsec -= kNanosecondsInSecond;
    }
    return result;
}

}  // namespace

bool wait_again(Thread& thread)
{
    if (thread.process.ending()) return false;
    const auto to_deliver = thread.process.standing.signals.to_deliver;
    if (to_deliver == nullptr) return !thread.interrupted();  // a signal of the host's own, which is nothing to the guest
    if (to_deliver(thread)) return false;
    // What interrupted has been looked at; what comes after this line interrupts again.
    thread.attended();
    if (!to_deliver(thread) && !thread.process.ending()) return true;
    thread.interrupt();
    return false;
}

TemporaryMask::TemporaryMask(Thread& thread, std::optional<std::uint64_t> mask)
    : thread_{thread}, set_{mask && thread.process.standing.signals.begin_mask != nullptr}
{
    if (set_) thread_.process.standing.signals.begin_mask(thread_, *mask);
}

TemporaryMask::~TemporaryMask()
{
    if (set_) thread_.process.standing.signals.end_mask(thread_, interrupted_);
}

TimeLeft::TimeLeft(std::optional<timespec> limit)
{
    if (limit) end_ = sum(now(), *limit);
}

std::optional<timespec> TimeLeft::left() const
{
    if (!end_) return std::nullopt;
    return difference(*end_, now());
}

int TimeLeft::milliseconds() const
{
    const auto time = left();
    if (!time) return -1;
    constexpr std::int64_t kMost = std::numeric_limits<int>::max();
    if (time->tv_sec > kMost / 1000) return static_cast<int>(kMost);
    const std::int64_t whole = time->tv_sec * 1000 + (time->tv_nsec + kNanosecondsInMillisecond - 1) / kNanosecondsInMillisecond;
    return static_cast<int>(std::min(whole, kMost));
}

}  // namespace husk::program
