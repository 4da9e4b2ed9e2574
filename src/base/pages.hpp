#pragma once

#include <husk/address.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

namespace husk {

/// What x86 and Linux map by one entry of a page directory, if it is in one piece.
inline constexpr std::uint64_t kLargePage = 2_MiB;

/// Of madvise(2), MADV_POPULATE_READ and MADV_POPULATE_WRITE, since Linux 5.14, which C libraries of before do not have.
inline constexpr int kPopulateRead = 22, kPopulateWrite = 23;

/// The next multiple of the page size, if it is none.
constexpr std::uint64_t page_up(std::uint64_t value)
{
    return (value + kPageSize - 1) / kPageSize * kPageSize;
}

inline bool all_zero(std::span<const std::byte> bytes)
{
    return std::ranges::all_of(bytes, [](std::byte byte) { return byte == std::byte{}; });
}

}  // namespace husk
