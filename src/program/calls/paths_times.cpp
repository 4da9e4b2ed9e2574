#include "program/calls/paths.hpp"
#include "program/files/own_fd.hpp"

#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>

#include <utime.h>
#include <array>
#include <cerrno>
#include <ctime>
#include <optional>

// Times of files, in the five ways that Linux has grown.
namespace husk::program {

namespace {

/// Of the last access and the last change; none: now.
using Times = std::optional<std::array<timespec, 2>>;

constexpr long kNanoseconds = 1000;        // in a microsecond
constexpr long kMicroseconds = 1'000'000;  // in a second

/// `path` is null for the descriptor `at` itself.
Result set_times(Thread& thread, int at, GuestVirt path, const Times& times, int flags)
{
    if ((flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)) != 0) return -EINVAL;
    Target target{.at = at,
                  .path = {},
                  .follow = (flags & AT_SYMLINK_NOFOLLOW) == 0,
                  .empty_path = (flags & AT_EMPTY_PATH) != 0 || path.value == 0,
                  .change = true};
    const auto set = [&](int fd, const Found&) {
        return host_call(SYS_utimensat, thread.process.files.proc(), beneath_proc(fd).c_str(), times ? times->data() : nullptr, 0);
    };
    if (path.value != 0) return with_object_at(thread, path, target, set);
    if (at == AT_FDCWD) return -EFAULT;
    if (flags != 0) return -EINVAL;
    return with_object(thread, target, set);
}

/// What the guest says at `from`, as `Pair` has it; false: EFAULT.
template <typename Pair>
bool get(const Thread& thread, GuestVirt from, std::optional<Pair>& into)
{
    if (from.value == 0) return true;
    into = thread.process.memory.get<Pair>(from);
    return into.has_value();
}

Result utimensat_call(Thread& thread, const Call& call)
{
    Times times;
    if (!get(thread, call.address(2), times)) return -EFAULT;
    const auto omitted = [](const timespec& time) { return time.tv_nsec == UTIME_OMIT; };
    if (times && omitted((*times)[0]) && omitted((*times)[1])) return 0;
    return set_times(thread, call.integer(0), call.address(1), times, call.integer(3));
}

Result set_microseconds(Thread& thread, int at, GuestVirt path, GuestVirt from)
{
    std::optional<std::array<timeval, 2>> given;
    if (!get(thread, from, given)) return -EFAULT;
    if (!given) return set_times(thread, at, path, std::nullopt, 0);
    Times times{std::in_place};
    for (std::size_t i = 0; i < given->size(); ++i) {
        const timeval& time = given->at(i);
        if (time.tv_usec < 0 || time.tv_usec >= kMicroseconds) return -EINVAL;
        times->at(i) = {time.tv_sec, time.tv_usec * kNanoseconds};
    }
    return set_times(thread, at, path, times, 0);
}

Result utimes_call(Thread& thread, const Call& call)
{
    if (call.address(0).value == 0) return -EFAULT;
    return set_microseconds(thread, AT_FDCWD, call.address(0), call.address(1));
}

Result futimesat_call(Thread& thread, const Call& call)
{
    return set_microseconds(thread, call.integer(0), call.address(1), call.address(2));
}

Result utime_call(Thread& thread, const Call& call)
{
    if (call.address(0).value == 0) return -EFAULT;
    std::optional<utimbuf> given;
    if (!get(thread, call.address(1), given)) return -EFAULT;
    Times times;
    if (given) times = {timespec{given->actime, 0}, timespec{given->modtime, 0}};
    return set_times(thread, AT_FDCWD, call.address(0), times, 0);
}

constexpr Served kCalls[] = {
    {SYS_utimensat, utimensat_call},
    {SYS_utimes, utimes_call},
    {SYS_futimesat, futimesat_call},
    {SYS_utime, utime_call},
};

}  // namespace

std::span<const Served> path_time_calls()
{
    return kCalls;
}

}  // namespace husk::program
