#include "base/file_bytes.hpp"
#include "memory/written_pages.hpp"
#include "program/space/space.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cerrno>

// A space that goes back to where it began: what the guest has mapped, and what it has written.
namespace husk::program {

namespace {

constexpr std::string_view kCopy = "read of a frozen program's memory";

bool same(const Area& one, const Area& other)
{
    return one.end == other.end && one.protection == other.protection && one.flags == other.flags &&
           one.wipe_on_fork == other.wipe_on_fork;
}

}  // namespace

Result Space::rewind(std::span<const Restored> wanted, const Break& at, int fd, const Fresh& fresh)
{
    const std::lock_guard lock{mutex_};
    // Where nothing was mapped otherwise, only what can be written was.
    const bool everywhere = changed_;
    if (changed_)
        if (const Result result = rewind_areas(wanted, fd); failed(result)) return result;
    break_begin_ = at.begin;
    break_end_ = at.end;
    changed_ = false;
    const auto may_be_written = [everywhere](const Restored& each) {
        return (each.area.protection & PROT_WRITE) != 0 || (everywhere && each.area.protection != PROT_NONE);
    };
    const int pagemap = kept_pagemap();
    bool is_fresh = false;
    // To ask the kernel takes a microsecond: once for all that lie side by side.
    for (auto first = wanted.begin(); first != wanted.end();) {
        auto last = first + 1;
        if (may_be_written(*first)) {
            while (last != wanted.end() && may_be_written(*last) && last->area.begin == (last - 1)->area.end) ++last;
            is_fresh |= copy_back({first, last}, fd, pagemap, fresh);
        }
        first = last;
    }
    if (!is_fresh) (void)memory().write({fresh.at}, fresh.bytes);
    return 0;
}

/// Every area that is not as it was is made anew.
Result Space::rewind_areas(std::span<const Restored> wanted, int fd)
{
    const auto is_wanted = [&](const Area& area) {
        const auto found = std::ranges::lower_bound(wanted, area.begin, {}, [](const Restored& each) { return each.area.begin; });
        return found != wanted.end() && found->area.begin == area.begin && same(found->area, area) && is_of_image(*found);
    };
    std::vector<Area> strange;
    for (const auto& [begin, area] : areas_)
        if (!is_wanted(area)) strange.push_back(area);
    for (const Area& area : strange) {
        if (const int error = reservation_.release(area.begin, area.size())) return -error;
        forget(area.begin, area.end);
        told(area.begin, area.end, PROT_NONE);
    }
    for (const Restored& each : wanted) {
        if (areas_.contains(each.area.begin)) continue;
        if (const Result result = restore_locked(each.area, each.contents, fd); failed(result)) return result;
    }
    return 0;
}

/// True if all that it held from the start is still mapped from the image, and nothing else of it is.
bool Space::is_of_image(const Restored& each) const
{
    const auto parts = image_.within(each.area.begin, each.area.end);
    std::uint64_t there = 0, wanted = 0;
    for (const auto& [begin, end] : parts) there += end - begin;
    for (const Contents& piece : each.contents) wanted += piece.end - piece.begin;
    return there == wanted;
}

/// What the guest has written to, of areas side by side, is what it was: pages of the image, or zero. True if `fresh` lies within
/// and is there.
bool Space::copy_back(std::span<const Restored> neighbours, int fd, int pagemap, const Fresh& fresh) const
{
    const std::uint64_t begin = neighbours.front().area.begin;
    const auto host = reservation_.bytes(begin, neighbours.back().area.end - begin);
    auto each = neighbours.begin();
    bool is_fresh = false;
    for (const std::span<std::byte> run : written_pages(host, pagemap)) {
        std::uint64_t at = begin + static_cast<std::uint64_t>(run.data() - host.data());
        const std::uint64_t end = at + run.size();
        while (at < end) {
            while (each->area.end <= at) ++each;
            const std::uint64_t next = std::min(end, each->area.end);
            is_fresh |= copy_back_pages(*each, {at, next}, fd, fresh);
            at = next;
        }
    }
    return is_fresh;
}

/// Pages that are the process's own: they are in memory, and no file's that could end before them.
bool Space::copy_back_pages(const Restored& each, const Ranges::Range& pages, int fd, const Fresh& fresh) const
{
    const std::uint64_t begin = pages.first, end = pages.second;
    const int protection = each.area.protection;
    if ((protection & PROT_WRITE) == 0) (void)reservation_.protect(begin, end - begin, PROT_READ | PROT_WRITE);
    auto piece = std::ranges::partition_point(each.contents, [&](const Contents& one) { return one.end <= begin; });
    for (std::uint64_t at = begin; at < end;) {
        const bool inside = piece != each.contents.end() && piece->begin <= at;
        const std::uint64_t next = inside ? piece->end : piece != each.contents.end() ? piece->begin : end;
        const auto part = reservation_.bytes(at, std::min(end, next) - at);
        if (inside) {
            read_exactly(fd, piece->file_offset + (at - piece->begin), part, kCopy);
            ++piece;
        } else {
            std::ranges::fill(part, std::byte{});
        }
        at += part.size();
    }
    const bool has_fresh = fresh.at >= begin && fresh.at < end && fresh.bytes.size() <= end - fresh.at;
    if (has_fresh) std::ranges::copy(fresh.bytes, reservation_.bytes(fresh.at, fresh.bytes.size()).begin());
    if ((protection & PROT_WRITE) == 0) (void)reservation_.protect(begin, end - begin, protection);
    // An engine that keeps what it has made of code is told that the code is other than it was.
    if ((protection & PROT_EXEC) != 0) told(begin, end, protection);
    return has_fresh;
}

}  // namespace husk::program
