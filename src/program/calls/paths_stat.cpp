#include "program/calls/paths.hpp"

#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>

#include <algorithm>
#include <cerrno>

// Questions that change nothing.
namespace husk::program {

namespace {

constexpr int kStatFlags = AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH;
constexpr int kStatxFlags = kStatFlags | AT_STATX_FORCE_SYNC | AT_STATX_DONT_SYNC;

Result stat_at(Thread& thread, int at, GuestVirt path, GuestVirt into, int flags)
{
    if ((flags & ~kStatFlags) != 0) return -EINVAL;
    const auto buffer = thread.process.memory.host(into, sizeof(struct stat));
    if (!buffer) return -EFAULT;
    const Target target{
        .at = at, .path = {}, .follow = (flags & AT_SYMLINK_NOFOLLOW) == 0, .empty_path = (flags & AT_EMPTY_PATH) != 0};
    return with_object_at(thread, path, target,
                          [&](int fd, const Found&) { return host_call(SYS_newfstatat, fd, "", *buffer, AT_EMPTY_PATH); });
}

Result stat_call(Thread& thread, const Call& call)
{
    return stat_at(thread, AT_FDCWD, call.address(0), call.address(1), 0);
}

Result lstat_call(Thread& thread, const Call& call)
{
    return stat_at(thread, AT_FDCWD, call.address(0), call.address(1), AT_SYMLINK_NOFOLLOW);
}

Result newfstatat_call(Thread& thread, const Call& call)
{
    return stat_at(thread, call.integer(0), call.address(1), call.address(2), call.integer(3));
}

Result statx_call(Thread& thread, const Call& call)
{
    const int flags = call.integer(2);
    if ((flags & ~kStatxFlags) != 0) return -EINVAL;
    const auto buffer = thread.process.memory.host(call.address(4), sizeof(struct statx));
    if (!buffer) return -EFAULT;
    const Target target{.at = call.integer(0),
                        .path = {},
                        .follow = (flags & AT_SYMLINK_NOFOLLOW) == 0,
                        .empty_path = (flags & AT_EMPTY_PATH) != 0};
    const int host_flags = (flags & (AT_STATX_FORCE_SYNC | AT_STATX_DONT_SYNC)) | AT_EMPTY_PATH;
    return with_object_at(thread, call.address(1), target,
                          [&](int fd, const Found&) { return host_call(SYS_statx, fd, "", host_flags, call.word(3), *buffer); });
}

Result access_at(Thread& thread, int at, GuestVirt path, int mode, int flags)
{
    if ((mode & ~(R_OK | W_OK | X_OK)) != 0 || (flags & ~(AT_EACCESS | AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)) != 0) return -EINVAL;
    const Target target{
        .at = at, .path = {}, .follow = (flags & AT_SYMLINK_NOFOLLOW) == 0, .empty_path = (flags & AT_EMPTY_PATH) != 0};
    return with_object_at(thread, path, target, [&](int fd, const Found& found) -> Result {
        const Result result = host_call(SYS_faccessat2, fd, "", mode, (flags & AT_EACCESS) | AT_EMPTY_PATH);
        if (failed(result) || (mode & W_OK) == 0 || found.jump) return result;
        return -may_change(thread.process, found);
    });
}

Result access_call(Thread& thread, const Call& call)
{
    return access_at(thread, AT_FDCWD, call.address(0), call.integer(1), 0);
}

Result faccessat_call(Thread& thread, const Call& call)
{
    return access_at(thread, call.integer(0), call.address(1), call.integer(2), 0);
}

Result faccessat2_call(Thread& thread, const Call& call)
{
    return access_at(thread, call.integer(0), call.address(1), call.integer(2), call.integer(3));
}

Result readlink_at(Thread& thread, int at, GuestVirt path, GuestVirt into, int size)
{
    if (size <= 0) return -EINVAL;
    const auto room = static_cast<std::size_t>(size);
    const auto buffer = thread.process.memory.host(into, room);
    if (!buffer) return -EFAULT;
    const Target target{.at = at, .path = {}, .follow = false, .empty_path = at != AT_FDCWD};
    return with_object_at(thread, path, target, [&](int fd, const Found& found) -> Result {
        if (!S_ISLNK(found.mode)) return found.jump ? -ENOENT : -EINVAL;
        if (!found.text) return host_call(SYS_readlinkat, fd, "", *buffer, room);
        const auto text = std::as_bytes(std::span{*found.text}.first(std::min(found.text->size(), room)));
        return thread.process.memory.write(into, text) ? static_cast<Result>(text.size()) : -EFAULT;
    });
}

Result readlink_call(Thread& thread, const Call& call)
{
    return readlink_at(thread, AT_FDCWD, call.address(0), call.address(1), call.integer(2));
}

Result readlinkat_call(Thread& thread, const Call& call)
{
    return readlink_at(thread, call.integer(0), call.address(1), call.address(2), call.integer(3));
}

Result statfs_call(Thread& thread, const Call& call)
{
    const auto buffer = thread.process.memory.host(call.address(1), sizeof(struct statfs));
    if (!buffer) return -EFAULT;
    return with_object_at(thread, call.address(0), {}, [&](int fd, const Found&) { return host_call(SYS_fstatfs, fd, *buffer); });
}

constexpr Served kCalls[] = {
    {SYS_stat, stat_call},
    {SYS_lstat, lstat_call},
    {SYS_newfstatat, newfstatat_call},
    {SYS_statx, statx_call},
    {SYS_access, access_call},
    {SYS_faccessat, faccessat_call},
    {SYS_faccessat2, faccessat2_call},
    {SYS_readlink, readlink_call},
    {SYS_readlinkat, readlinkat_call},
    {SYS_statfs, statfs_call},
};

}  // namespace

std::span<const Served> path_stat_calls()
{
    return kCalls;
}

}  // namespace husk::program
