#pragma once

#include <husk/memory.hpp>

#include <cstdint>
#include <functional>

namespace husk {

/// Writes what `memory` holds to a file that is a hole from `offset` on: its regions by rising base, one after another. Pages of
/// zeroes stay holes. No guest may run meanwhile. Throws Error.
void copy_memory(const GuestMemory& memory, int fd, std::uint64_t offset);

/// The same of an image.
void copy_image(const MemoryImage& image, int fd, std::uint64_t offset);

/// Visits, in order, what of the file from `begin` to `end` is more than a hole, in whole pages. Throws Error.
void for_each_extent(int fd, std::uint64_t begin, std::uint64_t end,
                     const std::function<void(std::uint64_t from, std::uint64_t to)>& visit);

/// The bytes that its regions have together.
std::uint64_t total_size(std::span<const MemoryRegion> regions);

}  // namespace husk
