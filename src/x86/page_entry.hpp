#pragma once

#include "x86/paging.hpp"

#include <husk/x86.hpp>

#include <cstdint>

/// What one entry of a page table says, in each format of paging.
namespace husk::x86 {

/// Of the top table, which CR3 names. 32-bit paging takes CR3 bits 31:12, PAE 31:5, the others 51:12. SDM Vol. 3A, tables 4-3, 4-7
/// and 4-12.
GuestPhys top_table(const SystemRegisters& system, const PagingShape& shape);

/// Entries in a table of level `level`: 1024, 512, or the 4 of PAE's top.
constexpr unsigned table_entries(const PagingShape& shape, unsigned level)
{
    return 1u << (level == shape.levels ? shape.top_bits : shape.index_bits);
}

/// An entry and what gives it its meaning. What is asked of it below is of an entry that is present.
struct PageEntry {
    const SystemRegisters& system;
    const PagingShape& shape;
    unsigned level = 0;  ///< 5 to 1
    std::uint64_t value = 0;

    Flags<PageBit> flags() const { return Flags<PageBit>{value}; }
    /// It maps a page; otherwise it leads to a table.
    bool maps_page() const;
    /// Where that page begins.
    GuestPhys page() const;
    /// Where that table is.
    GuestPhys table() const;
    /// False for the four entries at the top of PAE paging, where RW and USER are reserved.
    bool has_rights() const { return !(shape == kPagingPae && level == 3); }
    /// NX is set and counts.
    bool forbids_execution() const { return system.efer.has(Efer::NXE) && flags().has(PageBit::NX); }
    /// Those bits that must be 0 and are not. `physical_bits` is the width of the processor's physical addresses.
    std::uint64_t reserved(unsigned physical_bits) const;
};

/// What the entries on the way to a page leave of its rights.
struct Rights {
    bool writable = true;
    bool user = true;        ///< ring 3 may use it
    bool executable = true;  ///< always, unless EFER.NXE is set
    bool operator==(const Rights&) const = default;
};
/// What is left of `above` below an entry.
Rights below(const PageEntry& entry, Rights above);

/// An address whose upper bits repeat its highest used one, as those of the upper half are in 4- and 5-level paging.
std::uint64_t canonical(const PagingShape& shape, std::uint64_t linear);

}  // namespace husk::x86
