#include "program/calls/arguments.hpp"
#include "program/calls/groups.hpp"
#include "program/calls/waiting.hpp"

#include <sys/epoll.h>
#include <sys/syscall.h>

#include <array>
#include <limits>

// epoll. What is in a set came through epoll_ctl, and so is the guest's.
namespace husk::program {

namespace {

using namespace kinds;

/// Where epoll_wait(fd, events, count, …) writes. An error of its own for each argument, in Linux's order.
tl::expected<std::uint64_t, Result> events_of(Thread& thread, const Call& call)
{
    const int count = call.integer(2);
    if (!is_guests(thread, call.integer(0))) return tl::unexpected{Result{-EBADF}};
    if (count <= 0 || count > std::numeric_limits<int>::max() / static_cast<int>(sizeof(epoll_event)))
        return tl::unexpected{Result{-EINVAL}};
    const auto host = thread.process.memory.host(call.address(1), static_cast<std::uint64_t>(count) * sizeof(epoll_event));
    if (!host) return tl::unexpected{Result{-EFAULT}};
    return *host;
}

Result wait_milliseconds(Thread& thread, const Call& call, std::optional<SignalSet> mask)
{
    constexpr int kMilliseconds = 1000;
    constexpr long kNanoseconds = 1'000'000;
    const auto events = events_of(thread, call);
    if (!events) return events.error();
    const int limit = call.integer(3);
    // The kernel's own clock is asked only where it matters: not if it is not to wait, or for ever.
    std::optional<TimeLeft> left;
    if (limit > 0) {
        const timespec whole{.tv_sec = limit / kMilliseconds, .tv_nsec = limit % kMilliseconds * kNanoseconds};
        left.emplace(limit_of(thread, call, whole));
    }
    int time = left ? left->milliseconds() : limit;
    use_mask(thread, mask);
    const Result waited = wait(thread, [&] {
        const Result result = thread.interruptible(SYS_epoll_wait, call.integer(0), *events, call.integer(2), time);
        if (left && result == -EINTR) time = left->milliseconds();
        return result;
    });
    return left ? keep_left(thread, call, waited, left->left()) : waited;
}

/// epoll_wait(fd, events, count, milliseconds)
Result wait_plain(Thread& thread, const Call& call)
{
    return wait_milliseconds(thread, call, std::nullopt);
}

/// epoll_pwait(fd, events, count, milliseconds, mask *, size of mask)
Result wait_masked(Thread& thread, const Call& call)
{
    const auto mask = mask_at(thread, call.address(4), call.word(5));
    return mask ? wait_milliseconds(thread, call, *mask) : mask.error();
}

/// epoll_pwait2(fd, events, count, timespec *, mask *, size of mask)
Result wait_precise(Thread& thread, const Call& call)
{
    std::optional<timespec> limit;
    if (call.address(3).value != 0) {
        limit = thread.process.memory.get<timespec>(call.address(3));
        if (!limit) return -EFAULT;
        if (!valid(*limit)) return -EINVAL;
    }
    const auto mask = mask_at(thread, call.address(4), call.word(5));
    if (!mask) return mask.error();
    const auto events = events_of(thread, call);
    if (!events) return events.error();
    limit = limit_of(thread, call, limit);
    const TimeLeft left{limit};
    use_mask(thread, *mask);
    const Result waited = wait(thread, [&] {
        const Result result = thread.interruptible(SYS_epoll_pwait2, call.integer(0), *events, call.integer(2),
                                                   limit ? &*limit : nullptr, 0, SignalSet::kSize);
        if (result == -EINTR) limit = left.left();
        return result;
    });
    return keep_left(thread, call, waited, left.left());
}

constexpr auto kCalls = std::to_array<Served>({
    {SYS_epoll_ctl, pass<Way::AtOnce, Descriptor, Word, Descriptor, Struct<epoll_event>>},
    {SYS_epoll_wait, wait_plain},
    {SYS_epoll_pwait, wait_masked},
    {SYS_epoll_pwait2, wait_precise},
});

}  // namespace

std::span<const Served> epoll_calls()
{
    return kCalls;
}

}  // namespace husk::program
