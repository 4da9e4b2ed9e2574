// Page tables as a tree: what is drawn as one line, and that tables of any guest, however it makes them, end in a drawing.
#include "debug/page_map.hpp"

#include "debug/page_map_words.hpp"
#include "x86/modes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>

namespace husk::debug {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr std::uint64_t kTable = 0x7;   // PRESENT RW USER
constexpr std::uint64_t kLarge = 0x87;  // and PS
constexpr std::uint64_t kNx = 1ull << 63;
constexpr std::uint64_t kTop = 0x1000;

/// Tables made by hand in some MiB of memory; the top one is at 0x1000.
class PageMapTest : public testing::Test {
protected:
    explicit PageMapTest(std::uint64_t size = 8_MiB) : memory_{std::array{MemoryRegion{.base = {}, .size = size}}} {}

    void put(std::uint64_t table, unsigned index, std::uint64_t entry)
    {
        ASSERT_TRUE(memory_.store(GuestPhys{table + index * 8}, entry));
    }
    void put32(std::uint64_t table, unsigned index, std::uint32_t entry)
    {
        ASSERT_TRUE(memory_.store(GuestPhys{table + index * 4}, entry));
    }
    /// Entries that lead from the top table to a page table at 0x4000, by 0x2000 and 0x3000.
    void way_to_page_table()
    {
        put(kTop, 0, 0x2000 | kTable);
        put(0x2000, 0, 0x3000 | kTable);
        put(0x3000, 0, 0x4000 | kTable);
    }
    PageMap map(const Limits& limits = {}) { return map_pages(memory_, system_, limits).value(); }
    /// Without the lines that tell what each flag does.
    std::string drawing(const Limits& limits = {})
    {
        const std::string text = draw(map(limits), {});
        return text.substr(0, text.find("PRESENT  "));
    }
    std::size_t lines() { return static_cast<std::size_t>(std::ranges::count(draw(map(), {}), '\n')); }

    GuestMemory memory_;
    x86::SystemRegisters system_ = x86::long_mode(0, 0, GuestPhys{kTop}).system;
};

TEST_F(PageMapTest, NoPagingIsNoMap)
{
    EXPECT_FALSE(map_pages(memory_, x86::protected_mode(0, 0).system));
    EXPECT_FALSE(map_pages(memory_, x86::real_mode(0, 0).system));
}

TEST_F(PageMapTest, EqualEntriesAreOneLine)
{
    put(kTop, 0, 0x2000 | kTable);
    put(0x2000, 0, 0x3000 | kTable);
    for (unsigned i = 0; i < 512; ++i) put(0x3000, i, i * 2_MiB | kLarge);
    EXPECT_EQ(drawing(),
              "PML4 at 0x1000: 3 tables read, 512 pages, 1 GiB of linear addresses\n"
              "└─ 0 at 0x1000 = 0x2007 PRESENT RW USER: PDPT at 0x2000\n"
              "   └─ 0 at 0x2000 = 0x3007 PRESENT RW USER: PD at 0x3000\n"
              "      └─ 0-511 at 0x3000 = 0x87 PRESENT RW USER PS: 512 pages of 2 MiB, linear 0x0 to 0x3fffffff, physical the "
              "same, of which a part is no memory\n");
}

TEST_F(PageMapTest, EachFlagThatIsThereIsExplained)
{
    way_to_page_table();
    put(0x4000, 0, 0x5000 | 0x1);
    const std::string text = draw(map(), {});
    EXPECT_THAT(text, HasSubstr("RW       may be written"));
    EXPECT_THAT(text, Not(HasSubstr("GLOBAL  ")));
}

TEST_F(PageMapTest, FlagsAndGapsSplitRuns)
{
    way_to_page_table();
    put(0x4000, 0, 0x5000 | kTable);
    put(0x4000, 1, 0x6000 | kTable);
    put(0x4000, 2, 0x7000 | 0x1);  // another flag
    put(0x4000, 4, 0x9000 | 0x1);  // a gap
    put(0x4000, 5, 0x3000 | 0x1);  // elsewhere
    put(0x4000, 511, 0x5000 | kTable);
    EXPECT_THAT(drawing(), HasSubstr("         ├─ 0-1 at 0x4000 = 0x5007 PRESENT RW USER: 2 pages of 4 KiB, linear 0x0 to 0x1fff, "
                                     "physical 0x5000 to 0x6fff\n"
                                     "         ├─ 2 at 0x4010 = 0x7001 PRESENT: page of 4 KiB, linear 0x2000 to 0x2fff, physical "
                                     "0x7000 to 0x7fff\n"
                                     "         ├─ 4 at 0x4020 = 0x9001 PRESENT: page"));
    EXPECT_THAT(drawing(),
                HasSubstr("         └─ 511 at 0x4ff8 = 0x5007 PRESENT RW USER: page of 4 KiB, linear 0x1ff000 to 0x1fffff"));
}

TEST_F(PageMapTest, WhatTheProcessorSetsDoesNotSplitRuns)
{
    way_to_page_table();
    put(0x4000, 0, 0x5000 | kTable);
    put(0x4000, 1, 0x6000 | kTable | 0x60);
    EXPECT_THAT(drawing(), HasSubstr("0-1 at 0x4000 = 0x5007 PRESENT RW USER, some ACCESSED DIRTY: 2 pages"));
}

TEST_F(PageMapTest, FullTablesThatGoOnFromOneAnotherAreOneLine)
{
    put(kTop, 0, 0x2000 | kTable);
    put(0x2000, 0, 0x3000 | kTable);
    for (unsigned t = 0; t < 512; ++t) {
        const std::uint64_t table = 4_MiB + t * kPageSize;
        put(0x3000, t, table | kTable);
        for (unsigned i = 0; i < 512; ++i) put(table, i, (std::uint64_t{t} * 512 + i) * kPageSize | 0x3);
    }
    EXPECT_EQ(lines(), 1u + 3u + 3u) << drawing();
    EXPECT_THAT(drawing(),
                HasSubstr("0-511 at 0x3000 = 0x400007 PRESENT RW USER: 512 PTs, from 0x400000 on, all full: 262144 pages "
                          "of 4 KiB, linear 0x0 to 0x3fffffff, physical the same, of which a part is no memory, PRESENT RW\n"));
    EXPECT_EQ(map().pages, 512u * 512u);
    put(4_MiB + 7 * kPageSize, 9, 0);  // one page less
    EXPECT_THAT(drawing(), HasSubstr("0-6 at 0x3000 = 0x400007 PRESENT RW USER: 7 PTs"));
    EXPECT_THAT(drawing(), HasSubstr("├─ 7 at 0x3038 = 0x407007 PRESENT RW USER: PT at 0x407000\n"));
    EXPECT_THAT(drawing(), HasSubstr("8-511 at 0x3040"));
}

TEST_F(PageMapTest, EmptyTablesThatGoOnFromOneAnotherAreOneLine)
{
    put(kTop, 0, 0x2000 | kTable);
    for (unsigned t = 0; t < 512; ++t) put(0x2000, t, (4_MiB + t * kPageSize) | kTable);
    EXPECT_EQ(drawing(),
              "PML4 at 0x1000: 514 tables read, 0 pages\n"
              "└─ 0 at 0x1000 = 0x2007 PRESENT RW USER: PDPT at 0x2000\n"
              "   └─ 0-511 at 0x2000 = 0x400007 PRESENT RW USER: 512 PDs, from 0x400000 on, all empty\n");
    put(4_MiB + 300 * kPageSize, 1, kLarge);
    put(0x2000, 511, 0x3000 | kTable);
    EXPECT_THAT(drawing(), HasSubstr("├─ 0-299 at 0x2000 = 0x400007 PRESENT RW USER: 300 PDs, from 0x400000 on, all empty\n"));
    EXPECT_THAT(drawing(), HasSubstr("├─ 300 at 0x2960 = 0x52c007 PRESENT RW USER: PD at 0x52c000\n   │  └─ 1 at 0x52c008"));
    EXPECT_THAT(drawing(), HasSubstr("├─ 301-510 at 0x2968"));
    EXPECT_THAT(drawing(), HasSubstr("└─ 511 at 0x2ff8 = 0x3007 PRESENT RW USER: PD at 0x3000, which is empty\n"));
    EXPECT_FALSE(map().limited);
}

TEST_F(PageMapTest, RightsThatAnEntryAboveTakesAwayAreTold)
{
    system_.efer |= x86::Efer::NXE;
    put(kTop, 0, 0x2000 | 0x1 | kNx);
    put(0x2000, 0, kLarge);
    EXPECT_THAT(drawing(),
                HasSubstr("PRESENT RW USER PS: page of 1 GiB, linear 0x0 to 0x3fffffff, physical the same, of which a part "
                          "is no memory; by an entry above it read-only, for ring 0 only, not executable\n"));
}

TEST_F(PageMapTest, UpperHalfIsSignExtended)
{
    put(kTop, 511, 0x2000 | kTable);
    put(0x2000, 511, 0x3000 | kTable);
    put(0x3000, 511, kLarge);
    EXPECT_THAT(drawing(), HasSubstr("511 at 0x3ff8 = 0x87 PRESENT RW USER PS: page of 2 MiB, linear 0xffffffffffe00000 to "
                                     "0xffffffffffffffff, physical 0x0 to 0x1fffff\n"));
}

TEST_F(PageMapTest, FiveLevels)
{
    system_.cr4 |= x86::Cr4::LA57;
    put(kTop, 511, 0x2000 | kTable);
    put(0x2000, 0, 0x3000 | kTable);
    put(0x3000, 0, kLarge);
    EXPECT_THAT(drawing(), StartsWith("PML5 at 0x1000: 3 tables read, 1 page, 1 GiB of linear addresses\n"
                                      "└─ 511 at 0x1ff8 = 0x2007 PRESENT RW USER: PML4 at 0x2000\n"));
    EXPECT_THAT(drawing(), HasSubstr("linear 0xffff000000000000 to 0xffff00003fffffff"));
}

TEST_F(PageMapTest, Pae)
{
    system_ = x86::paged_mode(0, 0, GuestPhys{0x1020}).system;
    system_.cr4 |= x86::Cr4::PAE;
    put(0x1020, 3, 0x2000 | 0x1);
    put(0x1020, 4, 0x2000 | 0x1);  // behind the four
    put(0x2000, 1, 2_MiB | kLarge);
    EXPECT_EQ(
        drawing(),
        "PDPT at 0x1020: 2 tables read, 1 page, 2 MiB of linear addresses\n"
        "└─ 3 at 0x1038 = 0x2001 PRESENT: PD at 0x2000\n"
        "   └─ 1 at 0x2008 = 0x200087 PRESENT RW USER PS: page of 2 MiB, linear 0xc0200000 to 0xc03fffff, physical 0x200000 to "
        "0x3fffff\n");
}

TEST_F(PageMapTest, ThirtyTwoBits)
{
    system_ = x86::paged_mode(0, 0, GuestPhys{kTop}).system;
    put32(kTop, 0, 0x87);
    put32(kTop, 1, 0x0040'0087);
    put32(kTop, 1023, 0x2000 | 0x7);
    put32(0x2000, 1023, 0x3000 | 0x7);
    EXPECT_EQ(drawing(),
              "PD at 0x1000: 2 tables read, 3 pages, 8 MiB of linear addresses\n"
              "├─ 0-1 at 0x1000 = 0x87 PRESENT RW USER PS: 2 pages of 4 MiB, linear 0x0 to 0x7fffff, physical the same\n"
              "└─ 1023 at 0x1ffc = 0x2007 PRESENT RW USER: PT at 0x2000\n"
              "   └─ 1023 at 0x2ffc = 0x3007 PRESENT RW USER: page of 4 KiB, linear 0xfffff000 to 0xffffffff, physical 0x3000 to "
              "0x3fff\n");
    system_.cr4 = {};  // without PSE bit 7 means nothing
    EXPECT_THAT(drawing(), HasSubstr("0 at 0x1000 = 0x87 PRESENT RW USER PS: PT at 0x0"));
}

// --- what a hostile guest makes ---

TEST_F(PageMapTest, TopTableOutsideMemory)
{
    system_.cr3 = 1ull << 40;
    EXPECT_THAT(drawing(), StartsWith("PML4 at 0x10000000000: no memory is there: every access is a page fault"));
    EXPECT_EQ(lines(), 1u);
}

TEST_F(PageMapTest, TableThatLeadsToItself)
{
    put(kTop, 510, kTop | kTable);
    EXPECT_THAT(drawing(), HasSubstr("└─ 510 at 0x1ff0 = 0x1007 PRESENT RW USER: PDPT at 0x1000, which is one of those on the way "
                                     "here: a loop\n"));
    for (unsigned i = 0; i < 512; ++i) put(kTop, i, kTop | kTable);
    EXPECT_THAT(drawing(), HasSubstr("└─ 0-511 at 0x1000 = 0x1007 PRESENT RW USER: each to the PDPT at 0x1000, which is one"));
    EXPECT_EQ(map().tables, 1u);
}

TEST_F(PageMapTest, TablesThatLeadToEachOther)
{
    put(kTop, 0, 0x2000 | kTable);
    put(0x2000, 0, 0x3000 | kTable);
    put(0x2000, 1, kTop | kTable);
    put(0x3000, 0, 0x2000 | kTable);
    EXPECT_THAT(drawing(), HasSubstr("PT at 0x2000, which is one of those on the way here: a loop\n"));
    EXPECT_THAT(drawing(), HasSubstr("PD at 0x1000, which is one of those on the way here: a loop\n"));
}

TEST_F(PageMapTest, TableThatManyLeadToIsDrawnOnce)
{
    put(kTop, 0, 0x2000 | kTable);
    put(kTop, 1, 0x2000 | kTable | 0x200);
    for (unsigned i = 0; i < 512; ++i) put(0x2000, i, 0x3000 | kTable | (i % 2) << 9);
    put(0x3000, 0, kLarge);
    EXPECT_EQ(map().tables, 3u);
    EXPECT_THAT(drawing(), HasSubstr("├─ 1 at 0x2008 = 0x3207 PRESENT RW USER: PD at 0x3000, which is drawn already\n"));
    EXPECT_THAT(drawing(), HasSubstr("└─ 1 at 0x1008 = 0x2207 PRESENT RW USER: PDPT at 0x2000, which is drawn already\n"));
}

TEST_F(PageMapTest, TablesOutsideMemory)
{
    put(kTop, 0, 8_MiB | kTable);
    put(kTop, 1, (1ull << 51) | kTable);
    EXPECT_THAT(drawing(), HasSubstr("├─ 0 at 0x1000 = 0x800007 PRESENT RW USER: PDPT at 0x800000, where no memory is\n"));
    EXPECT_THAT(drawing(),
                HasSubstr("└─ 1 at 0x1008 = 0x8000000000007 PRESENT RW USER: PDPT at 0x8000000000000, where no memory is\n"));
}

TEST_F(PageMapTest, PagesOutsideMemory)
{
    way_to_page_table();
    put(0x4000, 0, 0x000F'FFFF'FFFF'F000 | kTable);
    EXPECT_THAT(drawing(), HasSubstr("physical 0xffffffffff000 to 0xfffffffffffff, where no memory is\n"));
}

TEST_F(PageMapTest, ReservedBitsAreNotFollowed)
{
    put(kTop, 0, 0x2000 | kTable | kNx);  // without EFER.NXE
    put(kTop, 1, 0x2000 | kLarge);        // PS in a PML4E
    EXPECT_THAT(drawing(), HasSubstr("bits 0x8000000000000000 must be 0: whoever comes here gets a page fault\n"));
    EXPECT_THAT(drawing(), HasSubstr("bits 0x80 must be 0"));
    EXPECT_EQ(map().tables, 1u);
}

TEST_F(PageMapTest, EntriesThatAreNotPresentAreOneRun)
{
    for (unsigned i = 0; i < 512; ++i) put(kTop, i, 0xFFFF'FFFF'0000'0000 + i * 2);
    EXPECT_THAT(drawing(), HasSubstr("└─ 0-511 at 0x1000 = 0xffffffff00000000 NX, some "));
    EXPECT_THAT(drawing(), HasSubstr("not present, but not 0, each of them\n"));
}

TEST_F(PageMapTest, EachEntryTheSamePage)
{
    way_to_page_table();
    for (unsigned i = 0; i < 512; ++i) put(0x4000, i, 0x5000 | kTable);
    EXPECT_THAT(drawing(), HasSubstr("512 pages of 4 KiB, linear 0x0 to 0x1fffff, physical each the page at 0x5000\n"));
}

TEST_F(PageMapTest, EntriesThatAllDifferAreCountedBeyondTheLimit)
{
    way_to_page_table();
    for (unsigned i = 0; i < 512; ++i) put(0x4000, i, std::uint64_t{511 - i} * kPageSize | 0x1);
    EXPECT_THAT(drawing(), HasSubstr("         └─ 384 more, not drawn\n"));
    EXPECT_THAT(drawing(), HasSubstr("512 pages, 2 MiB of linear addresses; too many to draw all of it: --address tells"));
}

TEST_F(PageMapTest, TablesBeyondTheLimitAreNamed)
{
    way_to_page_table();
    put(0x4000, 0, 0x5000 | kTable);
    EXPECT_THAT(drawing({.tables = 2}), HasSubstr("PD at 0x3000, which is not drawn, as there are too many\n"));
    EXPECT_TRUE(map({.tables = 2}).limited);
    EXPECT_THAT(drawing({.runs = 1}), HasSubstr("1 more, not drawn"));
    EXPECT_FALSE(map().limited);
}

/// Memory full of entries that are present, of which a half lead to tables in it.
TEST_F(PageMapTest, MemoryFullOfEntriesEndsInABoundedDrawing)
{
    std::uint64_t random = 88172645463325252;  // xorshift64
    for (std::uint64_t at = 0; at < 8_MiB; at += 8) {
        random ^= random << 13, random ^= random >> 7, random ^= random << 17;
        ASSERT_TRUE(memory_.store(GuestPhys{at}, (random & 0x7F'F000) | (random >> 40 & 0x167) | 1));
    }
    for (const auto& cr4 : {Flags<x86::Cr4>{x86::Cr4::PAE}, x86::Cr4::PAE | x86::Cr4::LA57}) {
        system_.cr4 = cr4;
        EXPECT_LE(lines(), 1000u + 4096u);
        EXPECT_LE(map().tables, 4096u);
        EXPECT_TRUE(map().limited);
    }
    system_ = x86::paged_mode(0, 0, GuestPhys{kTop}).system;
    EXPECT_LE(lines(), 1000u + 4096u);
    system_.cr4 |= x86::Cr4::PAE;
    EXPECT_LE(lines(), 1000u + 4096u);
}

}  // namespace
}  // namespace husk::debug
