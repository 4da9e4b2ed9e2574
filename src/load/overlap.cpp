#include "load/overlap.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace husk {

std::string range(const Extent& extent)
{
    return fmt::format("{:#x}-{:#x}", extent.base.value, extent.end.value - 1);
}

std::string range(const Image::Segment& segment)
{
    return range(extent(segment));
}

std::optional<std::pair<Image::Segment, Image::Segment>> find_overlap(std::span<const Image::Segment> segments)
{
    std::vector<const Image::Segment*> by_address;
    for (const Image::Segment& segment : segments) by_address.push_back(&segment);
    std::ranges::sort(by_address, {}, [](const Image::Segment* segment) { return std::pair{segment->at, segment->number}; });
    // In order of their start, if any two overlap then two neighbours do.
    const auto clash = std::ranges::adjacent_find(
        by_address, [](const Image::Segment* low, const Image::Segment* high) { return extent(*low).overlaps(extent(*high)); });
    if (clash == by_address.end()) return std::nullopt;
    const auto [first, second] = std::minmax(
        *clash, *std::next(clash), [](const Image::Segment* a, const Image::Segment* b) { return a->number < b->number; });
    return std::pair{*first, *second};
}

}  // namespace husk
