#include "program/calls/paths.hpp"

#include <linux/magic.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <vector>

// The working directory, what is in a folder, and what changes in one.
namespace husk::program {

namespace {

Result go_to(Process& process, tl::expected<Found, int> found)
{
    if (!found) return -found.error();
    if (!S_ISDIR(found->mode)) return -ENOTDIR;
    return -process.files.change_directory(*found);
}

Result chdir_call(Thread& thread, const Call& call)
{
    Process& process = thread.process;
    const auto path = path_argument(thread, call.address(0));
    if (!path) return -path.error();
    const std::unique_lock alone{process.descriptors};
    return go_to(process, process.files.find(*path, {}, AT_FDCWD));
}

Result fchdir_call(Thread& thread, const Call& call)
{
    Process& process = thread.process;
    if (!is_guests(thread, call.integer(0))) return -EBADF;
    const std::unique_lock alone{process.descriptors};
    const auto path = process.files.path_of(call.integer(0));
    if (!path) return -path.error();
    return go_to(process, process.files.find(*path, {}, AT_FDCWD));
}

Result getcwd_call(Thread& thread, const Call& call)
{
    Process& process = thread.process;
    std::string path = process.files.working_directory();
    if (path.empty() || path.ends_with(" (deleted)")) return -ENOENT;
    path.push_back('\0');
    if (path.size() > call.word(1)) return -ERANGE;
    const bool written = process.memory.write(call.address(0), std::as_bytes(std::span{path}));
    return written ? static_cast<Result>(path.size()) : -EFAULT;
}

bool is_proc(int descriptor)
{
    struct statfs status {};
    return !failed(host_call(SYS_fstatfs, descriptor, &status)) && status.f_type == PROC_SUPER_MAGIC;
}

/// Where the kernel's record of an entry has its parts; those of getdents and getdents64 differ in the name's place alone.
struct Layout {
    std::size_t name;
    static constexpr std::size_t kLength = 16;
};
constexpr Layout kOld{18};
constexpr Layout kNew{19};

/// Takes out the numbers from `line` on: Husk's own. How many bytes are left.
std::size_t keep_below(std::vector<char>& records, std::size_t size, Layout layout, int line)
{
    std::size_t kept = 0;
    for (std::size_t at = 0; at < size;) {
        std::uint16_t length = 0;
        std::memcpy(&length, &records[at + Layout::kLength], sizeof length);
        const char* const name = &records[at + layout.name];
        int number = 0;  // which "." and ".." keep
        std::from_chars(name, &records[at] + length, number);
        if (number < line) {
            std::memmove(&records[kept], &records[at], length);
            kept += length;
        }
        at += length;
    }
    return kept;
}

/// The only folder of the host's /proc that a guest ever gets a descriptor of is its own /proc/self/fd.
Result list_descriptors(Thread& thread, const Call& call, Layout layout)
{
    constexpr std::uint64_t kMost = 65536;  // bytes; less than asked for is no error
    const std::unique_lock alone{thread.process.descriptors};
    std::vector<char> records(std::min<std::uint64_t>(call.word(2), kMost));
    for (;;) {
        const Result size = host_call(static_cast<long>(call.number), call.integer(0), records.data(), records.size());
        if (size <= 0) return size;
        const std::size_t kept = keep_below(records, static_cast<std::size_t>(size), layout, thread.process.descriptor_line);
        if (kept == 0) continue;
        const bool written = thread.process.memory.write(call.address(1), std::as_bytes(std::span{records}.first(kept)));
        return written ? static_cast<Result>(kept) : -EFAULT;
    }
}

Result list(Thread& thread, const Call& call, Layout layout)
{
    const int descriptor = call.integer(0);
    if (!is_guests(thread, descriptor)) return -EBADF;
    const auto size = static_cast<std::uint32_t>(call.word(2));
    const auto buffer = thread.process.memory.host(call.address(1), size);
    if (!buffer) return -EFAULT;
    if (is_proc(descriptor)) return list_descriptors(thread, call, layout);
    return host_call(static_cast<long>(call.number), descriptor, *buffer, size);
}

Result getdents_call(Thread& thread, const Call& call)
{
    return list(thread, call, kOld);
}

Result getdents64_call(Thread& thread, const Call& call)
{
    return list(thread, call, kNew);
}

Result inotify_add_watch_call(Thread& thread, const Call& call)
{
    const int watcher = call.integer(0);
    if (!is_guests(thread, watcher)) return -EBADF;
    const auto mask = static_cast<std::uint32_t>(call.word(2));
    const Target target{.at = AT_FDCWD, .path = {}, .follow = (mask & IN_DONT_FOLLOW) == 0, .empty_path = false, .change = false};
    return with_object_at(thread, call.address(1), target, [&](int fd, const Found&) {
        return host_call(SYS_inotify_add_watch, watcher, proc_path(fd).c_str(), mask & ~std::uint32_t{IN_DONT_FOLLOW});
    });
}

constexpr Served kCalls[] = {
    {SYS_chdir, chdir_call},       {SYS_fchdir, fchdir_call},         {SYS_getcwd, getcwd_call},
    {SYS_getdents, getdents_call}, {SYS_getdents64, getdents64_call}, {SYS_inotify_add_watch, inotify_add_watch_call},
};

}  // namespace

std::span<const Served> path_folder_calls()
{
    return kCalls;
}

}  // namespace husk::program
