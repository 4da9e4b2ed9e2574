#include "program/frozen/capture_memory.hpp"

#include "base/file_bytes.hpp"
#include "base/pages.hpp"
#include "memory/image_file.hpp"
#include "memory/written_pages.hpp"
#include "program/frozen/functions.hpp"

#include <husk/error.hpp>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <span>

namespace husk::program {

namespace {

/// So many bytes of zero within an area are left out of the image, and cost a thaw one mapping more. Fewer are a hole in the file.
constexpr std::uint64_t kLeftOut = 64_KiB;
/// The same where all is only read. Fewer are written: what has no holes the host can map by the large page.
constexpr std::uint64_t kLeftOutOfRead = 256_KiB;

/// What may be something else than zero: of memory that is the program's alone, the pages that it has written to, and what it began
/// with; of a file, all.
Ranges to_be_read(const Space& space, const Area& area, int pagemap)
{
    Ranges ranges;
    constexpr int kOwn = MAP_PRIVATE | MAP_ANONYMOUS;
    if ((area.flags & kOwn) != kOwn && area.protection != PROT_NONE) {
        ranges.add(area.begin, area.end);
        return ranges;
    }
    for (const auto& [begin, end] : space.of_image(area.begin, area.end)) ranges.add(begin, end);
    const auto all = space.reservation().bytes(area.begin, area.size());
    for (const std::span<std::byte> run : written_pages(all, pagemap)) {
        const auto begin = area.begin + static_cast<std::uint64_t>(run.data() - all.data());
        ranges.add(begin, begin + run.size());
    }
    return ranges;
}

}  // namespace

MemoryCapture::MemoryCapture(int line) : file_{new_image_file()}, pagemap_{open_pagemap()}
{
    file_.move_above(line);
    pagemap_.move_above(line);
}

std::shared_ptr<const MemoryImage> MemoryCapture::take(const Space& space, std::string_view functions)
{
    buffer_.resize(1_MiB);
    for (const Area& area : space.areas())
        if (!area.wipe_on_fork) take(space, area);
    if (!functions.empty()) add_functions(functions);
    if (::ftruncate(file_.get(), static_cast<off_t>(size_)) != 0) throw Error{"ftruncate of a memory image", errno};
    seal_image_file(file_.get());
    return std::make_shared<const MemoryImage>(file_.release(), 0, std::move(regions_));
}

void MemoryCapture::take(const Space& space, const Area& area)
{
    area_begin_ = area.begin;
    only_read_ = (area.protection & PROT_WRITE) == 0;
    const Ranges ranges = to_be_read(space, area, pagemap_.get());
    if (ranges.empty()) return;
    if ((area.protection & PROT_READ) == 0)
        if (const int error = space.reservation().protect(area.begin, area.size(), PROT_READ)) throw Error{"mprotect", error};
    for (const auto& [begin, end] : ranges.within(area.begin, area.end)) copy(space, begin, end);
}

void MemoryCapture::add_functions(std::string_view functions)
{
    write_exactly(file_.get(), size_, std::as_bytes(std::span{functions}), "write of a memory image");
    const std::uint64_t size = page_up(functions.size());
    regions_.push_back({.base = {Functions::kPlace.value}, .size = size});
    size_ += size;
}

void MemoryCapture::copy(const Space& space, std::uint64_t begin, std::uint64_t end)
{
    while (begin < end) {
        const auto wanted =
            std::span{buffer_}.first(static_cast<std::size_t>(std::min<std::uint64_t>(buffer_.size(), end - begin)));
        // Pages behind the end of a file are not there, and become pages of zeroes.
        const std::uint64_t got = space.reservation().read(begin, wanted) / kPageSize * kPageSize;
        add(begin, wanted.first(static_cast<std::size_t>(got)));
        begin += got == wanted.size() ? got : got + kPageSize;
    }
}

/// Adds those of `bytes`, which are whole pages of the space from `begin` on, that are not zero.
void MemoryCapture::add(std::uint64_t begin, std::span<const std::byte> bytes)
{
    for (std::size_t at = 0; at < bytes.size(); at += kPageSize) {
        std::size_t end = at;
        while (end < bytes.size() && !all_zero(bytes.subspan(end, kPageSize))) end += kPageSize;
        if (end == at) continue;
        reach(begin + at);
        write_exactly(file_.get(), size_, bytes.subspan(at, end - at), "write of a memory image");
        regions_.back().size += end - at;
        size_ += end - at;
        at = end;
    }
}

/// Makes the last region end at `address`: with zeroes up to there if it is near, as a new one otherwise.
void MemoryCapture::reach(std::uint64_t address)
{
    const bool within_area = !regions_.empty() && regions_.back().base.value >= area_begin_;
    const std::uint64_t left_out = only_read_ ? kLeftOutOfRead : kLeftOut;
    const std::uint64_t gap = within_area ? address - (regions_.back().base.value + regions_.back().size) : left_out;
    if (gap >= left_out) {
        regions_.push_back({.base = {address}});
        return;
    }
    if (only_read_ && gap > 0) {
        const std::vector<std::byte> zeroes(static_cast<std::size_t>(gap));
        write_exactly(file_.get(), size_, zeroes, "write of a memory image");
    }
    regions_.back().size += gap;
    size_ += gap;
}

}  // namespace husk::program
