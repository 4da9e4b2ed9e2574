#include "x86/page_entry.hpp"

#include "x86/walk.hpp"

namespace husk::x86 {

namespace {

constexpr std::uint64_t bits(unsigned highest, unsigned lowest)
{
    return (~0ull >> (63 - highest)) & (~0ull << lowest);
}

/// Bits that must be 0. SDM Vol. 3A, tables 4-4 to 4-11 and 4-14 to 4-20.
std::uint64_t must_be_zero(const PageEntry& entry, unsigned physical_bits)
{
    const auto& [system, shape, level, value] = entry;
    const bool page = entry.maps_page();
    if (shape == kPaging32) return page && level == 2 ? bits(21, 21) : 0;
    std::uint64_t zero = physical_bits < kMostPhysicalBits ? bits(kMostPhysicalBits - 1, physical_bits) : 0;
    if (!system.efer.has(Efer::NXE)) zero |= bits(63, 63);
    if (shape == kPagingPae) zero |= bits(62, kMostPhysicalBits);
    if (!entry.has_rights()) return zero | bits(63, 63) | bits(8, 5) | bits(2, 1);
    if (level > 3) zero |= bits(7, 7);  // no page is that large
    constexpr unsigned kPat = 12;       // of large pages: memory type, not address
    if (page && level > 1) zero |= bits(shape.shift(level) - 1, kPat + 1);
    return zero;
}

}  // namespace

GuestPhys top_table(const SystemRegisters& system, const PagingShape& shape)
{
    if (shape == kPaging32) return {system.cr3 & 0xFFFF'F000};
    if (shape == kPagingPae) return {system.cr3 & 0xFFFF'FFE0};
    return {system.cr3 & kFrameMask};
}

bool PageEntry::maps_page() const
{
    if (level == 1) return true;
    if (!flags().has(PageBit::PS)) return false;
    if (shape == kPaging32) return level == 2 && system.cr4.has(Cr4::PSE);
    return level == 2 || (level == 3 && shape != kPagingPae);
}

GuestPhys PageEntry::page() const
{
    const std::uint64_t page_mask = ~(shape.page_size(level) - 1);
    if (shape == kPaging32 && level == 2) {
        // PSE-36: bits 20:13 of the entry are bits 39:32 of the address. SDM Vol. 3A, table 4-4.
        return {(value & 0xFFC0'0000) | ((value >> 13) & 0xFF) << 32};
    }
    return {value & kFrameMask & page_mask};
}

GuestPhys PageEntry::table() const
{
    return {value & (shape.entry_size == 4 ? 0xFFFF'F000 : kFrameMask)};
}

std::uint64_t PageEntry::reserved(unsigned physical_bits) const
{
    return value & must_be_zero(*this, physical_bits);
}

Rights below(const PageEntry& entry, Rights above)
{
    if (entry.has_rights()) {
        above.writable = above.writable && entry.flags().has(PageBit::RW);
        above.user = above.user && entry.flags().has(PageBit::USER);
    }
    above.executable = above.executable && !entry.forbids_execution();
    return above;
}

std::uint64_t canonical(const PagingShape& shape, std::uint64_t linear)
{
    constexpr unsigned kLeastLevels = 4, kBits = 64;
    if (shape.levels < kLeastLevels) return linear;
    const unsigned unused = kBits - shape.shift(shape.levels) - shape.top_bits;
    return static_cast<std::uint64_t>(static_cast<std::int64_t>(linear << unused) >> unused);
}

}  // namespace husk::x86
