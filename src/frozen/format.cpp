#include "frozen/format.hpp"

#include "base/pages.hpp"

#include <fmt/format.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace husk::frozen {

namespace {

constexpr std::size_t kVersionAt = 0x08, kHeaderSizeAt = 0x0C, kFileSizeAt = 0x10, kMetadataAt = 0x18, kMetadataSizeAt = 0x20,
                      kMemoryAt = 0x28, kMemorySizeAt = 0x30, kChecksumAt = 0x38;

template <typename Value>
void put(HeaderBytes& bytes, std::size_t at, Value value)
{
    std::memcpy(&bytes[at], &value, sizeof value);
}

template <typename Value>
Value get(std::span<const std::byte> bytes, std::size_t at)
{
    Value value{};
    std::memcpy(&value, &bytes[at], sizeof value);
    return value;
}

template <typename... Args>
tl::unexpected<FrozenError> bad(std::string field, std::optional<std::uint64_t> offset, fmt::format_string<Args...> problem,
                                Args&&... args)
{
    return tl::unexpected{FrozenError{std::move(field), offset, fmt::format(problem, std::forward<Args>(args)...)}};
}

std::uint64_t checksum(const Header& header, std::string_view metadata)
{
    const HeaderBytes bytes = encode(header);
    XXH64_state_t state;
    XXH64_reset(&state, 0);
    XXH64_update(&state, bytes.data(), kChecksumAt);
    XXH64_update(&state, metadata.data(), metadata.size());
    return XXH64_digest(&state);
}

/// That `size` bytes at `offset` are in the file, behind the header.
tl::expected<void, FrozenError> check_range(const Header& header, std::uint64_t offset, std::uint64_t size, std::string_view what,
                                            std::size_t field)
{
    if (offset >= kHeaderSize && offset <= header.file_size && size <= header.file_size - offset) return {};
    return bad(std::string{what}, field, "{:#x} bytes at {:#x} are not within the file's {:#x}", size, offset, header.file_size);
}

}  // namespace

Header lay_out(std::string_view metadata, std::uint64_t memory_size, std::uint64_t first)
{
    Header header{.metadata_offset = kHeaderSize, .metadata_size = metadata.size(), .memory_size = memory_size};
    header.memory_offset = page_up(kHeaderSize + metadata.size());
    if (memory_size >= kLargePage) header.memory_offset += (first - header.memory_offset) % kLargePage;
    header.file_size = header.memory_offset + memory_size;
    return with_checksum(header, metadata);
}

Header lay_out_compressed(std::string_view metadata, std::uint64_t memory_size, std::uint64_t packed_size)
{
    Header header{.metadata_offset = kHeaderSize, .metadata_size = metadata.size(), .memory_size = memory_size, .compressed = true};
    header.memory_offset = kHeaderSize + metadata.size();
    header.file_size = header.memory_offset + packed_size;
    return with_checksum(header, metadata);
}

Header with_checksum(Header header, std::string_view metadata)
{
    header.checksum = checksum(header, metadata);
    return header;
}

HeaderBytes encode(const Header& header)
{
    HeaderBytes bytes{};
    const auto& magic = header.compressed ? kCompressedMagic : kMagic;
    std::memcpy(bytes.data(), magic.data(), magic.size());
    put(bytes, kVersionAt, kVersion);
    put(bytes, kHeaderSizeAt, static_cast<std::uint32_t>(kHeaderSize));
    put(bytes, kFileSizeAt, header.file_size);
    put(bytes, kMetadataAt, header.metadata_offset);
    put(bytes, kMetadataSizeAt, header.metadata_size);
    put(bytes, kMemoryAt, header.memory_offset);
    put(bytes, kMemorySizeAt, header.memory_size);
    put(bytes, kChecksumAt, header.checksum);
    return bytes;
}

tl::expected<Header, FrozenError> decode(std::span<const std::byte> bytes, std::uint64_t file_size)
{
    const auto begins_with = [&](const std::array<char, 8>& magic) {
        return bytes.size() >= magic.size() && std::memcmp(bytes.data(), magic.data(), magic.size()) == 0;
    };
    const bool compressed = begins_with(kCompressedMagic);
    if (!compressed && !begins_with(kMagic))
        return bad("", std::nullopt, "not a frozen file: it does not begin as one; `husk freeze` makes them");
    if (bytes.size() < kHeaderSize)
        return bad("", std::nullopt, "cut short: {} bytes, and the header alone has {}", bytes.size(), kHeaderSize);
    if (const auto version = get<std::uint32_t>(bytes, kVersionAt); version != kVersion)
        return bad("version", kVersionAt, "{}, and this husk knows version {} only: freeze the guest again with this one", version,
                   kVersion);
    if (const auto size = get<std::uint32_t>(bytes, kHeaderSizeAt); size != kHeaderSize)
        return bad("header size", kHeaderSizeAt, "{:#x}, where version {} has {:#x}", size, kVersion, kHeaderSize);

    Header header{.file_size = get<std::uint64_t>(bytes, kFileSizeAt),
                  .metadata_offset = get<std::uint64_t>(bytes, kMetadataAt),
                  .metadata_size = get<std::uint64_t>(bytes, kMetadataSizeAt),
                  .memory_offset = get<std::uint64_t>(bytes, kMemoryAt),
                  .memory_size = get<std::uint64_t>(bytes, kMemorySizeAt),
                  .checksum = get<std::uint64_t>(bytes, kChecksumAt),
                  .compressed = compressed};
    if (header.file_size != file_size)
        return bad("file size", kFileSizeAt, "{:#x}, but the file has {:#x} bytes{}", header.file_size, file_size,
                   file_size < header.file_size ? ": cut short" : "");
    if (header.metadata_size > kMostMetadata)
        return bad("metadata size", kMetadataSizeAt, "{:#x} bytes; at most {:#x} are read", header.metadata_size, kMostMetadata);
    if (!compressed && header.memory_offset % kPageSize != 0)
        return bad("memory offset", kMemoryAt, "{:#x}: not a whole page", header.memory_offset);
    if (auto good = check_range(header, header.metadata_offset, header.metadata_size, "metadata", kMetadataAt); !good)
        return tl::unexpected{std::move(good.error())};
    if (auto good = check_range(header, header.memory_offset, compressed ? 0 : header.memory_size, "memory", kMemoryAt); !good)
        return tl::unexpected{std::move(good.error())};
    return header;
}

tl::expected<void, FrozenError> verify(const Header& header, std::string_view metadata)
{
    if (const std::uint64_t right = checksum(header, metadata); right != header.checksum)
        return bad("checksum", kChecksumAt,
                   "{:#018x}, where header and metadata give {:#018x}: the file is damaged; freeze the guest again",
                   header.checksum, right);
    return {};
}

}  // namespace husk::frozen
