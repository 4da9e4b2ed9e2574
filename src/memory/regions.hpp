#pragma once

#include <husk/memory.hpp>

#include <span>
#include <vector>

namespace husk {

/// By rising base. Throws std::invalid_argument, naming the region, if one is empty, is not made of whole pages, wraps around the
/// end of the 52-bit physical space or overlaps another.
std::vector<MemoryRegion> checked_regions(std::span<const MemoryRegion> regions);

}  // namespace husk
