// How page tables translate: every shape of paging, every place where a walk can end.
#include "x86/walk.hpp"

#include "support/page_tables.hpp"
#include "x86/modes.hpp"

#include <gtest/gtest.h>

namespace husk::x86 {
namespace {

using namespace test::page_bits;

SystemRegisters paging_32(Flags<Cr4> cr4 = {})
{
    auto system = paged_mode(0, 0, GuestPhys{0x1000}).system;
    system.cr4 = cr4;
    return system;
}

SystemRegisters paging_64(Flags<Cr4> more = {})
{
    auto system = long_mode(0, 0, GuestPhys{0x1000}).system;
    system.cr4 |= more;
    system.efer |= Efer::NXE;
    return system;
}

/// PML4 at 0x1000, PDPT at 0x2000, PD at 0x3000, PT at 0x4000, all first entries; the page at 0x7000.
test::PageTables four_levels(std::uint64_t pml4 = W | U, std::uint64_t pdpt = W | U, std::uint64_t pd = W | U,
                             std::uint64_t pt = W | U)
{
    test::PageTables tables;
    tables.put(0x1000, 0x2000 | P | pml4);
    tables.put(0x2000, 0x3000 | P | pdpt);
    tables.put(0x3000, 0x4000 | P | pd);
    tables.put(0x4000, 0x7000 | P | pt);
    return tables;
}

Walk walk(const SystemRegisters& system, std::uint64_t linear, const test::PageTables& tables)
{
    return x86::walk(system, GuestVirt{linear}, tables.reader());
}

TEST(Walk, WithoutPagingIsTheIdentity)
{
    const Walk found = walk(protected_mode(0, 0).system, 0x1234, {});
    EXPECT_FALSE(found.paging);
    EXPECT_TRUE(found.steps.empty());
    EXPECT_EQ(found.physical, GuestPhys{0x1234});
    EXPECT_TRUE(found.writable && found.user && found.executable);
}

TEST(Walk, ShapesFollowTheControlRegisters)
{
    EXPECT_EQ(paging_shape(protected_mode(0, 0).system), std::nullopt);
    EXPECT_EQ(paging_shape(paging_32()), kPaging32);
    EXPECT_EQ(paging_shape(paging_32(Cr4::PAE)), kPagingPae);
    EXPECT_EQ(paging_shape(paging_64()), kPaging4Level);
    EXPECT_EQ(paging_shape(paging_64(Cr4::LA57)), kPaging5Level);
}

TEST(Walk, FourLevelsToASmallPage)
{
    const Walk found = walk(paging_64(), 0x123, four_levels());
    EXPECT_EQ(found.physical, GuestPhys{0x7123});
    EXPECT_EQ(found.page_size, 4_KiB);
    ASSERT_EQ(found.steps.size(), 4u);
    EXPECT_EQ(found.steps[0].level, 4u);
    EXPECT_EQ(found.steps[3].level, 1u);
    EXPECT_EQ(found.steps[2].at, GuestPhys{0x3000});
    EXPECT_EQ(found.steps[2].entry, 0x4007u);
}

TEST(Walk, EachLevelTakesItsOwnBits)
{
    // Indices 1, 2, 3, 4 and offset 5.
    constexpr std::uint64_t kLinear = 1ull << 39 | 2ull << 30 | 3ull << 21 | 4ull << 12 | 5;
    test::PageTables tables;
    tables.put(0x1000 + 1 * 8, 0x2000 | P);
    tables.put(0x2000 + 2 * 8, 0x3000 | P);
    tables.put(0x3000 + 3 * 8, 0x4000 | P);
    tables.put(0x4000 + 4 * 8, 0x000F'FFFF'FFFF'F000 | P);
    EXPECT_EQ(walk(paging_64(), kLinear, tables).physical, GuestPhys{0x000F'FFFF'FFFF'F005});
}

TEST(Walk, LargePagesEndIt)
{
    test::PageTables tables = four_levels();
    tables.put(0x3000, 0x0060'0000 | P | PS);
    Walk found = walk(paging_64(), 0x1F'FFFF, tables);
    EXPECT_EQ(found.physical, GuestPhys{0x7F'FFFF});
    EXPECT_EQ(found.page_size, 2_MiB);
    EXPECT_EQ(found.steps.size(), 3u);

    tables.put(0x2000, 0xC000'0000 | P | PS);
    found = walk(paging_64(), 0x3FFF'FFFF, tables);
    EXPECT_EQ(found.physical, GuestPhys{0xFFFF'FFFF});
    EXPECT_EQ(found.page_size, 1_GiB);
    EXPECT_EQ(found.steps.size(), 2u);
}

TEST(Walk, FrameOfALargePageLeavesOutItsLowBits)
{
    test::PageTables tables = four_levels();
    // Bit 12 of a large page's entry is PAT, not an address.
    tables.put(0x3000, NX | 0x0060'1000 | P | PS);
    EXPECT_EQ(walk(paging_64(), 0, tables).physical, GuestPhys{0x60'0000});
}

TEST(Walk, EndsAtEachLevelThatIsNotPresent)
{
    for (std::uint64_t level = 0; level < 4; ++level) {
        test::PageTables tables = four_levels();
        tables.put(0x1000 + level * 0x1000, 0x5000 | W | U);
        const Walk found = walk(paging_64(), 0, tables);
        EXPECT_FALSE(found.physical);
        EXPECT_EQ(found.page_size, 0u);
        EXPECT_FALSE(found.writable || found.user || found.executable);
        ASSERT_EQ(found.steps.size(), level + 1);
        EXPECT_TRUE(found.steps.back().readable);
        EXPECT_EQ(found.steps.back().entry, 0x5006u);
    }
}

TEST(Walk, EndsAtATableThatIsNotMemory)
{
    for (std::uint64_t level = 0; level < 3; ++level) {
        test::PageTables tables = four_levels();
        tables.put(0x1000 + level * 0x1000, 0xDEAD'0000 | P | W);
        const Walk found = walk(paging_64(), 0, tables);
        EXPECT_FALSE(found.physical);
        ASSERT_EQ(found.steps.size(), level + 2);
        EXPECT_FALSE(found.steps.back().readable);
        EXPECT_EQ(found.steps.back().at, GuestPhys{0xDEAD'0000});
    }
    auto system = paging_64();
    system.cr3 = 0xDEAD'0000;
    EXPECT_EQ(walk(system, 0, four_levels()).steps.size(), 1u);
}

TEST(Walk, RightsNeedEveryLevel)
{
    for (unsigned cleared = 0; cleared < 4; ++cleared) {
        const auto bits = [&](unsigned level, std::uint64_t bit) { return level == cleared ? (W | U) & ~bit : W | U; };
        const auto without = [&](std::uint64_t bit) {
            return walk(paging_64(), 0, four_levels(bits(0, bit), bits(1, bit), bits(2, bit), bits(3, bit)));
        };
        EXPECT_FALSE(without(W).writable);
        EXPECT_TRUE(without(W).user);
        EXPECT_FALSE(without(U).user);
        EXPECT_TRUE(without(U).writable);
        EXPECT_TRUE(without(U).executable);
    }
}

TEST(Walk, OneNxIsEnoughWhereItIsOn)
{
    for (unsigned level = 0; level < 4; ++level) {
        const auto nx = [&](unsigned at) { return at == level ? NX | W | U : W | U; };
        const auto tables = four_levels(nx(0), nx(1), nx(2), nx(3));
        EXPECT_FALSE(walk(paging_64(), 0, tables).executable);
        EXPECT_TRUE(walk(paging_64(), 0, tables).physical);
        auto off = paging_64();
        off.efer = off.efer.without(Efer::NXE);
        EXPECT_EQ(walk(off, 0, tables).steps.back().reserved, NX) << "where it is off the bit is reserved";
        EXPECT_FALSE(walk(off, 0, tables).physical);
    }
}

TEST(Walk, ReservedBitsEndIt)
{
    constexpr std::uint64_t kBit40 = 1ull << 40;
    const auto reserved = [](const test::PageTables& tables, unsigned physical_bits = kMostPhysicalBits) {
        const Walk found = x86::walk(paging_64(), GuestVirt{0}, tables.reader(), physical_bits);
        EXPECT_EQ(found.physical.has_value(), found.steps.back().reserved == 0);
        return found.steps.back().reserved;
    };
    EXPECT_EQ(reserved(four_levels(W | PS)), PS) << "no page is that large";
    EXPECT_EQ(reserved(four_levels(W, W, W, W | kBit40)), 0u);
    EXPECT_EQ(reserved(four_levels(W, W, W, W | kBit40), 40), kBit40) << "beyond the processor's addresses";
    EXPECT_EQ(reserved(four_levels(W, W, W | PS)), 0x4000u) << "not on a boundary of 2 MiB";
    EXPECT_EQ(reserved(four_levels(W, W | PS | 0x1000)), 0x2000u) << "nor of 1 GiB; bit 12 is PAT";
}

TEST(Walk, NonCanonicalIsNotWalked)
{
    for (const std::uint64_t linear : {1ull << 47, 1ull << 63, 0xFFFF'7FFF'FFFF'FFFFull, 1ull << 48}) {
        const Walk found = walk(paging_64(), linear, four_levels());
        EXPECT_FALSE(found.canonical);
        EXPECT_TRUE(found.steps.empty());
        EXPECT_FALSE(found.physical);
    }
    for (const std::uint64_t linear : {(1ull << 47) - 1, 0xFFFF'8000'0000'0000ull, ~0ull}) {
        EXPECT_TRUE(walk(paging_64(), linear, four_levels()).canonical);
    }
}

TEST(Walk, UpperHalfTakesTheUpperEntries)
{
    test::PageTables tables = four_levels();
    tables.put(0x1000 + 511 * 8, 0x2000 | P);
    EXPECT_EQ(walk(paging_64(), 0xFFFF'FF80'0000'0000, tables).physical, GuestPhys{0x7000});
}

TEST(Walk, FiveLevels)
{
    test::PageTables tables = four_levels();
    tables.put(0x9000 + 1 * 8, 0x1000 | P | W | U);
    auto system = paging_64(Cr4::LA57);
    system.cr3 = 0x9000;
    const Walk found = walk(system, 1ull << 48 | 0x123, tables);
    EXPECT_EQ(found.physical, GuestPhys{0x7123});
    EXPECT_EQ(found.steps.size(), 5u);
    EXPECT_EQ(found.steps[0].level, 5u);
    EXPECT_FALSE(walk(system, 1ull << 56, tables).canonical);
    EXPECT_TRUE(walk(system, 0xFF00'0000'0000'0000, tables).canonical);
}

TEST(Walk, Cr3CarriesMoreThanAnAddress)
{
    auto system = paging_64();
    system.cr3 = 1ull << 63 | 0x1000 | 0xFFF;  // no flush, PCID 0xFFF
    EXPECT_EQ(walk(system, 0, four_levels()).physical, GuestPhys{0x7000});
}

TEST(Walk, LevelsHaveTheManualsNames)
{
    EXPECT_EQ(name_of_level(1), "PTE");
    EXPECT_EQ(name_of_level(2), "PDE");
    EXPECT_EQ(name_of_level(3), "PDPTE");
    EXPECT_EQ(name_of_level(4), "PML4E");
    EXPECT_EQ(name_of_level(5), "PML5E");
    EXPECT_EQ(name_of_level(0), "?");
    EXPECT_EQ(name_of_level(6), "?");
}

}  // namespace
}  // namespace husk::x86
