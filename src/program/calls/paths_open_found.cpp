#include "program/calls/paths.hpp"
#include "program/files/own_fd.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <cerrno>

// What a path leads to is there, and is opened: by its descriptor, through the kernel's /proc/self/fd, as often as the guest likes.
namespace husk::program {

namespace {

constexpr std::uint64_t kCreation = O_CREAT | O_EXCL | O_NOFOLLOW;

bool writes(const OpenRequest& request)
{
    return (request.flags & O_ACCMODE) != O_RDONLY || (request.flags & O_TRUNC) != 0;
}

/// A file that Husk makes, with its contents as they are now. Its name is where the guest sees it.
Result open_text(const Process& process, const Found& found, const OpenRequest& request)
{
    if (writes(request)) return -EACCES;
    const std::string text = found.node->make();
    const Result made = host_call(SYS_memfd_create, ("husk:" + found.path).c_str(), MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (failed(made)) return made;
    auto above = copied_above(static_cast<int>(made), process.descriptor_line);
    host_call(SYS_close, made);
    if (!above) return -above.error();
    for (std::size_t done = 0; done < text.size();) {
        const Result wrote = host_call(SYS_write, above->get(), text.data() + done, text.size() - done);
        if (failed(wrote)) return wrote;
        done += static_cast<std::size_t>(wrote);
    }
    constexpr mode_t kReadable = S_IRUSR | S_IRGRP | S_IROTH;
    host_call(SYS_fchmod, above->get(), kReadable);
    host_call(SYS_fcntl, above->get(), F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE);
    return open_beneath(process.files.proc(), beneath_proc(above->get()).c_str(), request.flags & ~kCreation, 0);
}

/// The guest gets the descriptor of the object itself, under the lowest number.
Result open_reference(const Process& process, Object& object, const OpenRequest& request)
{
    auto above = copied_above(object.fd.get(), process.descriptor_line);
    if (!above) return -above.error();
    object.fd = Held{};
    return host_call(SYS_fcntl, above->get(), (request.flags & O_CLOEXEC) != 0 ? F_DUPFD_CLOEXEC : F_DUPFD, 0);
}

/// A file of Husk's: neither a grant's, nor behind a descriptor.
Result open_made(Process& process, const Found& found, const OpenRequest& request)
{
    const bool reference = (request.flags & O_PATH) != 0;
    const Node& node = *found.node;
    if (S_ISLNK(found.mode) && (!reference || node.kind == Node::Kind::Descriptors)) return -ELOOP;
    if ((request.flags & O_TMPFILE) == O_TMPFILE) return -EOPNOTSUPP;
    if ((request.flags & O_DIRECTORY) != 0 && !S_ISDIR(found.mode)) return -ENOTDIR;
    if (S_ISDIR(found.mode) && writes(request)) return -EISDIR;
    if (node.kind == Node::Kind::Descriptors)
        return open_beneath(process.files.proc(), "self/fd", request.flags & ~kCreation, RESOLVE_BENEATH);
    if (node.kind == Node::Kind::Text && !reference) return open_text(process, found, request);
    auto fd = process.files.stand_in(node);
    if (!fd) return -fd.error();
    Object object{Held{*std::move(fd)}, {}};
    if (reference) return open_reference(process, object, request);
    auto above = copied_above(object.fd.get(), process.descriptor_line);
    if (!above) return -above.error();
    object.fd = Held{};
    return open_beneath(above->get(), ".", request.flags & ~kCreation, kNoLinks);
}

/// What a descriptor allows is what opening its file again through /proc/self/fd may ask for.
int jump_error(const Found& found, std::uint64_t& flags)
{
    const std::uint64_t access = flags & O_ACCMODE;
    if (found.node != nullptr) return access == O_RDONLY && (flags & O_TRUNC) == 0 ? 0 : EACCES;  // /proc/self/exe
    const Result has = host_call(SYS_fcntl, found.fd.get(), F_GETFL);
    if (failed(has)) return static_cast<int>(-has);
    if ((has & O_PATH) != 0) return EACCES;
    if ((has & O_ACCMODE) != O_RDWR && static_cast<std::uint64_t>(has & O_ACCMODE) != access) return EACCES;
    if ((flags & O_TRUNC) != 0 && ((has & O_ACCMODE) == O_RDONLY || (has & O_APPEND) != 0)) return EACCES;
    flags |= static_cast<std::uint64_t>(has & O_APPEND);
    return 0;
}

/// 0, or why the grant forbids it.
int grant_error(Process& process, const Found& found, const OpenRequest& request)
{
    const bool device = S_ISCHR(found.mode) || S_ISBLK(found.mode);
    const bool granted_itself = found.node != nullptr && found.node->root != nullptr;
    if (device && !granted_itself) {
        process.files.explain().device(found.path);
        return EACCES;
    }
    const bool tmp_file = (request.flags & O_TMPFILE) == O_TMPFILE;
    if (S_ISDIR(found.mode) && !tmp_file && writes(request)) return EISDIR;
    return writes(request) || tmp_file ? may_change(process, found) : 0;
}

}  // namespace

Result open_found(Thread& thread, Found& found, const OpenRequest& request, std::unique_lock<std::shared_mutex>& alone)
{
    Process& process = thread.process;
    const bool reference = (request.flags & O_PATH) != 0;
    const bool folder = S_ISDIR(found.mode);
    if (found.root == nullptr && !found.jump) return below_line(process, open_made(process, found, request));
    if ((request.flags & O_DIRECTORY) != 0 && !folder) return -ENOTDIR;
    if (folder && (request.flags & O_CREAT) != 0) return -EISDIR;
    if (S_ISLNK(found.mode) && !reference) return -ELOOP;
    if (reference && !found.jump) {
        Object object{std::move(found.fd), {}};
        return below_line(process, open_reference(process, object, request));
    }
    std::uint64_t flags = request.flags & ~kCreation;
    if (const int error = found.jump ? jump_error(found, flags) : grant_error(process, found, request)) return -error;
    // Above the line: the number that the guest gets is the lowest one.
    auto above = copied_above(found.fd.get(), process.descriptor_line);
    if (!above) return -above.error();
    found.fd = Held{};
    const std::string name = beneath_proc(above->get());
    const bool tmp_file = (flags & O_TMPFILE) == O_TMPFILE;
    const std::uint64_t mode = tmp_file ? request.mode & kFileModeBits : 0;
    if (S_ISREG(found.mode) || folder) return below_line(process, open_beneath(process.files.proc(), name.c_str(), flags, 0, mode));
    // A FIFO waits for its other end, a terminal for its line.
    alone.unlock();
    const open_how how{.flags = flags, .mode = mode, .resolve = 0};
    return below_line(process, thread.interruptible(SYS_openat2, process.files.proc(), name.c_str(), &how, sizeof how));
}

}  // namespace husk::program
