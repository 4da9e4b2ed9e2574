#include "program/space/space.hpp"

#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <algorithm>
#include <cerrno>

// Files in the space of an engine that reads the host's memory itself: see Space::watch().
namespace husk::program {

int Space::put_there(const MapRequest& request, std::uint64_t begin, std::uint64_t size, int flags) const
{
    const bool copied = bounded_ && (flags & (MAP_ANONYMOUS | MAP_SHARED)) == 0;
    if (copied) return copy_file(request, begin, size);
    return reservation_.map(begin, size, request.protection, flags, request.fd, request.file_offset);
}

/// How many of `size` bytes are in whole pages of which the file has at least the first byte.
std::uint64_t Space::there(const MapRequest& request, std::uint64_t size) const
{
    struct stat file {};
    if (::fstat(request.fd, &file) != 0 || !S_ISREG(file.st_mode)) return size;
    const auto length = static_cast<std::uint64_t>(file.st_size);
    if (length <= request.file_offset) return 0;
    return std::min(size, (length - request.file_offset + kPageSize - 1) / kPageSize * kPageSize);
}

int Space::copy_file(const MapRequest& request, std::uint64_t begin, std::uint64_t size) const
{
    // What mmap says of a descriptor that cannot be mapped, it says of this one.
    constexpr int kPrivate = MAP_PRIVATE;
    if (const int error = reservation_.map(begin, size, PROT_READ, kPrivate, request.fd, request.file_offset)) return error;
    const std::uint64_t length = there(request, size);
    if (const int error = reservation_.release(begin, size)) return error;
    if (length == 0) return 0;
    constexpr int kFresh = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    if (const int error = reservation_.map(begin, length, PROT_READ | PROT_WRITE, kFresh, -1, 0)) return error;
    for (std::uint64_t done = 0; done < length;) {
        const Result got =
            host_call(SYS_pread64, request.fd, reservation_.base() + begin + done, length - done, request.file_offset + done);
        if (got == -EINTR) continue;
        if (failed(got)) return static_cast<int>(-got);
        if (got == 0) break;  // the last page's rest
        done += static_cast<std::uint64_t>(got);
    }
    return reservation_.protect(begin, length, request.protection);
}

}  // namespace husk::program
