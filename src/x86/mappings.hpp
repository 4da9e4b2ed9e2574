#pragma once

#include "x86/walk.hpp"

#include <husk/address.hpp>
#include <husk/x86.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace husk::x86 {

/// Linear addresses one behind another that translate to physical ones one behind another, all with the same rights.
struct MappedRange {
    GuestVirt linear;
    GuestPhys physical;
    std::uint64_t size = 0;  ///< bytes
    bool writable = false, user = false, executable = false;

    bool operator==(const MappedRange&) const = default;
};

/// How far a guest's tables are followed: they may lead to each other, and map all of 2⁵⁷ bytes to a few pages.
struct MappingBounds {
    std::size_t ranges = std::size_t{1} << 16;
    std::size_t entries = std::size_t{1} << 25;  ///< 64 GiB by pages of 4 KiB are half of that
};

struct Mappings {
    std::vector<MappedRange> ranges;  ///< by rising linear address
    bool complete = true;             ///< false: a bound was met, and what lies above is left out
};

/// All that the guest's page tables map. Without paging: 4 GiB, each address to itself.
Mappings mappings(const SystemRegisters& system, const EntryReader& read, const MappingBounds& bounds = {});

}  // namespace husk::x86
