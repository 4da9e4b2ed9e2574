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

Result Space::rewind(std::span<const Restored> wanted, const Break& at, int fd)
{
    const std::lock_guard lock{mutex_};
    // Where nothing was mapped otherwise, only what can be written was.
    const bool everywhere = changed_;
    if (changed_)
        if (const Result result = rewind_areas(wanted, fd); failed(result)) return result;
    break_begin_ = at.begin;
    break_end_ = at.end;
    changed_ = false;
    const int pagemap = kept_pagemap();
    for (const Restored& each : wanted)
        if ((each.area.protection & PROT_WRITE) != 0 || (everywhere && each.area.protection != PROT_NONE))
            copy_back(each, fd, pagemap);
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

/// What the guest has written to is what it was: pages of the image, or zero.
void Space::copy_back(const Restored& each, int fd, int pagemap)
{
    const Area& area = each.area;
    const auto host = reservation_.bytes(area.begin, area.size());
    const auto runs = written_pages(host, pagemap);
    if (runs.empty()) return;
    if ((area.protection & PROT_WRITE) == 0) (void)reservation_.protect(area.begin, area.size(), PROT_READ | PROT_WRITE);
    auto piece = each.contents.begin();
    for (const std::span<std::byte> run : runs) {
        std::uint64_t at = area.begin + static_cast<std::uint64_t>(run.data() - host.data());
        const std::uint64_t end = at + run.size();
        while (at < end) {
            while (piece != each.contents.end() && piece->end <= at) ++piece;
            const bool inside = piece != each.contents.end() && piece->begin <= at;
            const std::uint64_t next = inside ? piece->end : piece != each.contents.end() ? piece->begin : end;
            const auto part = reservation_.bytes(at, std::min(end, next) - at);
            if (inside)
                read_exactly(fd, piece->file_offset + (at - piece->begin), part, kCopy);
            else
                std::ranges::fill(part, std::byte{});
            at += part.size();
        }
    }
    if ((area.protection & PROT_WRITE) == 0) (void)reservation_.protect(area.begin, area.size(), area.protection);
    // An engine that keeps what it has made of code is told that the code is other than it was.
    if ((area.protection & PROT_EXEC) != 0) told(area.begin, area.end, area.protection);
}

}  // namespace husk::program
