#include "program/calls/paths.hpp"
#include "program/files/own_fd.hpp"

#include <sys/stat.h>
#include <sys/syscall.h>

#include <cerrno>
#include <cstdio>

// Names in folders: made, removed, renamed, linked. A grant's own place and all that leads to one are as mount points are: busy.
namespace husk::program {

namespace {

Result mkdir_at(Thread& thread, int at, GuestVirt path, std::uint64_t mode)
{
    return with_entry(thread, at, path, [&](int folder, const char* name, const Found& entry) -> Result {
        if (const int error = may_make(thread.process, entry)) return -error;
        return host_call(SYS_mkdirat, folder, name, mode & kFolderModeBits);
    });
}

Result mknod_at(Thread& thread, int at, GuestVirt path, std::uint64_t mode)
{
    const auto type = static_cast<std::uint32_t>(mode & S_IFMT);
    // Devices are the host's, and a socket is made by bind.
    if (type == S_IFDIR) return -EPERM;
    if (type != 0 && type != S_IFREG && type != S_IFIFO) return -EPERM;
    return with_entry(thread, at, path, [&](int folder, const char* name, const Found& entry) -> Result {
        if (const int error = may_make(thread.process, entry)) return -error;
        return host_call(SYS_mknodat, folder, name, type | (mode & kFileModeBits), 0);
    });
}

Result symlink_at(Thread& thread, GuestVirt to, int at, GuestVirt path)
{
    const auto text = path_argument(thread, to);
    if (!text) return -text.error();
    if (text->empty()) return -ENOENT;
    return with_entry(thread, at, path, [&](int folder, const char* name, const Found& entry) -> Result {
        if (const int error = may_make(thread.process, entry)) return -error;
        return host_call(SYS_symlinkat, text->c_str(), folder, name);
    });
}

/// 0, or why an entry cannot be taken away.
int may_take(Process& process, const Found& entry)
{
    if (entry.node != nullptr) return EBUSY;
    if (entry.root == nullptr) return ENOENT;
    return may_change(process, entry);
}

Result unlink_at(Thread& thread, int at, GuestVirt path, int flags)
{
    if ((flags & ~AT_REMOVEDIR) != 0) return -EINVAL;
    const bool folder_wanted = (flags & AT_REMOVEDIR) != 0;
    return with_entry(thread, at, path, [&](int folder, const char* name, const Found& entry) -> Result {
        switch (entry.last) {
            case Found::Last::Name: break;
            case Found::Last::Dot: return folder_wanted ? -EINVAL : -EISDIR;
            case Found::Last::DotDot: return folder_wanted ? -ENOTEMPTY : -EISDIR;
            case Found::Last::Slash: return folder_wanted ? -EBUSY : -EISDIR;
        }
        if (const int error = may_take(thread.process, entry)) return -error;
        return host_call(SYS_unlinkat, folder, name, flags);
    });
}

struct Place {
    int at;
    GuestVirt path;
};

std::string slashed(const Found& entry)
{
    return entry.slash ? entry.name + "/" : entry.name;
}

Result rename_at(Thread& thread, Place from, Place to, std::uint64_t flags)
{
    Process& process = thread.process;
    // A whiteout is a device node.
    if ((flags & ~std::uint64_t{RENAME_NOREPLACE | RENAME_EXCHANGE}) != 0) return -EINVAL;
    const auto old_path = path_argument(thread, from.path);
    if (!old_path) return -old_path.error();
    const auto new_path = path_argument(thread, to.path);
    if (!new_path) return -new_path.error();
    const Lookup lookup{.want = Lookup::Want::Entry, .change = true, .resolve = 0};
    const std::unique_lock alone{process.descriptors};
    const auto old_entry = process.files.find(*old_path, lookup, from.at);
    if (!old_entry) return -old_entry.error();
    const auto new_entry = process.files.find(*new_path, lookup, to.at);
    if (!new_entry) return -new_entry.error();
    if (old_entry->last != Found::Last::Name || new_entry->last != Found::Last::Name) return -EBUSY;
    if (old_entry->root == nullptr && old_entry->node == nullptr) return -ENOENT;
    if (old_entry->node != nullptr || new_entry->node != nullptr) return -EBUSY;
    if (old_entry->root != new_entry->root) {
        if (new_entry->root == nullptr) process.files.explain().not_granted(new_entry->path, true);
        return -EXDEV;
    }
    if (const int error = may_change(process, *old_entry)) return -error;
    return host_call(SYS_renameat2, old_entry->folder.get(), slashed(*old_entry).c_str(), new_entry->folder.get(),
                     slashed(*new_entry).c_str(), flags);
}

/// 0, or why what was found cannot get one more name in the folder of `entry`.
int link_error(Process& process, const Found& from, const Found& entry)
{
    if (const int error = may_make(process, entry)) return error;
    // A file that has no name yet, behind a descriptor that may write it; the kernel knows whether it may get one.
    struct stat status {};
    const Result flags = from.jump ? host_call(SYS_fcntl, from.fd.get(), F_GETFL) : 0;
    const bool nameless = from.jump && from.node == nullptr && !failed(flags) && (flags & O_ACCMODE) != O_RDONLY &&
                          ::fstat(from.fd.get(), &status) == 0 && status.st_nlink == 0;
    return nameless || (from.root != nullptr && from.root == entry.root) ? 0 : EXDEV;
}

Result link_at(Thread& thread, Place from, Place to, int flags)
{
    Process& process = thread.process;
    if ((flags & ~(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH)) != 0) return -EINVAL;
    auto old_path = path_argument(thread, from.path);
    if (!old_path) return -old_path.error();
    const auto new_path = path_argument(thread, to.path);
    if (!new_path) return -new_path.error();
    // What a descriptor means it also means as /proc/self/fd has it.
    if (old_path->empty() && (flags & AT_EMPTY_PATH) != 0 && from.at != AT_FDCWD) {
        if (!is_guests(process, from.at)) return -EBADF;
        old_path = proc_path(from.at);
        flags |= AT_SYMLINK_FOLLOW;
    }
    const std::unique_lock alone{process.descriptors};
    const Lookup object{.want = Lookup::Want::Object, .follow = (flags & AT_SYMLINK_FOLLOW) != 0, .resolve = 0};
    auto found = process.files.find(*old_path, object, from.at);
    if (!found) return -found.error();
    const Lookup lookup{.want = Lookup::Want::Entry, .change = true, .resolve = 0};
    const auto entry = process.files.find(*new_path, lookup, to.at);
    if (!entry) return -entry.error();
    if (const int error = link_error(process, *found, *entry)) return -error;
    return host_call(SYS_linkat, process.files.proc(), beneath_proc(found->fd.get()).c_str(), entry->folder.get(),
                     slashed(*entry).c_str(), AT_SYMLINK_FOLLOW);
}

Result mkdir_call(Thread& thread, const Call& call)
{
    return mkdir_at(thread, AT_FDCWD, call.address(0), call.word(1));
}

Result mkdirat_call(Thread& thread, const Call& call)
{
    return mkdir_at(thread, call.integer(0), call.address(1), call.word(2));
}

Result mknod_call(Thread& thread, const Call& call)
{
    return mknod_at(thread, AT_FDCWD, call.address(0), call.word(1));
}

Result mknodat_call(Thread& thread, const Call& call)
{
    return mknod_at(thread, call.integer(0), call.address(1), call.word(2));
}

Result symlink_call(Thread& thread, const Call& call)
{
    return symlink_at(thread, call.address(0), AT_FDCWD, call.address(1));
}

Result symlinkat_call(Thread& thread, const Call& call)
{
    return symlink_at(thread, call.address(0), call.integer(1), call.address(2));
}

Result unlink_call(Thread& thread, const Call& call)
{
    return unlink_at(thread, AT_FDCWD, call.address(0), 0);
}

Result rmdir_call(Thread& thread, const Call& call)
{
    return unlink_at(thread, AT_FDCWD, call.address(0), AT_REMOVEDIR);
}

Result unlinkat_call(Thread& thread, const Call& call)
{
    return unlink_at(thread, call.integer(0), call.address(1), call.integer(2));
}

Result rename_call(Thread& thread, const Call& call)
{
    return rename_at(thread, {AT_FDCWD, call.address(0)}, {AT_FDCWD, call.address(1)}, 0);
}

Result renameat_call(Thread& thread, const Call& call)
{
    return rename_at(thread, {call.integer(0), call.address(1)}, {call.integer(2), call.address(3)}, 0);
}

Result renameat2_call(Thread& thread, const Call& call)
{
    const auto flags = static_cast<std::uint32_t>(call.word(4));
    return rename_at(thread, {call.integer(0), call.address(1)}, {call.integer(2), call.address(3)}, flags);
}

Result link_call(Thread& thread, const Call& call)
{
    return link_at(thread, {AT_FDCWD, call.address(0)}, {AT_FDCWD, call.address(1)}, 0);
}

Result linkat_call(Thread& thread, const Call& call)
{
    return link_at(thread, {call.integer(0), call.address(1)}, {call.integer(2), call.address(3)}, call.integer(4));
}

constexpr Served kCalls[] = {
    {SYS_mkdir, mkdir_call},       {SYS_mkdirat, mkdirat_call},     {SYS_mknod, mknod_call},       {SYS_mknodat, mknodat_call},
    {SYS_symlink, symlink_call},   {SYS_symlinkat, symlinkat_call}, {SYS_unlink, unlink_call},     {SYS_rmdir, rmdir_call},
    {SYS_unlinkat, unlinkat_call}, {SYS_rename, rename_call},       {SYS_renameat, renameat_call}, {SYS_renameat2, renameat2_call},
    {SYS_link, link_call},         {SYS_linkat, linkat_call},
};

}  // namespace

std::span<const Served> path_entry_calls()
{
    return kCalls;
}

}  // namespace husk::program
