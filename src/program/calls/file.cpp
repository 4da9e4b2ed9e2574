#include "program/calls/arguments.hpp"
#include "program/calls/groups.hpp"
#include "program/calls/writing.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>

#include <array>

// What is asked of an open file, and done to what is in it.
namespace husk::program {

namespace {

using namespace kinds;

/// ftruncate(fd, size)
Result cut(Thread& thread, const Call& call)
{
    if (!is_guests(thread, call.integer(0))) return -EBADF;
    const auto size = static_cast<std::int64_t>(call.word(1));
    if (size < 0) return -EINVAL;
    if (const Result refused = check_file_size(thread, call.word(1))) return refused;
    return host_call(SYS_ftruncate, call.integer(0), size);
}

/// fallocate(fd, mode, offset, size). What keeps the file's size may go beyond, in Linux, too.
Result allocate(Thread& thread, const Call& call)
{
    if (!is_guests(thread, call.integer(0))) return -EBADF;
    const auto offset = static_cast<std::int64_t>(call.word(2));
    const auto size = static_cast<std::int64_t>(call.word(3));
    std::int64_t end = 0;
    if (offset < 0 || size <= 0) return -EINVAL;
    if (__builtin_add_overflow(offset, size, &end)) return -EFBIG;
    const bool inserts = (call.integer(1) & FALLOC_FL_INSERT_RANGE) != 0;
    if (inserts) {
        struct stat status {};
        if (const Result failure = host_call(SYS_fstat, call.integer(0), &status)) return failure;
        if (__builtin_add_overflow(status.st_size, size, &end)) return -EFBIG;
    }
    if ((call.integer(1) & FALLOC_FL_KEEP_SIZE) == 0 || inserts)
        if (const Result refused = check_file_size(thread, static_cast<std::uint64_t>(end))) return refused;
    return thread.interruptible(SYS_fallocate, call.integer(0), call.integer(1), offset, size);
}

constexpr auto kCalls = std::to_array<Served>({
    {SYS_lseek, pass<Way::AtOnce, Descriptor, Word, Word>},
    {SYS_fstat, pass<Way::AtOnce, Descriptor, Struct<struct stat>>},
    {SYS_fstatfs, pass<Way::AtOnce, Descriptor, Struct<struct statfs>>},
    {SYS_ftruncate, cut},
    {SYS_fallocate, allocate},
    {SYS_fsync, pass<Way::AtOnce, Descriptor>},
    {SYS_fdatasync, pass<Way::AtOnce, Descriptor>},
    {SYS_sync, pass<Way::AtOnce>},
    {SYS_syncfs, pass<Way::AtOnce, Descriptor>},
    {SYS_sync_file_range, pass<Way::AtOnce, Descriptor, Word, Word, Word>},
    {SYS_fadvise64, pass<Way::AtOnce, Descriptor, Word, Word, Word>},
    {SYS_readahead, pass<Way::AtOnce, Descriptor, Word, Word>},
    {SYS_timerfd_settime, pass<Way::AtOnce, Descriptor, Word, Struct<itimerspec>, Struct<itimerspec>>},
    {SYS_timerfd_gettime, pass<Way::AtOnce, Descriptor, Struct<itimerspec>>},
    {SYS_inotify_rm_watch, pass<Way::AtOnce, Descriptor, Word>},
});

}  // namespace

std::span<const Served> file_calls()
{
    return kCalls;
}

}  // namespace husk::program
