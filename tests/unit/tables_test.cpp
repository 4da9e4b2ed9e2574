// Page tables as they are built: each entry, and that what is built decodes to the identity.
#include "x86/tables.hpp"

#include "support/page_tables.hpp"
#include "x86/modes.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

namespace husk::x86 {
namespace {

constexpr GuestPhys kRoot{0x2000};
using Entries = std::vector<TableEntry>;

Tables map_32(std::initializer_list<Extent> extents)
{
    return identity_map_32(kRoot, std::span{extents.begin(), extents.size()});
}

Tables map_long(std::initializer_list<Extent> extents)
{
    return identity_map_long(kRoot, std::span{extents.begin(), extents.size()});
}

TEST(Tables, SmallPagedGuestHasTheSeedsEntry)
{
    const Tables tables = map_32({{0, 2_MiB}});
    EXPECT_EQ(tables.root, kRoot);
    EXPECT_EQ(tables.end, GuestPhys{0x3000});
    EXPECT_EQ(tables.entry_size, 4u);
    EXPECT_EQ(tables.entries, (Entries{{GuestPhys{0x2000}, 0x87}}));
}

TEST(Tables, SmallLongGuestHasTheSeedsEntries)
{
    const Tables tables = map_long({{0, 2_MiB}});
    EXPECT_EQ(tables.root, kRoot);
    EXPECT_EQ(tables.end, GuestPhys{0x5000});
    EXPECT_EQ(tables.entry_size, 8u);
    EXPECT_EQ(tables.entries,
              (Entries{{GuestPhys{0x2000}, 0x3000 | 7}, {GuestPhys{0x3000}, 0x4000 | 7}, {GuestPhys{0x4000}, 0x87}}));
}

TEST(Tables, LargerGuestsHaveAnEntryAPage)
{
    const Tables paged = map_32({{0, 12_MiB}});
    EXPECT_EQ(paged.entries, (Entries{{GuestPhys{0x2000}, 0x87}, {GuestPhys{0x2004}, 0x40'0087}, {GuestPhys{0x2008}, 0x80'0087}}));
    const Tables wide = map_long({{0, 3_GiB}});
    EXPECT_EQ(wide.entries.size(), 1u + 3u + 3u * 512u);
    EXPECT_EQ(wide.end, GuestPhys{0x2000 + 5 * 0x1000});
    EXPECT_EQ(std::ranges::count(wide.entries, TableEntry{GuestPhys{0x3010}, 0x6000 | 7}), 1);
    EXPECT_EQ(std::ranges::count(wide.entries, TableEntry{GuestPhys{0x6FF8}, (3_GiB - 2_MiB) | 0x87}), 1);
}

TEST(Tables, HalfTebibyteTakesASecondPdpt)
{
    const Tables tables = map_long({{512_GiB - 2_MiB, 512_GiB + 2_MiB}});
    EXPECT_EQ(tables.entries, (Entries{{GuestPhys{0x2000}, 0x3000 | 7},
                                       {GuestPhys{0x3FF8}, 0x4000 | 7},
                                       {GuestPhys{0x4FF8}, (512_GiB - 2_MiB) | 0x87},
                                       {GuestPhys{0x2008}, 0x5000 | 7},
                                       {GuestPhys{0x5000}, 0x6000 | 7},
                                       {GuestPhys{0x6000}, 512_GiB | 0x87}}));
}

TEST(Tables, SparseExtentsTakeTablesOnlyWhereTheyAre)
{
    const Tables tables = map_long({{100_GiB, 100_GiB + 2_MiB}, {0, 2_MiB}});
    EXPECT_EQ(tables.end, GuestPhys{0x6000}) << "PML4, one PDPT, two PDs";
    EXPECT_EQ(tables.entries.size(), 5u);
    EXPECT_EQ(map_32({{0, 4_MiB}, {0xFEC0'0000, 0xFEC0'1000}}).entries.back(), (TableEntry{GuestPhys{0x2FEC}, 0xFEC0'0087}));
}

TEST(Tables, PagesCoverExtentsThatAreNoMultiples)
{
    EXPECT_EQ(map_long({{2_MiB - 1, 2_MiB + 1}}).entries.size(), 2u + 2u);
    EXPECT_EQ(map_32({{4_MiB + 0x1000, 4_MiB + 0x1001}}).entries, (Entries{{GuestPhys{0x2004}, 0x40'0087}}));
}

TEST(Tables, NothingIsMappedTwice)
{
    const Tables tables = map_long({{0, 3_MiB}, {3_MiB, 3_MiB + 1}, {1_MiB, 9_MiB}, {0, 2_MiB}, {8_MiB, 8_MiB + 1}});
    std::set<GuestPhys> places;
    for (const auto& entry : tables.entries) EXPECT_TRUE(places.insert(entry.at).second) << entry.at.value;
    EXPECT_EQ(tables.entries.size(), 2u + 5u);
}

TEST(Tables, NothingToMapIsOneEmptyTable)
{
    for (const Tables& tables : {map_32({}), map_long({}), map_32({{0, 0}}), map_long({{5_MiB, 5_MiB}})}) {
        EXPECT_TRUE(tables.entries.empty());
        EXPECT_EQ(tables.end, GuestPhys{0x3000});
    }
}

TEST(Tables, ExtentsThatEndBeforeTheyBeginAreNothing)
{
    EXPECT_TRUE(map_long({{3_MiB, 0}}).entries.empty());
    EXPECT_TRUE(map_long({{3_MiB, 2_MiB + 1}}).entries.empty());
    EXPECT_TRUE(map_long({{~0ull, 0}}).entries.empty()) << "what wraps at the end of the address space";
}

TEST(Tables, WhatPagingCannotReachIsLeftOut)
{
    EXPECT_EQ(map_32({{4_GiB - 4_MiB, 5_GiB}}).entries, (Entries{{GuestPhys{0x2FFC}, 0xFFC0'0087}}));
    EXPECT_TRUE(map_32({{4_GiB, 5_GiB}}).entries.empty());
    EXPECT_EQ(map_long({{(1ull << 47) - 1, 1ull << 48}}).entries.size(), 3u);
    EXPECT_TRUE(map_long({{1ull << 47, 1ull << 52}}).entries.empty());
}

/// Checks that `addresses` random addresses translate to themselves within `extents` and the ends of each.
void expect_identity(const State& state, const Tables& tables, std::span<const Extent> extents, std::uint64_t page)
{
    const test::PageTables memory{tables};
    std::mt19937_64 random{42};
    for (const auto& [begin, end] : extents) {
        std::vector<std::uint64_t> addresses{begin, end - 1};
        for (int i = 0; i < 300; ++i) addresses.push_back(begin + random() % (end - begin));
        for (const std::uint64_t address : addresses) {
            const Walk walk = x86::walk(state.system, GuestVirt{address}, memory.reader());
            ASSERT_EQ(walk.physical, GuestPhys{address});
            ASSERT_EQ(walk.page_size, page);
            ASSERT_TRUE(walk.writable && walk.user && walk.executable);
        }
    }
}

constexpr std::array kExtents{Extent{0, 2_MiB}, Extent{16_MiB, 80_MiB}, Extent{3_GiB, 4_GiB}};

TEST(Tables, PagedDecodesToTheIdentity)
{
    const Tables tables = identity_map_32(kRoot, kExtents);
    expect_identity(paged_mode(0, 0, tables.root), tables, kExtents, 4_MiB);
}

TEST(Tables, LongDecodesToTheIdentity)
{
    std::vector<Extent> extents{kExtents.begin(), kExtents.end()};
    extents.push_back({7_GiB + 0x1000, 9_GiB});
    extents.push_back({(1ull << 47) - 1_GiB, 1ull << 47});
    const Tables tables = identity_map_long(kRoot, extents);
    expect_identity(long_mode(0, 0, tables.root), tables, extents, 2_MiB);
}

TEST(Tables, WhatNoExtentTouchesIsNotMapped)
{
    const Tables tables = identity_map_long(kRoot, kExtents);
    const test::PageTables memory{tables};
    for (const std::uint64_t address : {2_MiB, 16_MiB - 1, 80_MiB, 3_GiB - 1, 4_GiB, 64_GiB})
        EXPECT_FALSE(walk(long_mode(0, 0, tables.root).system, GuestVirt{address}, memory.reader()).physical) << address;
}

}  // namespace
}  // namespace husk::x86
