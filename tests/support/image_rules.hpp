#pragma once

#include <husk/image.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <string>

namespace husk::test {

/// True if `part` is a part of `whole`.
inline bool within(std::span<const std::byte> part, std::span<const std::byte> whole)
{
    return part.empty() || (part.data() >= whole.data() && part.size() <= whole.size() &&
                            static_cast<std::size_t>(part.data() - whole.data()) <= whole.size() - part.size());
}

/// What every image that parse_image() gives keeps to, whatever the file: the rule that `image` breaks, if any. An entry that an
/// option gave need not be in a segment.
inline std::optional<std::string> broken_rule(const Image& image, std::span<const std::byte> file, bool entry_from_file = true)
{
    constexpr std::uint64_t kEnd = std::uint64_t{1} << 52;
    if (image.segments.empty()) return "an image has a segment";
    bool entered = false;
    for (const Image::Segment& segment : image.segments) {
        if (!within(segment.bytes, file)) return "a segment's bytes are the file's";
        if (segment.size == 0 || segment.bytes.size() > segment.size) return "a segment has room for its bytes";
        if (segment.at.value >= kEnd || segment.size > kEnd - segment.at.value) return "a segment has a physical address";
        if (segment.header_offset >= file.size()) return "a segment's header is in the file";
        entered = entered || image.entry.value - segment.at.value < segment.size;
        for (const Image::Segment& other : image.segments)
            if (&other != &segment && segment.at <= other.at && other.at.value - segment.at.value < segment.size)
                return "segments are apart";
    }
    if (entry_from_file && !entered) return "the entry is in a segment";
    return std::nullopt;
}

/// The same for errors.
inline std::optional<std::string> broken_rule(const ImageError& error, std::span<const std::byte> file)
{
    if (error.problem.empty()) return "an error says what is wrong";
    if (!file.empty() && error.field.empty()) return "an error names a field";
    if (error.offset && *error.offset >= file.size()) return "an error's offset is in the file";
    return std::nullopt;
}

}  // namespace husk::test
