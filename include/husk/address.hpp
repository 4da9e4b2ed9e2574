#pragma once

#include <compare>
#include <cstdint>

namespace husk {

/// A guest-physical address, in bytes from the start of the guest's physical memory.
struct GuestPhys {
    std::uint64_t value = 0;
    constexpr auto operator<=>(const GuestPhys&) const = default;
};

/// A guest-virtual (linear) address: what the guest's paging, if it is on, translates to a GuestPhys.
struct GuestVirt {
    std::uint64_t value = 0;
    constexpr auto operator<=>(const GuestVirt&) const = default;
};

constexpr GuestPhys operator+(GuestPhys at, std::uint64_t bytes)
{
    return GuestPhys{at.value + bytes};
}

inline constexpr std::uint64_t kPageSize = 4096;  ///< the smallest x86 page, in bytes
inline constexpr std::uint64_t operator""_KiB(unsigned long long count)
{
    return count << 10;
}
inline constexpr std::uint64_t operator""_MiB(unsigned long long count)
{
    return count << 20;
}
inline constexpr std::uint64_t operator""_GiB(unsigned long long count)
{
    return count << 30;
}

}  // namespace husk
