#pragma once

#include <husk/address.hpp>
#include <husk/flags.hpp>

#include <cstdint>

/// Paging structures, defined once for what writes them (tables) and what explains them (walk).
///
/// 32-bit paging with CR4.PSE:
///
///     linear   31          22 21          12 11         0
///             ┌──────────────┬──────────────┬────────────┐
///             │ PD index     │ PT index     │ offset     │
///             └──────────────┴──────────────┴────────────┘
///     PDE with PS: a 4 MiB page, the lower 22 bits are the offset.
///
/// 4-level paging:
///
///     linear   47     39 38     30 29     21 20     12 11         0
///             ┌─────────┬─────────┬─────────┬─────────┬────────────┐
///             │ PML4    │ PDPT    │ PD      │ PT      │ offset     │
///             └─────────┴─────────┴─────────┴─────────┴────────────┘
///     PDPTE with PS: a 1 GiB page. PDE with PS: a 2 MiB page.
///
/// SDM Vol. 3A, "32-Bit Paging" (4.3), "PAE Paging" (4.4), "4-Level Paging and 5-Level Paging" (4.5).
namespace husk::x86 {

/// Bits of an entry at any level.
enum class PageBit : std::uint64_t {
    PRESENT = 1u << 0,
    RW = 1u << 1,    ///< writable
    USER = 1u << 2,  ///< ring 3 may use it
    PWT = 1u << 3,
    PCD = 1u << 4,
    ACCESSED = 1u << 5,
    DIRTY = 1u << 6,
    PS = 1u << 7,  ///< this entry maps a page, not a table
    GLOBAL = 1u << 8,
    NX = 1ull << 63,  ///< no instruction fetch (EFER.NXE)
};

constexpr Flags<PageBit> operator|(PageBit a, PageBit b)
{
    return Flags<PageBit>{a} | b;
}

/// How the bits of a linear address choose entries, level by level.
struct PagingShape {
    unsigned levels = 0;      ///< tables from CR3 to the page, at most
    unsigned entry_size = 0;  ///< bytes: 4 or 8
    unsigned index_bits = 0;  ///< 10 or 9
    unsigned top_bits = 0;    ///< index bits of the top level, which may have fewer (PAE: 2)

    /// Lowest bit of the linear address that level `level` (1 = page table) takes its index from.
    constexpr unsigned shift(unsigned level) const { return 12 + (level - 1) * index_bits; }
    /// Bytes that an entry of level `level` maps if it is a page.
    constexpr std::uint64_t page_size(unsigned level) const { return 1ull << shift(level); }
    constexpr std::uint64_t index(std::uint64_t linear, unsigned level) const
    {
        const unsigned width = level == levels ? top_bits : index_bits;
        return (linear >> shift(level)) & ((1ull << width) - 1);
    }
    constexpr bool operator==(const PagingShape&) const = default;
};

inline constexpr PagingShape kPaging32{.levels = 2, .entry_size = 4, .index_bits = 10, .top_bits = 10};
inline constexpr PagingShape kPagingPae{.levels = 3, .entry_size = 8, .index_bits = 9, .top_bits = 2};
inline constexpr PagingShape kPaging4Level{.levels = 4, .entry_size = 8, .index_bits = 9, .top_bits = 9};
inline constexpr PagingShape kPaging5Level{.levels = 5, .entry_size = 8, .index_bits = 9, .top_bits = 9};

static_assert(kPaging32.page_size(2) == 4_MiB);
static_assert(kPaging4Level.page_size(2) == 2_MiB && kPaging4Level.page_size(3) == 1_GiB);

/// Bits 51:12: where the next table, or the page, is.
inline constexpr std::uint64_t kFrameMask = 0x000F'FFFF'FFFF'F000;

}  // namespace husk::x86
