#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace husk {

/// Pages of this process by their address, as /proc/self/maps gives it.
std::span<std::byte> own_pages(std::uint64_t address, std::uint64_t size);

}  // namespace husk
