#pragma once

#include "x86/paging.hpp"

#include <husk/address.hpp>

#include <cstdint>
#include <span>
#include <vector>

/// Builds the page tables that `paged` and `long` guests start with: every page present, writable and open to ring 3 at the address
/// that equals its physical one.
namespace husk::x86 {

/// A range to map, in bytes.
struct Extent {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;  ///< one past
};

/// One entry to store: its guest-physical address and value (4 or 8 bytes by the shape).
struct TableEntry {
    GuestPhys at;
    std::uint64_t value = 0;
    bool operator==(const TableEntry&) const = default;
};

/// Tables as a list of the entries that are not zero; the rest of each table is.
struct Tables {
    GuestPhys root;  ///< for CR3
    GuestPhys end;   ///< one past the last table
    unsigned entry_size = 0;
    std::vector<TableEntry> entries;
};

/// The page directory of 4 MiB pages at `root`; what lies above 4 GiB is left out, as 32-bit paging cannot reach it.
Tables identity_map_32(GuestPhys root, std::span<const Extent> extents);

/// PML4 at `root`, then PDPTs and PDs of 2 MiB pages in the pages that follow, one for each 512 GiB and each GiB in use.
Tables identity_map_long(GuestPhys root, std::span<const Extent> extents);

}  // namespace husk::x86
