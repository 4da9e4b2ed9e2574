#include "program/calls/fresh.hpp"
#include "program/calls/groups.hpp"

#include <linux/close_range.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/timerfd.h>

#include <array>

// Calls that make, copy and close descriptors.
namespace husk::program {

namespace {

using namespace kinds;

Result close_one(Thread& thread, const Call& call)
{
    if (!is_guests(thread, call.integer(0))) return -EBADF;
    const std::shared_lock lock{thread.process.descriptors};
    return host_call(SYS_close, call.integer(0));
}

/// close_range(first, last, flags). All threads share one table, so CLOSE_RANGE_UNSHARE cannot be had.
Result close_some(Thread& thread, const Call& call)
{
    const auto first = static_cast<unsigned>(call.integer(0));
    const auto last = static_cast<unsigned>(call.integer(1));
    if (first > last || !only_flags<2, CLOSE_RANGE_CLOEXEC>(call)) return -EINVAL;
    const auto line = static_cast<unsigned>(thread.process.descriptor_line);
    if (first >= line) return 0;
    const std::shared_lock lock{thread.process.descriptors};
    return host_call(SYS_close_range, first, std::min(last, line - 1), call.integer(2));
}

/// dup2(old, new) and dup3(old, new, flags)
Result duplicate_to(Thread& thread, const Call& call)
{
    const int to = call.integer(1);
    if (!is_guests(thread, call.integer(0)) || to < 0 || to >= descriptor_limit(thread)) return -EBADF;
    const std::shared_lock lock{thread.process.descriptors};
    return host_call(static_cast<long>(call.number), call.integer(0), to, call.integer(2));
}

Result make_pipe_with(Thread& thread, GuestVirt at, int flags)
{
    // O_NOTIFICATION_PIPE (O_EXCL) is about the kernel's own queues of events.
    if ((flags & ~(O_CLOEXEC | O_DIRECT | O_NONBLOCK)) != 0) return -EINVAL;
    std::array<int, 2> ends{};
    const std::shared_lock lock{thread.process.descriptors};
    const Result made = host_call(SYS_pipe2, ends.data(), flags);
    if (failed(made)) return made;
    const int limit = descriptor_limit(thread);
    const bool fit = ends[0] < limit && ends[1] < limit;
    if (fit && thread.process.memory.put(at, ends)) return 0;
    for (const int end : ends) host_call(SYS_close, end);
    return fit ? -EFAULT : -EMFILE;
}

Result make_pipe(Thread& thread, const Call& call)
{
    return make_pipe_with(thread, call.address(0), 0);
}

Result make_pipe_flagged(Thread& thread, const Call& call)
{
    return make_pipe_with(thread, call.address(0), call.integer(1));
}

/// memfd_create(name, flags). Huge pages come from a pool that all of the host shares.
Result make_memory_file(Thread& thread, const Call& call)
{
    constexpr std::size_t kLongestName = 249;    // memfd_create(2), "ERRORS"
    constexpr unsigned kExecutableOrNot = 0x18;  // MFD_NOEXEC_SEAL | MFD_EXEC, Linux 6.3
    if (!only_flags<1, static_cast<int>(MFD_CLOEXEC | MFD_ALLOW_SEALING | kExecutableOrNot)>(call)) return -EINVAL;
    const auto name = thread.process.memory.string(call.address(0), kLongestName);
    if (!name) return name.error() == ENAMETOOLONG ? -EINVAL : -name.error();
    const std::shared_lock lock{thread.process.descriptors};
    return keep(thread, host_call(SYS_memfd_create, name->c_str(), call.integer(1)));
}

/// timerfd_create(clock, flags). Alarms wake the host from its sleep: as to any process without CAP_WAKE_ALARM, EPERM.
Result make_timer(Thread& thread, const Call& call)
{
    const int clock = call.integer(0);
    if (clock == CLOCK_REALTIME_ALARM || clock == CLOCK_BOOTTIME_ALARM) return -EPERM;
    return pass_new<Word, Word>(thread, call);
}

/// eventfd(value) and inotify_init() are older forms, without flags, of what the host is asked for.
Result make_event(Thread& thread, const Call& call)
{
    const std::shared_lock lock{thread.process.descriptors};
    return keep(thread, host_call(SYS_eventfd2, call.integer(0), 0));
}
Result make_notifier(Thread& thread, const Call&)
{
    const std::shared_lock lock{thread.process.descriptors};
    return keep(thread, host_call(SYS_inotify_init1, 0));
}

constexpr auto kCalls = std::to_array<Served>({
    {SYS_close, close_one},
    {SYS_close_range, close_some},
    {SYS_dup, pass_new<Descriptor>},
    {SYS_dup2, duplicate_to},
    {SYS_dup3, duplicate_to},
    {SYS_pipe, make_pipe},
    {SYS_pipe2, make_pipe_flagged},
    {SYS_eventfd, make_event},
    {SYS_eventfd2, pass_new<Word, Word>},
    {SYS_timerfd_create, make_timer},
    {SYS_memfd_create, make_memory_file},
    {SYS_inotify_init, make_notifier},
    {SYS_inotify_init1, pass_new<Word>},
    {SYS_epoll_create, pass_new<Word>},
    {SYS_epoll_create1, pass_new<Word>},
});

}  // namespace

std::span<const Served> numbering_calls()
{
    return kCalls;
}

}  // namespace husk::program
