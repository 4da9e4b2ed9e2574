#pragma once

#include <husk/frozen.hpp>

#include <tl/expected.hpp>

#include <cstdint>
#include <memory>
#include <vector>

/// Memory in a compressed file: one zstd frame with a checksum, of records by rising offset. A record is its offset from the first
/// region on and its size, 8 bytes each, little-endian, both multiples of 4 KiB, and as many bytes of memory. What has no record is
/// zero. The last record has the size of all memory as its offset, and no bytes.
namespace husk::frozen {

/// Writes an image's memory to `fd` from `offset` on: how many bytes that took. Throws Error.
std::uint64_t pack(const MemoryImage& image, int fd, std::uint64_t offset);

/// Memory of `regions`, which have `size` bytes together, from what pack() wrote: of `fd` from `offset` to `end`. It comes to lie
/// in a sealed file in memory, with holes where it is zero. An error if it is anything else, or more than this host has memory for.
/// Throws Error.
tl::expected<std::shared_ptr<const MemoryImage>, FrozenError> unpack(int fd, std::uint64_t offset, std::uint64_t end,
                                                                     const std::vector<MemoryRegion>& regions);

}  // namespace husk::frozen
