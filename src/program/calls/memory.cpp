#include "program/calls/handlers.hpp"
#include "program/files/own_fd.hpp"
#include "program/process/process.hpp"

#include <sys/mman.h>
#include <sys/syscall.h>

#include <array>
#include <cerrno>
#include <mutex>
#include <shared_mutex>

namespace husk::program {

namespace {

bool ours(const Process& process, int fd)
{
    return fd < 0 || fd >= process.descriptor_line;
}

Result map(Thread& thread, const Call& call)
{
    MapRequest request{.at = call.address(0),
                       .size = call.word(1),
                       .protection = call.integer(2),
                       .flags = call.integer(3),
                       .fd = -1,
                       .file_offset = call.word(5),
                       .name = {}};
    if (request.file_offset % kPageSize != 0) return -EINVAL;
    if ((request.flags & MAP_ANONYMOUS) != 0) {
        request.file_offset = 0;
        return thread.process.space.map(request);
    }
    request.fd = call.integer(4);
    if (ours(thread.process, request.fd)) return -EBADF;
    const std::shared_lock lock{thread.process.descriptors};
    request.name = thread.process.name_of(request.fd);
    // What is looked at is what is mapped, even if another thread gives the number to another file meanwhile.
    const auto file = copied_above(request.fd, thread.process.descriptor_line);
    if (!file) return -file.error();
    request.fd = file->get();
    return thread.process.space.map(request);
}

Result unmap(Thread& thread, const Call& call)
{
    return thread.process.space.unmap(call.address(0), call.word(1));
}

Result protect(Thread& thread, const Call& call)
{
    return thread.process.space.protect(call.address(0), call.word(1), call.integer(2));
}

Result remap(Thread& thread, const Call& call)
{
    return thread.process.space.remap(call.address(0), call.word(1), call.word(2), call.integer(3), call.address(4));
}

Result advise(Thread& thread, const Call& call)
{
    return thread.process.space.advise(call.address(0), call.word(1), call.integer(2));
}

Result set_break(Thread& thread, const Call& call)
{
    return thread.process.space.set_break(call.address(0));
}

/// One past the last page that a call's range touches.
std::uint64_t pages_end(const Call& call)
{
    return (call.word(0) + call.word(1) + kPageSize - 1) / kPageSize * kPageSize;
}

/// Calls on a range that the host's kernel carries out on the same range of its own, and that change no mapping.
Result on_range(Thread& thread, const Call& call)
{
    const auto at = thread.process.memory.host(call.address(0), call.word(1));
    if (!at || !thread.process.space.covers(call.word(0), pages_end(call))) return -ENOMEM;
    return thread.interruptible(static_cast<long>(call.number), *at, call.word(1), call.word(2));
}

Result in_core(Thread& thread, const Call& call)
{
    const std::uint64_t pages = (call.word(1) + kPageSize - 1) / kPageSize;
    const auto at = thread.process.memory.host(call.address(0), call.word(1));
    const auto answer = thread.process.memory.host(call.address(2), pages);
    if (!at || !thread.process.space.covers(call.word(0), pages_end(call))) return -ENOMEM;
    if (!answer) return -EFAULT;
    return host_call(SYS_mincore, *at, call.word(1), *answer);
}

/// Locking all memory would lock Husk's, and every page that the space reserves.
Result lock_all(Thread&, const Call&)
{
    return -EPERM;
}

Result nothing_locked(Thread&, const Call&)
{
    return 0;
}

constexpr std::array kCalls = std::to_array<Served>({
    {SYS_mmap, map},
    {SYS_munmap, unmap},
    {SYS_mprotect, protect},
    {SYS_mremap, remap},
    {SYS_madvise, advise},
    {SYS_brk, set_break},
    {SYS_msync, on_range},
    {SYS_mlock, on_range},
    {SYS_mlock2, on_range},
    {SYS_munlock, on_range},
    {SYS_mincore, in_core},
    {SYS_mlockall, lock_all},
    {SYS_munlockall, nothing_locked},
});

}  // namespace

std::span<const Served> memory_calls()
{
    return kCalls;
}

}  // namespace husk::program
