#include "program/calls/paths.hpp"
#include "program/files/own_fd.hpp"

#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

// Modes, owners and sizes, by path and by descriptor: a descriptor that only reads must not be a way around a grant for reading.
namespace husk::program {

namespace {

constexpr std::uint32_t kNobody = ~0U;  // "leave it as it is"
constexpr std::uint64_t kModeBits = 07777;
constexpr long kFchmodat2 = 452;  // newer than the C library's headers

/// The kernel gives a file whatever mode its owner likes. Not so a guest: nothing that it leaves behind runs as someone else.
Result change_mode(const Files& files, int fd, const Found& found, std::uint64_t mode)
{
    const bool folder = S_ISDIR(found.mode);
    if ((mode & S_ISUID) != 0 || (!folder && (mode & S_ISGID) != 0)) return -EPERM;
    return host_call(SYS_fchmodat, files.proc(), beneath_proc(fd).c_str(), mode & kModeBits);
}

Result chmod_at(Thread& thread, int at, GuestVirt path, std::uint64_t mode, int flags)
{
    if ((flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)) != 0) return -EINVAL;
    const Target target{.at = at,
                        .path = {},
                        .follow = (flags & AT_SYMLINK_NOFOLLOW) == 0,
                        .empty_path = (flags & AT_EMPTY_PATH) != 0,
                        .change = true};
    return with_object_at(thread, path, target,
                          [&](int fd, const Found& found) { return change_mode(thread.process.files, fd, found, mode); });
}

bool is_own_group(std::uint32_t group)
{
    std::array<gid_t, 65536> groups{};
    const int count = ::getgroups(static_cast<int>(groups.size()), groups.data());
    return group == kNobody || group == ::getegid() ||
           std::find(groups.begin(), groups.begin() + std::max(count, 0), group) != groups.begin() + std::max(count, 0);
}

/// Files are not given away, not even by root's guest.
Result change_owner(int fd, std::uint32_t user, std::uint32_t group)
{
    if ((user != kNobody && user != ::geteuid()) || !is_own_group(group)) return -EPERM;
    return host_call(SYS_fchownat, fd, "", user, group, AT_EMPTY_PATH);
}

Result chown_at(Thread& thread, int at, GuestVirt path, std::uint64_t user, std::uint64_t group, int flags)
{
    if ((flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)) != 0) return -EINVAL;
    const Target target{.at = at,
                        .path = {},
                        .follow = (flags & AT_SYMLINK_NOFOLLOW) == 0,
                        .empty_path = (flags & AT_EMPTY_PATH) != 0,
                        .change = true};
    return with_object_at(thread, path, target, [&](int fd, const Found&) {
        return change_owner(fd, static_cast<std::uint32_t>(user), static_cast<std::uint32_t>(group));
    });
}

/// A call on the guest's descriptor itself.
Target descriptor(const Call& call)
{
    return {.at = call.integer(0), .path = {}, .follow = true, .empty_path = true, .change = true};
}

Result chmod_call(Thread& thread, const Call& call)
{
    return chmod_at(thread, AT_FDCWD, call.address(0), call.word(1), 0);
}

Result fchmod_call(Thread& thread, const Call& call)
{
    if (!is_guests(thread.process, call.integer(0))) return -EBADF;
    return with_object(thread, descriptor(call),
                       [&](int fd, const Found& found) { return change_mode(thread.process.files, fd, found, call.word(1)); });
}

Result fchmodat_call(Thread& thread, const Call& call)
{
    return chmod_at(thread, call.integer(0), call.address(1), call.word(2), 0);
}

Result fchmodat2_call(Thread& thread, const Call& call)
{
    return chmod_at(thread, call.integer(0), call.address(1), call.word(2), call.integer(3));
}

Result chown_call(Thread& thread, const Call& call)
{
    return chown_at(thread, AT_FDCWD, call.address(0), call.word(1), call.word(2), 0);
}

Result lchown_call(Thread& thread, const Call& call)
{
    return chown_at(thread, AT_FDCWD, call.address(0), call.word(1), call.word(2), AT_SYMLINK_NOFOLLOW);
}

Result fchown_call(Thread& thread, const Call& call)
{
    if (!is_guests(thread.process, call.integer(0))) return -EBADF;
    return with_object(thread, descriptor(call), [&](int fd, const Found&) {
        return change_owner(fd, static_cast<std::uint32_t>(call.word(1)), static_cast<std::uint32_t>(call.word(2)));
    });
}

Result fchownat_call(Thread& thread, const Call& call)
{
    return chown_at(thread, call.integer(0), call.address(1), call.word(2), call.word(3), call.integer(4));
}

Result truncate_call(Thread& thread, const Call& call)
{
    const auto size = static_cast<std::int64_t>(call.word(1));
    if (size < 0) return -EINVAL;
    const Target target{.at = AT_FDCWD, .path = {}, .follow = true, .empty_path = false, .change = true};
    return with_object_at(thread, call.address(0), target, [&](int fd, const Found& found) -> Result {
        if (S_ISDIR(found.mode)) return -EISDIR;
        if (!S_ISREG(found.mode)) return -EINVAL;
        const std::string name = beneath_proc(fd);
        const Result opened = open_beneath(thread.process.files.proc(), name.c_str(), O_WRONLY | O_CLOEXEC | kLargeFile, 0);
        if (failed(opened)) return opened;
        const UniqueFd file{static_cast<int>(opened)};
        return host_call(SYS_ftruncate, file.get(), size);
    });
}

Result umask_call(Thread&, const Call& call)
{
    return host_call(SYS_umask, call.word(0));
}

constexpr Served kCalls[] = {
    {SYS_chmod, chmod_call},       {SYS_fchmod, fchmod_call}, {SYS_fchmodat, fchmodat_call}, {kFchmodat2, fchmodat2_call},
    {SYS_chown, chown_call},       {SYS_lchown, lchown_call}, {SYS_fchown, fchown_call},     {SYS_fchownat, fchownat_call},
    {SYS_truncate, truncate_call}, {SYS_umask, umask_call},
};

}  // namespace

std::span<const Served> path_attribute_calls()
{
    return kCalls;
}

}  // namespace husk::program
