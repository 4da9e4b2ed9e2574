#pragma once

#include <husk/memory.hpp>

#include <cstdint>

namespace husk {

/// Writes what `memory` holds to a file that is a hole from `offset` on: its regions by rising base, one after another. Pages of
/// zeroes stay holes. No guest may run meanwhile. Throws Error.
void copy_memory(const GuestMemory& memory, int fd, std::uint64_t offset);

/// The same of an image.
void copy_image(const MemoryImage& image, int fd, std::uint64_t offset);

/// The bytes that its regions have together.
std::uint64_t total_size(std::span<const MemoryRegion> regions);

}  // namespace husk
