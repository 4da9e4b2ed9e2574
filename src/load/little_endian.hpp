#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace husk {

/// One number of a file format's structure: its name in the format's specification, and where it is.
struct Field {
    std::string_view name;
    std::size_t offset = 0;  ///< from the start of the structure, in bytes
    std::size_t size = 0;    ///< bytes, at most 8
};

/// True if `size` bytes at `offset` are all in `file`.
constexpr bool contains(std::span<const std::byte> file, std::uint64_t offset, std::uint64_t size)
{
    // Compare by subtraction: offset + size may wrap.
    return offset <= file.size() && size <= file.size() - offset;
}

/// The little-endian number that `field` is, in the structure that starts at `base`; all of it must be in `file`.
constexpr std::uint64_t read_field(std::span<const std::byte> file, std::uint64_t base, const Field& field)
{
    std::uint64_t value = 0;
    const auto bytes = file.subspan(static_cast<std::size_t>(base) + field.offset, field.size);
    for (std::size_t i = bytes.size(); i-- > 0;) value = value << 8 | std::to_integer<std::uint64_t>(bytes[i]);
    return value;
}

}  // namespace husk
