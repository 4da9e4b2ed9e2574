#include "program/space/space.hpp"

#include <linux/magic.h>
#include <sys/mman.h>
#include <sys/vfs.h>

#include <algorithm>
#include <cerrno>

namespace husk::program {

namespace {

constexpr bool aligned(std::uint64_t value)
{
    return value % kPageSize == 0;
}

/// Whole pages; 0 if there are more than fit the space.
constexpr std::uint64_t pages(std::uint64_t size)
{
    return size > layout::kSpace ? 0 : (size + kPageSize - 1) / kPageSize * kPageSize;
}

bool can_be_used(int protection)
{
    return protection != PROT_NONE;
}

/// Of huge pages the host maps whole ones, and so more than it was asked for: over what lies behind, be it Husk's.
bool of_huge_pages(const MapRequest& request)
{
    if ((request.flags & MAP_ANONYMOUS) != 0) return (request.flags & MAP_HUGETLB) != 0;
    struct statfs system {};
    return ::fstatfs(request.fd, &system) == 0 && system.f_type == HUGETLBFS_MAGIC;
}

}  // namespace

Space::Space(std::uint64_t memory_limit, std::uint64_t size)
    : reservation_{size, layout::kLargePage}, extent_{size}, memory_limit_{memory_limit}
{}

void Space::watch(Watcher watcher, bool bounded)
{
    const std::lock_guard lock{mutex_};
    bounded_ = bounded;
    watcher_ = std::move(watcher);
    for (const auto& [begin, area] : areas_) told(begin, area.end, area.protection);
}

void Space::told(std::uint64_t begin, std::uint64_t end, int protection) const
{
    if (watcher_) watcher_(begin, end, protection);
}

Result Space::map(const MapRequest& request)
{
    const std::lock_guard lock{mutex_};
    return map_locked(request);
}

Result Space::map_locked(const MapRequest& request)
{
    const std::uint64_t size = pages(request.size);
    if (request.size == 0) return -EINVAL;
    if (size == 0 || of_huge_pages(request)) return -ENOMEM;  // as where the host keeps no huge pages
    const Result placed = place(request, size);
    if (failed(placed)) return placed;
    const auto begin = static_cast<std::uint64_t>(placed);
    const std::uint64_t more = can_be_used(request.protection) ? size : 0;
    if (accessible_ - accessible_in(begin, begin + size) + more > memory_limit_) return -ENOMEM;

    constexpr int kPlacement = MAP_FIXED | MAP_FIXED_NOREPLACE | MAP_GROWSDOWN | MAP_32BIT;
    const int flags = (request.flags & ~kPlacement) | ((request.flags & MAP_ANONYMOUS) != 0 ? MAP_NORESERVE : 0);
    if (const int error = put_there(request, begin, size, flags)) return -error;
    // A host's huge pages cost a guest far less than its small ones: each first touch leaves the machine. But not for stacks, of
    // which little is touched: Linux, too, gives them small pages.
    const bool anonymous = (request.flags & MAP_ANONYMOUS) != 0;
    const bool stack = (request.flags & MAP_STACK) != 0;
    if (anonymous && !stack && size >= layout::kLargePage) reservation_.advise(begin, size, MADV_HUGEPAGE);
    forget(begin, begin + size);
    remember({begin, begin + size, request.protection, request.flags & ~kPlacement, request.file_offset, request.name, false});
    if (bounded_ && !anonymous)
        if (const std::uint64_t length = there(request, size); length < size) told(begin + length, begin + size, PROT_NONE);
    return placed;
}

/// Where a request goes, by mmap(2)'s rules.
Result Space::place(const MapRequest& request, std::uint64_t size) const
{
    const std::uint64_t hint = request.at.value;
    const bool fixed = (request.flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)) != 0;
    if (fixed) {
        if (!aligned(hint)) return -EINVAL;
        if (hint < layout::kUserBegin) return -EPERM;
        if (!in_user_part(hint, size)) return -ENOMEM;
        if ((request.flags & MAP_FIXED_NOREPLACE) != 0 && !free(hint, hint + size)) return -EEXIST;
        return static_cast<Result>(hint);
    }
    const std::uint64_t near = hint / kPageSize * kPageSize;
    if (near != 0 && in_user_part(near, size) && free(near, near + size)) return static_cast<Result>(near);
    const bool large = size >= layout::kLargePage && (request.flags & MAP_ANONYMOUS) != 0;
    const auto found = find_free(size, large ? layout::kLargePage : kPageSize);
    return found ? static_cast<Result>(*found) : -ENOMEM;
}

/// From the top of the mmap area down; then above the stack.
std::optional<std::uint64_t> Space::find_free(std::uint64_t size, std::uint64_t alignment) const
{
    const auto below = [&](std::uint64_t top, std::uint64_t bottom) -> std::optional<std::uint64_t> {
        std::uint64_t end = top;
        auto next = areas_.lower_bound(top);
        while (true) {
            const std::uint64_t gap = next == areas_.begin() ? bottom : std::max(std::prev(next)->second.end, bottom);
            if (end >= gap && end - gap >= size) {
                const std::uint64_t begin = (end - size) / alignment * alignment;
                if (begin >= gap) return begin;
            }
            if (next == areas_.begin() || std::prev(next)->first <= bottom) return std::nullopt;
            --next;
            end = std::min(end, next->first);
        }
    };
    if (const auto found = below(extent_.mmap_top(), layout::kUserBegin)) return found;
    return below(extent_.user_end(), extent_.stack_top());
}

bool Space::in_user_part(std::uint64_t begin, std::uint64_t size) const
{
    return begin >= layout::kUserBegin && memory().within({begin}, size);
}

bool Space::free(std::uint64_t begin, std::uint64_t end) const
{
    const auto next = areas_.lower_bound(end);
    return next == areas_.begin() || std::prev(next)->second.end <= begin;
}

Result Space::unmap(GuestVirt at, std::uint64_t size)
{
    const std::uint64_t whole = pages(size);
    if (!aligned(at.value) || whole == 0 || !memory().within(at, whole)) return -EINVAL;
    const std::lock_guard lock{mutex_};
    if (free(at.value, at.value + whole)) return 0;
    if (const int error = reservation_.release(at.value, whole)) return -error;
    forget(at.value, at.value + whole);
    told(at.value, at.value + whole, PROT_NONE);
    return 0;
}

Result Space::protect(GuestVirt at, std::uint64_t size, int protection)
{
    const std::uint64_t whole = pages(size);
    if (!aligned(at.value)) return -EINVAL;
    if (size == 0) return 0;
    if (whole == 0 || !memory().within(at, whole)) return -ENOMEM;
    if ((protection & ~(PROT_READ | PROT_WRITE | PROT_EXEC)) != 0) return -EINVAL;
    const std::lock_guard lock{mutex_};
    // As Linux: what lies before a hole is changed, and then the hole is told.
    const std::uint64_t wanted = at.value + whole;
    const std::uint64_t end = covered_until(at.value, wanted);
    const Result result = end == wanted ? 0 : -ENOMEM;
    if (end == at.value) return result;
    if (can_be_used(protection) && !fits(end - at.value - accessible_in(at.value, end))) return -ENOMEM;
    if (const int error = reservation_.protect(at.value, end - at.value, protection)) return -error;
    accessible_ -= accessible_in(at.value, end);
    split(end);
    for (auto area = split(at.value); area != areas_.end() && area->first < end; ++area) area->second.protection = protection;
    changed_ = true;
    accessible_ += accessible_in(at.value, end);
    told(at.value, end, protection);
    return result;
}

Result Space::advise(GuestVirt at, std::uint64_t size, int advice)
{
    const std::uint64_t whole = pages(size);
    if (!aligned(at.value) || (size != 0 && whole == 0) || !memory().within(at, whole)) return -EINVAL;
    // These change what a mapping is to a fork or to the host at large; a guest has no say in that.
    constexpr int kSoftOffline = 101;  // MADV_SOFT_OFFLINE, of <asm-generic/mman-common.h>
    constexpr int kRefused[] = {MADV_HWPOISON, kSoftOffline, MADV_MERGEABLE, MADV_UNMERGEABLE};
    if (std::ranges::find(kRefused, advice) != std::end(kRefused)) return -EINVAL;
    const std::lock_guard lock{mutex_};
    const std::uint64_t end = at.value + whole;
    if (covered_until(at.value, end) != end) return -ENOMEM;
    if (advice == MADV_WIPEONFORK || advice == MADV_KEEPONFORK) return mark_wiped(at.value, end, advice == MADV_WIPEONFORK);
    const auto image = image_.within(at.value, end);
    // What has a file behind it on the host may not have one for the guest, and the other way round for what is lazy.
    if (advice == MADV_FREE && !image.empty()) return 0;
    if (const int error = reservation_.advise(at.value, whole, advice)) return -error;
    constexpr int kDontNeedLocked = 24;  // MADV_DONTNEED_LOCKED, of <asm-generic/mman-common.h>
    if (advice != MADV_DONTNEED && advice != kDontNeedLocked) return 0;
    for (const auto& [from, to] : image)
        if (const Result result = forget_image(from, to); failed(result)) return result;
    return 0;
}

void Space::start_break(std::uint64_t at)
{
    const std::lock_guard lock{mutex_};
    break_begin_ = break_end_ = at;
}

Result Space::set_break(GuestVirt at)
{
    const std::lock_guard lock{mutex_};
    const auto unchanged = static_cast<Result>(break_end_);
    if (at.value < break_begin_ || at.value > extent_.user_end()) return unchanged;
    const std::uint64_t now = pages(break_end_);
    const std::uint64_t wanted = pages(at.value);
    if (wanted > now) {
        // As the kernel does, a page is left free so that what lies above is never touched by accident.
        if (!free(now, wanted + kPageSize)) return unchanged;
        const Result mapped = map_locked({.at = {now},
                                          .size = wanted - now,
                                          .protection = PROT_READ | PROT_WRITE,
                                          .flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
                                          .name = "[heap]"});
        if (failed(mapped)) return unchanged;
    } else if (wanted < now) {
        if (reservation_.release(wanted, now - wanted) != 0) return unchanged;
        forget(wanted, now);
        told(wanted, now, PROT_NONE);
    }
    break_end_ = at.value;
    return static_cast<Result>(break_end_);
}

}  // namespace husk::program
