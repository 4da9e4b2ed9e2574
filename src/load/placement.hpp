#pragma once

#include "load/overlap.hpp"

#include <husk/image.hpp>

#include <vector>

namespace husk {

/// What a machine offers an image, as far as placing it goes.
struct Room {
    std::vector<Extent> memory;  ///< by rising base, no two touching
    GuestPhys tables_end;        ///< one past the page tables of the image's mode; at or below map::kPageTables if it has none
};

/// The room in memory that is made of `regions`, by rising base; regions that touch become one.
Room make_room(std::span<const GuestMemory::Region> regions, GuestPhys tables_end);

/// Checks that an image can be put into `room` and started there: see load(). Pure.
tl::expected<void, ImageError> check_placement(const Image& image, const Room& room);

}  // namespace husk
