#pragma once

#include "base/pages.hpp"

#include <husk/memory.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

namespace husk {

/// Writes what `memory` holds to a file that is a hole from `offset` on: its regions by rising base, one after another. Pages of
/// zeroes stay holes. No guest may run meanwhile. Throws Error.
void copy_memory(const GuestMemory& memory, int fd, std::uint64_t offset);

/// The same of an image.
void copy_image(const MemoryImage& image, int fd, std::uint64_t offset);

/// Visits, in order, what of the file from `begin` to `end` is more than a hole, in whole pages. Throws Error.
void for_each_extent(int fd, std::uint64_t begin, std::uint64_t end,
                     const std::function<void(std::uint64_t from, std::uint64_t to)>& visit);

/// `use(offset from the first region on, bytes)` for all of an image that is more than a hole: whole pages, at most kLargestPiece
/// bytes at a time, by rising offset. None reaches over a multiple of kLargestPiece, counted from `begin` before the first region:
/// file systems that get a large page in one piece keep it in one piece, which can be mapped as such.
void for_each_piece(const MemoryImage& image, const std::function<void(std::uint64_t at, std::span<const std::byte> piece)>& use,
                    std::uint64_t begin = 0);
inline constexpr std::uint64_t kLargestPiece = kLargePage;

/// Writes whole pages, but for those of zeroes.
void write_sparse(int fd, std::uint64_t offset, std::span<const std::byte> pages);

/// The bytes that its regions have together.
std::uint64_t total_size(std::span<const MemoryRegion> regions);

}  // namespace husk
