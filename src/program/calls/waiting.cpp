#include "program/calls/waiting.hpp"

#include "program/process/signals.hpp"

#include <algorithm>
#include <limits>
#include <utility>

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
    const auto wanted = [&] { return thread.process.wants_threads_out() || has_to_deliver(thread); };
    if (wanted()) return false;
    // What interrupted has been looked at; what comes after this line interrupts again.
    (void)thread.attended();
    if (!wanted()) return true;
    thread.attend();
    return false;
}

void use_mask(Thread& thread, std::optional<SignalSet> mask)
{
    if (mask) set_temporary_mask(thread, *mask);
}

tl::expected<std::optional<SignalSet>, Result> mask_at(Thread& thread, GuestVirt at, std::uint64_t size)
{
    if (at.value == 0) return std::optional<SignalSet>{};
    if (size != SignalSet::kSize) return tl::unexpected{Result{-EINVAL}};
    const auto mask = thread.process.memory.get<SignalSet>(at);
    if (!mask) return tl::unexpected{Result{-EFAULT}};
    return mask;
}

std::optional<timespec> limit_of(Thread& thread, const Call& call, std::optional<timespec> limit)
{
    const auto kept = std::exchange(thread.wait_left, std::nullopt);
    if (!kept || !limit || kept->call.number != call.number || kept->call.arguments != call.arguments) return limit;
    return timespec{.tv_sec = static_cast<time_t>(kept->nanoseconds / kNanosecondsInSecond),
                    .tv_nsec = static_cast<long>(kept->nanoseconds % kNanosecondsInSecond)};
}

Result keep_left(Thread& thread, const Call& call, Result result, std::optional<timespec> left)
{
    constexpr time_t kMost = std::numeric_limits<std::int64_t>::max() / kNanosecondsInSecond - 1;
    if (result != -EINTR || !left || !thread.process.wants_threads_out()) return result;
    const auto seconds = static_cast<std::uint64_t>(std::min(left->tv_sec, kMost));
    thread.wait_left = WaitLeft{call, seconds * kNanosecondsInSecond + static_cast<std::uint64_t>(left->tv_nsec)};
    return result;
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
