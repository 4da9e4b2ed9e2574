#pragma once

#include "program/image/executable.hpp"

#include <husk/address.hpp>

#include <cstdint>

namespace husk::program {

constexpr std::uint64_t page_begin(std::uint64_t address)
{
    return address & ~(kPageSize - 1);
}
constexpr std::uint64_t page_end(std::uint64_t address)
{
    return page_begin(address + kPageSize - 1);
}

/// A segment in pages, as Linux maps it (fs/binfmt_elf.c, elf_load()): first pages of the file, private; then pages of zeroes,
/// which are always readable and writable.
///
///     address           file_size             zeroes_size
///     |-- file's pages, private --|-- anonymous pages --|
///       ^ segment.address   |zero |
///                           ^ zero_from
struct SegmentPages {
    std::uint64_t address = 0;      ///< of the first page; the file's, if there are any, start here
    std::uint64_t file_offset = 0;  ///< of the first page
    std::uint64_t file_size = 0;    ///< of the file's pages, bytes; 0 if there are none
    std::uint64_t zero_from = 0;    ///< from here to the end of the file's pages zeroes must be written, if zero_size is not 0
    std::uint64_t zero_size = 0;    ///< bytes; Linux ignores that it cannot if the segment is not writable
    std::uint64_t zeroes = 0;       ///< address of the anonymous pages
    std::uint64_t zeroes_size = 0;  ///< bytes; 0 if there are none
    bool operator==(const SegmentPages&) const = default;
};

/// For a segment that parse_executable() gave, raised by `bias`, a multiple of the page's size.
constexpr SegmentPages pages_of(const Segment& segment, std::uint64_t bias)
{
    const std::uint64_t start = segment.address + bias;
    const std::uint64_t bytes_end = start + segment.file_size;
    const bool padded = segment.size > segment.file_size;
    SegmentPages pages{.address = page_begin(start)};
    if (segment.file_size > 0) {
        pages.file_offset = page_begin(segment.file_offset);
        pages.file_size = page_end(bytes_end) - pages.address;
        pages.zero_from = bytes_end;
        pages.zero_size = padded ? page_end(bytes_end) - bytes_end : 0;
    }
    pages.zeroes = pages.address + pages.file_size;
    pages.zeroes_size = padded ? page_end(start + segment.size) - pages.zeroes : 0;
    return pages;
}

}  // namespace husk::program
