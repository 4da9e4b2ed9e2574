#include "program/space/space.hpp"

#include <sys/mman.h>

#include <algorithm>

// The book that Space keeps of what is mapped where.
namespace husk::program {

/// Cuts the area that `at` lies within in two. The first area at or after `at`.
Space::Areas::iterator Space::split(std::uint64_t at)
{
    const auto next = areas_.lower_bound(at);
    if (next == areas_.begin()) return next;
    Area& before = std::prev(next)->second;
    if (before.end <= at) return next;
    Area after = before;
    after.begin = at;
    if ((after.flags & MAP_ANONYMOUS) == 0) after.file_offset += at - before.begin;
    before.end = at;
    return areas_.emplace_hint(next, at, std::move(after));
}

void Space::forget(std::uint64_t begin, std::uint64_t end)
{
    changed_ = true;
    accessible_ -= accessible_in(begin, end);
    const auto last = split(end);
    areas_.erase(split(begin), last);
    image_.remove(begin, end);
}

/// Where nothing is; joined with the area before if they are one to the guest.
void Space::remember(Area area)
{
    changed_ = true;
    if (area.protection != PROT_NONE) accessible_ += area.size();
    const std::uint64_t begin = area.begin;
    const std::uint64_t end = area.end;
    const int protection = area.protection;
    const auto next = areas_.lower_bound(begin);
    const bool anonymous = (area.flags & MAP_ANONYMOUS) != 0;
    if (next != areas_.begin()) {
        Area& before = std::prev(next)->second;
        const bool same = before.end == begin && before.protection == protection && before.flags == area.flags &&
                          before.wipe_on_fork == area.wipe_on_fork;
        if (same && anonymous && before.name == area.name) {
            before.end = end;
            told(begin, end, protection);
            return;
        }
    }
    areas_.emplace_hint(next, begin, std::move(area));
    told(begin, end, protection);
}

std::uint64_t Space::accessible_in(std::uint64_t begin, std::uint64_t end) const
{
    std::uint64_t bytes = 0;
    auto area = areas_.upper_bound(begin);
    if (area != areas_.begin()) --area;
    for (; area != areas_.end() && area->first < end; ++area) {
        const std::uint64_t from = std::max(begin, area->first);
        const std::uint64_t to = std::min(end, area->second.end);
        if (area->second.protection != PROT_NONE && to > from) bytes += to - from;
    }
    return bytes;
}

/// Where the first hole in [begin, end) is; `end` if there is none.
std::uint64_t Space::covered_until(std::uint64_t begin, std::uint64_t end) const
{
    auto area = areas_.upper_bound(begin);
    if (area == areas_.begin()) return begin;
    --area;
    std::uint64_t at = begin;
    for (; at < end && area != areas_.end() && area->first <= at && area->second.end > at; ++area) at = area->second.end;
    return std::min(at, end);
}

bool Space::covers(std::uint64_t begin, std::uint64_t end) const
{
    const std::lock_guard lock{mutex_};
    return covered_until(begin, end) >= end;
}

bool Space::any(std::uint64_t begin, std::uint64_t end) const
{
    const std::lock_guard lock{mutex_};
    return accessible_in(begin, end) != 0;
}

std::optional<Area> Space::at(GuestVirt address) const
{
    const std::lock_guard lock{mutex_};
    auto area = areas_.upper_bound(address.value);
    if (area == areas_.begin()) return std::nullopt;
    --area;
    if (area->second.end <= address.value) return std::nullopt;
    return area->second;
}

std::vector<Area> Space::areas() const
{
    const std::lock_guard lock{mutex_};
    std::vector<Area> all;
    for (const auto& [begin, area] : areas_) all.push_back(area);
    return all;
}

std::uint64_t Space::accessible() const
{
    const std::lock_guard lock{mutex_};
    return accessible_;
}

}  // namespace husk::program
