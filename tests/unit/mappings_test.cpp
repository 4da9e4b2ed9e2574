// What a guest's page tables map in all, also where they mean to have no end.
#include "x86/mappings.hpp"

#include "support/page_tables.hpp"
#include "x86/modes.hpp"

#include <gtest/gtest.h>

namespace husk::x86 {
namespace {

using namespace test::page_bits;

SystemRegisters paging_64()
{
    return long_mode(0, 0, GuestPhys{0x1000}).system;
}

TEST(Mappings, WithoutPagingAddressesAreTheirOwn)
{
    const auto found = mappings(protected_mode(0, 0).system, test::PageTables{}.reader());
    const MappedRange all{GuestVirt{0}, GuestPhys{0}, 4_GiB, true, true, true};
    EXPECT_EQ(found.ranges, std::vector{all});
    EXPECT_TRUE(found.complete);
}

TEST(Mappings, NeighboursOfTheSameRightsAreOneRange)
{
    test::PageTables tables;
    tables.put(0x1000, 0x2000 | P | W | U);
    tables.put(0x2000, 0x3000 | P | W | U);
    tables.put(0x3000, 0x4000 | P | W | U);
    tables.put(0x4000, 0x7000 | P | W);         // 0
    tables.put(0x4008, 0x8000 | P | W);         // 0x1000: goes on
    tables.put(0x4010, 0x9000 | P);             // 0x2000: read-only
    tables.put(0x4018, 0x7000 | P);             // 0x3000: elsewhere
    tables.put(0x3008, 0x200000 | P | W | PS);  // 0x200000
    const auto found = mappings(paging_64(), tables.reader());
    const std::vector<MappedRange> expected{{GuestVirt{0}, GuestPhys{0x7000}, 0x2000, true, false, true},
                                            {GuestVirt{0x2000}, GuestPhys{0x9000}, 0x1000, false, false, true},
                                            {GuestVirt{0x3000}, GuestPhys{0x7000}, 0x1000, false, false, true},
                                            {GuestVirt{0x200000}, GuestPhys{0x200000}, 0x200000, true, false, true}};
    EXPECT_EQ(found.ranges, expected);
    EXPECT_TRUE(found.complete);
}

TEST(Mappings, TheUpperHalfIsThereAndItsEndIsTheEnd)
{
    test::PageTables tables;
    tables.put(0x1000 + 511 * 8, 0x2000 | P | W);
    tables.put(0x2000 + 511 * 8, 0x40000000 | P | W | PS);
    const auto found = mappings(paging_64(), tables.reader());
    ASSERT_EQ(found.ranges.size(), 1u);
    EXPECT_EQ(found.ranges[0].linear, GuestVirt{~0ull << 30});
    EXPECT_EQ(found.ranges[0].size, 1_GiB);
    EXPECT_TRUE(found.complete);
}

TEST(Mappings, LegacyPagingEndsAt4GiB)
{
    test::PageTables tables;
    auto system = paged_mode(0, 0, GuestPhys{0x1000}).system;
    system.cr4 = Cr4::PSE;
    tables.put(0x1000 + 1023 * 4, 0x400000 | P | W | PS);
    const auto found = mappings(system, tables.reader());
    ASSERT_EQ(found.ranges.size(), 1u);
    EXPECT_EQ(found.ranges[0].linear, GuestVirt{0xFFC0'0000});
    EXPECT_EQ(found.ranges[0].size, 4_MiB);
    EXPECT_TRUE(found.complete);
}

TEST(Mappings, TablesThatPointToThemselvesMeetABound)
{
    // Each entry of the one table is the table: 512⁴ pages, of which each is the same.
    test::PageTables tables;
    for (std::uint64_t i = 0; i < 512; ++i) tables.put(0x1000 + i * 8, 0x1000 | P | W);
    const auto few = mappings(paging_64(), tables.reader(), {.ranges = 10, .entries = 1000});
    EXPECT_EQ(few.ranges.size(), 10u);
    EXPECT_FALSE(few.complete);
    const auto short_walk = mappings(paging_64(), tables.reader(), {.ranges = 1000, .entries = 100});
    EXPECT_LT(short_walk.ranges.size(), 100u);
    EXPECT_FALSE(short_walk.complete);
}

}  // namespace
}  // namespace husk::x86
