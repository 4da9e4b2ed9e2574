#pragma once

#include <husk/frozen.hpp>

#include <tl/expected.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

/// The layout of a frozen file, all numbers little-endian:
///
///     0x00  magic, 8 bytes       0x28  where memory begins, a multiple of 4 KiB
///     0x08  version, 4 bytes     0x30  bytes of memory
///     0x0C  size of this header  0x38  checksum of the header to here, and of the metadata (XXH64, seed 0)
///     0x10  bytes of the file
///     0x18  where the metadata begins
///     0x20  bytes of metadata
///
/// Metadata is JSON. Memory is the regions that it names by rising base, one after another, as they are mapped. In a compressed
/// file, which has a magic of its own, it is packed as packed_memory.hpp has it, begins anywhere, and ends with the file; "bytes of
/// memory" are those that it has unpacked.
namespace husk::frozen {

inline constexpr std::array<char, 8> kMagic{'\x7F', 'H', 'U', 'S', 'K', 'F', 'R', 'Z'};
inline constexpr std::array<char, 8> kCompressedMagic{'\x7F', 'H', 'U', 'S', 'K', 'F', 'R', 'C'};
inline constexpr std::uint32_t kVersion = 1;
inline constexpr std::size_t kHeaderSize = 0x40;
/// Metadata is read whole, before anything of it is known to be right.
inline constexpr std::uint64_t kMostMetadata = 16_MiB;

struct Header {
    std::uint64_t file_size = 0;
    std::uint64_t metadata_offset = 0, metadata_size = 0;
    std::uint64_t memory_offset = 0, memory_size = 0;
    std::uint64_t checksum = 0;
    bool compressed = false;
    bool operator==(const Header&) const = default;
};

using HeaderBytes = std::array<std::byte, kHeaderSize>;

/// The header of a file with this metadata and so many bytes of memory, the first of which is the guest's at `first`. It lies in
/// the file as there, by the large page, so that the host can map what the guest only reads by the large page.
Header lay_out(std::string_view metadata, std::uint64_t memory_size, std::uint64_t first = 0);
/// The same where they take `packed_size` bytes.
Header lay_out_compressed(std::string_view metadata, std::uint64_t memory_size, std::uint64_t packed_size);
HeaderBytes encode(const Header& header);
/// The same header with the checksum that is right for it and this metadata.
Header with_checksum(Header header, std::string_view metadata);

/// Checks all but the checksum against a file of `file_size` bytes, of which these are the first.
tl::expected<Header, FrozenError> decode(std::span<const std::byte> bytes, std::uint64_t file_size);
/// Checks the checksum.
tl::expected<void, FrozenError> verify(const Header& header, std::string_view metadata);

}  // namespace husk::frozen
