#include "program/space/space.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cerrno>

// A space that begins as another was: what of it is still as it was is mapped from a file, and shared with all that began so.
namespace husk::program {

namespace {

constexpr int kFresh = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;

/// As for fresh memory: space.cpp.
bool wants_huge_pages(const Area& area)
{
    return area.size() >= layout::kLargePage && (area.flags & MAP_STACK) == 0 && (area.flags & MAP_ANONYMOUS) != 0;
}

}  // namespace

Result Space::restore(const Area& area, std::span<const Contents> contents, int fd)
{
    const std::lock_guard lock{mutex_};
    return restore_locked(area, contents, fd);
}

Result Space::restore_locked(const Area& area, std::span<const Contents> contents, int fd)
{
    const bool accessible = area.protection != PROT_NONE;
    if (accessible && !fits(area.size())) return -ENOMEM;
    const bool filled = contents.size() == 1 && contents[0].begin == area.begin && contents[0].end == area.end;
    // The reservation is inaccessible, and empty, as it is.
    if (!filled && (accessible || !contents.empty()))
        if (const int error = reservation_.map(area.begin, area.size(), area.protection, kFresh, -1, 0)) return -error;
    for (const Contents& piece : contents)
        if (const int error =
                reservation_.map_at_once(piece.begin, piece.end - piece.begin, area.protection, fd, piece.file_offset))
            return -error;
    if (accessible && contents.empty() && wants_huge_pages(area)) reservation_.advise(area.begin, area.size(), MADV_HUGEPAGE);
    remember(area);
    for (const Contents& piece : contents) image_.add(piece.begin, piece.end);
    return 0;
}

Result Space::restore_joined(std::span<const Restored> areas, int fd)
{
    const std::lock_guard lock{mutex_};
    const std::uint64_t begin = areas.front().area.begin, end = areas.back().area.end;
    if (!fits(end - begin)) return -ENOMEM;
    // Whether it may execute them is the guest's affair: the host does not.
    const std::uint64_t file_offset = areas.front().contents.front().file_offset;
    if (const int error = reservation_.map_at_once(begin, end - begin, PROT_READ, fd, file_offset)) return -error;
    // What of the file is not in memory any more is read by the large page.
    if (end - begin >= layout::kLargePage) reservation_.advise(begin, end - begin, MADV_HUGEPAGE);
    for (const auto& [area, contents] : areas) {
        remember(area);
        image_.add(area.begin, area.end);
    }
    return 0;
}

void Space::restore_break(const Break& wanted)
{
    const std::lock_guard lock{mutex_};
    break_begin_ = wanted.begin;
    break_end_ = wanted.end;
    changed_ = false;
}

Break Space::current_break() const
{
    const std::lock_guard lock{mutex_};
    return {break_begin_, break_end_};
}

std::vector<Ranges::Range> Space::of_image(std::uint64_t begin, std::uint64_t end) const
{
    const std::lock_guard lock{mutex_};
    return image_.within(begin, end);
}

/// What the guest took for anonymous memory, and does not need any more, is zero when it looks again: not what the file has.
Result Space::forget_image(std::uint64_t begin, std::uint64_t end)
{
    auto area = areas_.upper_bound(begin);
    if (area != areas_.begin()) --area;
    for (; area != areas_.end() && area->first < end; ++area) {
        if ((area->second.flags & MAP_ANONYMOUS) == 0) continue;
        const std::uint64_t from = std::max(begin, area->first), to = std::min(end, area->second.end);
        if (from >= to) continue;
        if (const int error = reservation_.map(from, to - from, area->second.protection, kFresh, -1, 0)) return -error;
        image_.remove(from, to);
        changed_ = true;
        told(from, to, area->second.protection);
    }
    return 0;
}

Result Space::mark_wiped(std::uint64_t begin, std::uint64_t end, bool wipe)
{
    constexpr int kAnonymous = MAP_PRIVATE | MAP_ANONYMOUS;
    split(end);
    const auto first = split(begin);
    for (auto area = first; area != areas_.end() && area->first < end; ++area)
        if (wipe && (area->second.flags & kAnonymous) != kAnonymous) return -EINVAL;
    for (auto area = first; area != areas_.end() && area->first < end; ++area) area->second.wipe_on_fork = wipe;
    changed_ = true;
    return 0;
}

/// mremap for what the host has in more than one mapping, or from a file that the guest knows nothing of.
Result Space::copy(const Area& piece, std::uint64_t old_size, std::uint64_t to, std::uint64_t new_size, bool keep)
{
    const std::uint64_t from = piece.begin, moved = std::min(old_size, new_size);
    const bool in_place = from == to;
    if (in_place && new_size <= old_size) return static_cast<Result>(to);
    if (const int error = reservation_.protect(from, old_size, PROT_READ)) return -error;
    std::vector<std::byte> kept;  // in place: what would be mapped over
    if (in_place) {
        kept.resize(moved);
        if (reservation_.read(from, kept) != moved) return -EFAULT;
    }
    if (const int error = reservation_.map(to, new_size, PROT_READ | PROT_WRITE, kFresh, -1, 0)) return -error;
    const std::size_t copied =
        reservation_.write(to, in_place ? std::span<const std::byte>{kept} : reservation_.bytes(from, moved));
    if (copied != moved) return -EFAULT;
    if (const int error = reservation_.protect(to, new_size, piece.protection)) return -error;
    if (!in_place) {
        const int left = keep ? piece.protection : PROT_NONE;
        if (const int error = reservation_.map(from, old_size, left, kFresh, -1, 0)) return -error;
        image_.remove(from, from + old_size);
        if (!keep) forget(from, from + old_size);
        told(from, from + old_size, left);
    }
    return moved_to(piece, to, new_size);
}

}  // namespace husk::program
