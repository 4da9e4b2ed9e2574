#include "memory/reservation.hpp"

#include "memory/safe_copy.hpp"

#include <husk/error.hpp>

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>

namespace husk {

namespace {

constexpr int kNothing = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;

int outcome(bool done)
{
    return done ? 0 : errno;
}

/// Where mmap or mremap has failed after it had unmapped what was there, which no other thread's mmap may land in. Does nothing if
/// that is there still.
void fill_hole(void* at, std::uint64_t size)
{
    static_cast<void>(::mmap(at, size, PROT_NONE, kNothing | MAP_FIXED_NOREPLACE, -1, 0));
}

}  // namespace

Reservation::Reservation(std::uint64_t size, std::uint64_t alignment)
    : mapping_{Mapping::inaccessible(size, alignment)}, base_{reinterpret_cast<std::uintptr_t>(mapping_.bytes().data())}
{}

int Reservation::map(std::uint64_t offset, std::uint64_t size, int protection, int flags, int fd,
                     std::uint64_t file_offset) const noexcept
{
    void* const at = mapping_.bytes().data() + offset;
    if (fd < 0) {
        if (::mmap(at, size, protection, flags | MAP_FIXED, -1, 0) != MAP_FAILED) return 0;
        const int error = errno;
        fill_hole(at, size);
        return error;
    }
    // A file refuses to be mapped after the kernel has unmapped what was there: so by way of a place outside, where that does no
    // harm.
    void* const outside = ::mmap(nullptr, size, protection, flags & ~MAP_FIXED, fd, static_cast<off_t>(file_offset));
    if (outside == MAP_FAILED) return errno;
    if (::mremap(outside, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, at) != MAP_FAILED) return 0;
    const int error = errno;
    fill_hole(at, size);
    ::munmap(outside, size);
    return error;
}

int Reservation::map_at_once(std::uint64_t offset, std::uint64_t size, int protection, int fd,
                             std::uint64_t file_offset) const noexcept
{
    void* const at = mapping_.bytes().data() + offset;
    constexpr int kPrivate = MAP_PRIVATE | MAP_FIXED | MAP_NORESERVE;
    if (::mmap(at, size, protection, kPrivate, fd, static_cast<off_t>(file_offset)) != MAP_FAILED) return 0;
    const int error = errno;
    fill_hole(at, size);
    return error;
}

int Reservation::release(std::uint64_t offset, std::uint64_t size) const noexcept
{
    return map(offset, size, PROT_NONE, kNothing, -1, 0);
}

int Reservation::protect(std::uint64_t offset, std::uint64_t size, int protection) const noexcept
{
    return outcome(::mprotect(mapping_.bytes().data() + offset, size, protection) == 0);
}

int Reservation::advise(std::uint64_t offset, std::uint64_t size, int advice) const noexcept
{
    return outcome(::madvise(mapping_.bytes().data() + offset, size, advice) == 0);
}

int Reservation::move(std::uint64_t from, std::uint64_t old_size, std::uint64_t to, std::uint64_t new_size,
                      bool keep) const noexcept
{
    std::byte* const old = mapping_.bytes().data() + from;
    // mremap leaves a hole where it took the memory from, and any thread's mmap might land there. MREMAP_DONTUNMAP leaves a
    // mapping behind, but cannot change the size: so by way of a place outside, where holes do no harm.
    void* outside = ::mremap(old, old_size, old_size, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, nullptr);
    if (outside == MAP_FAILED) return ENOMEM;
    if (new_size != old_size) {
        void* const resized = ::mremap(outside, old_size, new_size, MREMAP_MAYMOVE);
        if (resized == MAP_FAILED) {
            const int error = errno;
            // Back to where it was: the target is the piece that it came from, and cannot be short of memory.
            ::mremap(outside, old_size, old_size, MREMAP_MAYMOVE | MREMAP_FIXED, old);
            return error;
        }
        outside = resized;
    }
    if (!keep && (from != to || new_size < old_size)) release(from, old_size);
    std::byte* const target = mapping_.bytes().data() + to;
    return outcome(::mremap(outside, new_size, new_size, MREMAP_MAYMOVE | MREMAP_FIXED, target) != MAP_FAILED);
}

bool Reservation::holds(std::uint64_t offset, std::size_t size) const
{
    return offset <= this->size() && size <= this->size() - offset;
}

std::size_t Reservation::read(std::uint64_t offset, std::span<std::byte> into) const noexcept
{
    if (into.empty() || !holds(offset, into.size())) return 0;
    return read_safely(bytes(offset, into.size()), into);
}

std::size_t Reservation::write(std::uint64_t offset, std::span<const std::byte> from) const noexcept
{
    if (from.empty() || !holds(offset, from.size())) return 0;
    return write_safely(bytes(offset, from.size()), from);
}

}  // namespace husk
