#pragma once

#include <husk/image.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>

namespace husk {

/// Bits of a physical address that the architecture can express. SDM Vol. 3A, "Physical Address Space" (3.3).
inline constexpr unsigned kPhysicalBits = 52;

/// Guest-physical bytes `base` to `end - 1`.
struct Extent {
    GuestPhys base;
    GuestPhys end;

    constexpr bool overlaps(const Extent& other) const { return base < other.end && other.base < end; }
    constexpr bool contains(const Extent& other) const { return base <= other.base && other.end <= end; }
    constexpr bool contains(GuestPhys at) const { return base <= at && at < end; }
};

/// The memory that a segment takes, which must not wrap.
inline Extent extent(const Image::Segment& segment)
{
    return {segment.at, segment.at + segment.size};
}

/// "0x100000-0x100fff", for messages.
std::string range(const Extent& extent);
std::string range(const Image::Segment& segment);

/// Two segments that share a byte of memory, the one with the lower number first; none if no two do. Segments must not be empty.
std::optional<std::pair<Image::Segment, Image::Segment>> find_overlap(std::span<const Image::Segment> segments);

}  // namespace husk
