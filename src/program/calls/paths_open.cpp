#include "program/calls/paths.hpp"
#include "program/files/own_fd.hpp"

#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace husk::program {

namespace {

/// What open(2) knows; it ignores all else.
constexpr std::uint64_t kOpenFlags = O_ACCMODE | O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_APPEND | O_NONBLOCK | O_SYNC | O_DSYNC |
                                     O_ASYNC | O_DIRECT | kLargeFile | O_DIRECTORY | O_NOFOLLOW | O_NOATIME | O_CLOEXEC | O_PATH |
                                     O_TMPFILE;
constexpr std::uint64_t kPathFlags = O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC | O_PATH;
constexpr std::uint64_t kTmpFileAlone = O_TMPFILE & ~std::uint64_t{O_DIRECTORY};
constexpr std::uint64_t kResolveFlags =
    RESOLVE_NO_XDEV | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_SYMLINKS | RESOLVE_BENEATH | RESOLVE_IN_ROOT | RESOLVE_CACHED;
constexpr std::uint64_t kPermissions = 07777;

/// As open and openat are told; what they ignore is gone.
OpenRequest request_of(int at, std::string path, int flags, std::uint64_t mode)
{
    OpenRequest request{.at = at, .path = std::move(path), .flags = static_cast<std::uint32_t>(flags) & kOpenFlags};
    if ((request.flags & O_PATH) != 0)
        request.flags &= kPathFlags;
    else
        request.flags |= kLargeFile;
    if ((request.flags & (O_CREAT | kTmpFileAlone)) != 0) request.mode = static_cast<std::uint32_t>(mode & kPermissions);
    return request;
}

/// What the kernel says of flags that do not go together.
int flags_error(const OpenRequest& request)
{
    const bool tmp_file = (request.flags & kTmpFileAlone) != 0;
    const bool writes = (request.flags & O_ACCMODE) != O_RDONLY;
    if (tmp_file && ((request.flags & O_TMPFILE) != O_TMPFILE || !writes || (request.flags & O_CREAT) != 0)) return EINVAL;
    if (!tmp_file && (request.flags & O_CREAT) != 0 && (request.flags & O_DIRECTORY) != 0) return EINVAL;
    if ((request.flags & O_CREAT) != 0 && request.path.ends_with('/')) return EISDIR;
    return 0;
}

Result created(Thread& thread, Found& found, const OpenRequest& request)
{
    if (const int error = may_make(thread.process, found)) return -(error == EEXIST ? EACCES : error);
    // The number that the guest gets is the lowest one: nothing of Husk's may have it meanwhile.
    auto folder = copied_above(found.folder.get(), thread.process.descriptor_line);
    if (!folder) return -folder.error();
    found.folder = Held{};
    const std::uint64_t flags = request.flags | O_EXCL | O_NOFOLLOW;
    return open_beneath(folder->get(), found.name.c_str(), flags, kNoLinks, request.mode & kFileModeBits);
}

Result open(Thread& thread, int at, GuestVirt path, int flags, std::uint64_t mode)
{
    auto text = path_argument(thread, path);
    return text ? open_path(thread, request_of(at, *std::move(text), flags, mode)) : -text.error();
}

Result open_call(Thread& thread, const Call& call)
{
    return open(thread, AT_FDCWD, call.address(0), call.integer(1), call.word(2));
}

Result openat_call(Thread& thread, const Call& call)
{
    return open(thread, call.integer(0), call.address(1), call.integer(2), call.word(3));
}

Result creat_call(Thread& thread, const Call& call)
{
    return open(thread, AT_FDCWD, call.address(0), O_CREAT | O_WRONLY | O_TRUNC, call.word(1));
}

/// The structure may be larger than the one known, if what is new in it is zero.
tl::expected<open_how, int> how_argument(const Thread& thread, GuestVirt at, std::uint64_t size)
{
    if (size < sizeof(open_how)) return tl::unexpected{EINVAL};
    if (size > kPageSize) return tl::unexpected{E2BIG};
    const auto bytes = thread.process.memory.get_array<std::byte>(at, size);
    if (!bytes) return tl::unexpected{EFAULT};
    open_how how{};
    std::copy_n(bytes->begin(), sizeof how, std::as_writable_bytes(std::span{&how, 1}).begin());
    if (std::any_of(bytes->begin() + sizeof how, bytes->end(), [](std::byte byte) { return byte != std::byte{0}; }))
        return tl::unexpected{E2BIG};
    return how;
}

Result openat2_call(Thread& thread, const Call& call)
{
    const auto how = how_argument(thread, call.address(2), call.word(3));
    if (!how) return -how.error();
    const bool creates = (how->flags & (O_CREAT | kTmpFileAlone)) != 0;
    if ((how->flags & ~kOpenFlags) != 0 || (how->resolve & ~kResolveFlags) != 0) return -EINVAL;
    if ((how->resolve & RESOLVE_BENEATH) != 0 && (how->resolve & RESOLVE_IN_ROOT) != 0) return -EINVAL;
    if (how->mode != 0 && (!creates || (how->mode & ~kPermissions) != 0)) return -EINVAL;
    if ((how->flags & O_PATH) != 0 && (how->flags & ~kPathFlags) != 0) return -EINVAL;
    if ((how->resolve & RESOLVE_CACHED) != 0) return -EAGAIN;
    auto path = path_argument(thread, call.address(1));
    if (!path) return -path.error();
    return open_path(thread, {.at = call.integer(0),
                              .path = *std::move(path),
                              .flags = how->flags | kLargeFile * ((how->flags & O_PATH) == 0 ? 1 : 0),
                              .mode = static_cast<std::uint32_t>(how->mode),
                              .resolve = how->resolve});
}

constexpr Served kCalls[] = {
    {SYS_open, open_call},
    {SYS_openat, openat_call},
    {SYS_openat2, openat2_call},
    {SYS_creat, creat_call},
};

}  // namespace

Result open_path(Thread& thread, const OpenRequest& request)
{
    if (const int error = flags_error(request)) return -error;
    const bool creates = (request.flags & O_CREAT) != 0;
    const bool exclusive = creates && (request.flags & O_EXCL) != 0;
    const bool changes = (request.flags & (O_ACCMODE | O_CREAT | O_TRUNC)) != 0;
    const Lookup lookup{.want = creates ? Lookup::Want::ObjectOrMissing : Lookup::Want::Object,
                        .follow = (request.flags & O_NOFOLLOW) == 0 && !exclusive,
                        .change = changes,
                        .resolve = request.resolve};
    // Others may make what was missing, and remove it again.
    constexpr int kTries = 1000;
    Result result = -ENOENT;
    for (int i = 0; i < kTries; ++i) {
        std::unique_lock alone{thread.process.descriptors};
        auto found = thread.process.files.find(request.path, lookup, request.at);
        if (!found) return -found.error();
        if (!found->name.empty()) {
            result = created(thread, *found, request);
            if (result != -EEXIST || exclusive) return below_line(thread.process, result);
            continue;
        }
        return exclusive ? -EEXIST : open_found(thread, *found, request, alone);
    }
    return result;
}

std::span<const Served> path_open_calls()
{
    return kCalls;
}

}  // namespace husk::program
