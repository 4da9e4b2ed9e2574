#include "program/debug/core_memory.hpp"

#include "base/pages.hpp"
#include "load/elf.hpp"
#include "memory/copy_memory.hpp"
#include "memory/safe_copy.hpp"
#include "memory/written_pages.hpp"

#include <husk/error.hpp>

#include <elf.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace husk::program {

namespace {

/// So many bytes that nobody has touched, between some that somebody has, are a hole in the file, and not the end of a segment.
constexpr std::uint64_t kLongestHole = 256_KiB;

bool is_private(const Area& area)
{
    return (area.flags & MAP_TYPE) == MAP_PRIVATE;
}

bool is_of_file(const Area& area)
{
    return (area.flags & MAP_ANONYMOUS) == 0 && !area.name.empty() && area.name.front() != '[';
}

/// By it a debugger knows which file it was.
bool begins_with_elf_header(const Space& space, const Area& area)
{
    std::array<std::byte, SELFMAG> first{};
    if (!is_of_file(area) || area.file_offset != 0) return false;
    return space.memory().read({area.begin}, first) && elf::recognise(first);
}

/// What of an area is to be written. A file that is shared has it all.
Ranges to_be_written(const Space& space, const Area& area, int pagemap)
{
    Ranges ranges;
    const bool readable = (area.protection & PROT_READ) != 0;
    if (!readable || (is_of_file(area) && !is_private(area))) return ranges;
    const std::span<std::byte> all = space.reservation().bytes(area.begin, area.size());
    for (const std::span<std::byte> run : is_private(area) ? written_pages(all, pagemap) : present_pages(all, pagemap)) {
        const auto begin = area.begin + static_cast<std::uint64_t>(run.data() - all.data());
        ranges.add(begin, begin + run.size());
    }
    for (const auto& [begin, end] : space.of_image(area.begin, area.end)) ranges.add(begin, end);
    if (begins_with_elf_header(space, area)) ranges.add(area.begin, area.begin + kPageSize);
    return ranges;
}

}  // namespace

CoreMemory::CoreMemory(const Space& space, const Vdso& vdso) : space_{space}
{
    const int pagemap = kept_pagemap();
    for (const Area& area : space.areas()) add(area, pagemap);
    add_vdso(vdso);
}

void CoreMemory::add(const Area& area, int pagemap)
{
    const auto ranges = to_be_written(space_, area, pagemap).within(area.begin, area.end);
    // Between pages that were written to, a file's own are: they are not zero.
    const std::uint64_t longest_hole = is_of_file(area) ? 0 : kLongestHole;
    std::uint64_t done = area.begin;
    for (std::size_t i = 0; i < ranges.size(); ++i) {
        const std::uint64_t begin = ranges[i].first;
        const std::size_t first = i;
        while (i + 1 < ranges.size() && ranges[i + 1].first - ranges[i].second <= longest_hole) ++i;
        if (done < begin) add_segment(area, done, begin);
        for (std::size_t each = first; each <= i; ++each)
            pages_.push_back({space_.reservation().bytes(ranges[each].first, ranges[each].second - ranges[each].first),
                              size_ + (ranges[each].first - begin)});
        done = ranges[i].second;
        add_segment(area, begin, done);
        segments_.back().in_file = segments_.back().size;
        size_ += segments_.back().size;
    }
    if (done < area.end) add_segment(area, done, area.end);
}

void CoreMemory::add_segment(const Area& area, std::uint64_t begin, std::uint64_t end)
{
    segments_.push_back({.linear = begin,
                         .physical = 0,  // which a program has not
                         .size = end - begin,
                         .in_file = 0,
                         .offset = size_,
                         .readable = (area.protection & PROT_READ) != 0,
                         .writable = (area.protection & PROT_WRITE) != 0,
                         .executable = (area.protection & PROT_EXEC) != 0});
}

/// Its code: some pages of its data cannot be read, and none says anything afterwards.
void CoreMemory::add_vdso(const Vdso& vdso)
{
    if (vdso.pages.empty()) return;
    const auto code = vdso.pages.subspan(vdso.code);
    segments_.push_back({.linear = layout::kVdso + vdso.code,
                         .physical = 0,
                         .size = code.size(),
                         .in_file = code.size(),
                         .offset = size_,
                         .executable = true});
    pages_.push_back({code, size_});
    size_ += code.size();
}

void CoreMemory::write(int fd, std::uint64_t offset) const
{
    std::vector<std::byte> buffer(1_MiB);
    for (const auto& [host, at] : pages_) {
        for (std::size_t done = 0; done < host.size();) {
            const auto wanted = std::span{buffer}.first(std::min(buffer.size(), host.size() - done));
            const std::size_t got = read_safely(host.subspan(done, wanted.size()), wanted) / kPageSize * kPageSize;
            write_sparse(fd, offset + at + done, wanted.first(got));
            // A page that is not there, as behind the end of a file, is a hole.
            done += got == wanted.size() ? got : got + kPageSize;
        }
    }
    if (::ftruncate(fd, static_cast<off_t>(offset + size_)) != 0) throw Error{"ftruncate of a core file", errno};
}

}  // namespace husk::program
