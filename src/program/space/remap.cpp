#include "program/space/space.hpp"

#include <sys/mman.h>

#include <cerrno>

// mremap(2).
namespace husk::program {

namespace {
constexpr std::uint64_t whole_pages(std::uint64_t size)
{
    return (size + kPageSize - 1) / kPageSize * kPageSize;
}
}  // namespace

Result Space::remap(GuestVirt at, std::uint64_t old_size, std::uint64_t new_size, int flags, GuestVirt to)
{
    const bool fixed = (flags & MREMAP_FIXED) != 0;
    if (at.value % kPageSize != 0 || new_size == 0 || (flags & ~(MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP)) != 0)
        return -EINVAL;
    if (fixed && ((flags & MREMAP_MAYMOVE) == 0 || to.value % kPageSize != 0 || to.value < layout::kUserBegin)) return -EINVAL;
    const bool keep = (flags & MREMAP_DONTUNMAP) != 0;
    if (keep && ((flags & MREMAP_MAYMOVE) == 0 || old_size != new_size)) return -EINVAL;
    if (old_size > layout::kSpace || new_size > layout::kSpace) return -ENOMEM;
    const std::uint64_t old_whole = whole_pages(old_size);
    const std::uint64_t new_whole = whole_pages(new_size);
    // With an old size of 0 it would make a second mapping of shared pages: not served.
    if (old_whole == 0) return -EINVAL;
    if (!memory().within(at, old_whole) || (fixed && !memory().within(to, new_whole))) return -EFAULT;
    const bool overlap = fixed && to.value < at.value + old_whole && at.value < to.value + new_whole;
    if (overlap) return -EINVAL;
    const std::lock_guard lock{mutex_};
    return remap_locked(at.value, old_whole, new_whole, flags, to.value);
}

Result Space::remap_locked(std::uint64_t at, std::uint64_t old_size, std::uint64_t new_size, int flags, std::uint64_t to)
{
    const auto found = areas_.upper_bound(at);
    if (found == areas_.begin() || std::prev(found)->second.end < at + old_size)
        return -EFAULT;  // one mapping, as the kernel wants
    const Area area = std::prev(found)->second;
    const bool fixed = (flags & MREMAP_FIXED) != 0;
    const bool keep = (flags & MREMAP_DONTUNMAP) != 0;
    const std::uint64_t grown = new_size > old_size ? new_size - old_size : 0;
    const std::uint64_t more = keep ? new_size : grown;
    if (area.protection != PROT_NONE && !fits(more)) return -ENOMEM;

    if (!fixed && !keep && new_size <= old_size) {  // cut
        if (new_size == old_size) return static_cast<Result>(at);
        if (const int error = reservation_.release(at + new_size, old_size - new_size)) return -error;
        forget(at + new_size, at + old_size);
        told(at + new_size, at + old_size, PROT_NONE);
        return static_cast<Result>(at);
    }
    Area piece = area;  // the memory to move may be the middle of its area
    piece.begin = at;
    if ((piece.flags & MAP_ANONYMOUS) == 0) piece.file_offset += at - area.begin;
    const bool room = at + new_size <= extent_.user_end() && free(at + old_size, at + new_size) && area.end == at + old_size;
    if (!fixed && !keep && room) return grow(piece, old_size, new_size);
    if ((flags & MREMAP_MAYMOVE) == 0) return -ENOMEM;
    if (fixed) return move(piece, old_size, to, new_size, keep);
    const auto place = find_free(new_size, new_size >= layout::kLargePage ? layout::kLargePage : kPageSize);
    return place ? move(piece, old_size, *place, new_size, keep) : -ENOMEM;
}

/// Where it is: what lies behind `piece` is free.
Result Space::grow(const Area& piece, std::uint64_t old_size, std::uint64_t new_size)
{
    constexpr int kPrivateAnonymous = MAP_PRIVATE | MAP_ANONYMOUS;
    if ((piece.flags & kPrivateAnonymous) != kPrivateAnonymous) return move(piece, old_size, piece.begin, new_size, false);
    // Fresh pages behind it are all that it takes.
    const std::uint64_t tail = piece.begin + old_size;
    const int error = reservation_.map(tail, new_size - old_size, piece.protection, piece.flags | MAP_NORESERVE, -1, 0);
    if (error != 0) return -error;
    remember({tail, piece.begin + new_size, piece.protection, piece.flags, 0, piece.name, piece.wipe_on_fork});
    return static_cast<Result>(piece.begin);
}

Result Space::move(const Area& piece, std::uint64_t old_size, std::uint64_t to, std::uint64_t new_size, bool keep)
{
    const std::uint64_t from = piece.begin;
    if (!image_.within(from, from + old_size).empty()) return copy(piece, old_size, to, new_size, keep);
    if (const int error = reservation_.move(from, old_size, to, new_size, keep)) return -error;
    if (!keep) forget(from, from + old_size);
    if (!keep && from != to) told(from, from + old_size, PROT_NONE);
    return moved_to(piece, to, new_size);
}

/// In the book, a piece is at `to` now, in place of what was there.
Result Space::moved_to(Area piece, std::uint64_t to, std::uint64_t new_size)
{
    forget(to, to + new_size);
    piece.begin = to;
    piece.end = to + new_size;
    remember(std::move(piece));
    return static_cast<Result>(to);
}

}  // namespace husk::program
