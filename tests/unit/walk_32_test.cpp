// Page tables outside long mode: 32-bit paging with and without large pages, PAE; and linear addresses of segments.
#include "support/page_tables.hpp"
#include "x86/modes.hpp"
#include "x86/walk.hpp"

#include <gtest/gtest.h>

namespace husk::x86 {
namespace {

using namespace test::page_bits;

SystemRegisters paging(Flags<Cr4> cr4, std::uint64_t cr3 = 0x1000)
{
    auto system = paged_mode(0, 0, GuestPhys{cr3}).system;
    system.cr4 = cr4;
    return system;
}

Walk walk(const SystemRegisters& system, std::uint64_t linear, const test::PageTables& tables)
{
    return x86::walk(system, GuestVirt{linear}, tables.reader());
}

/// PD at 0x1000, PT at 0x2000; entry 1 of each; the page at 0x7000.
test::PageTables two_levels()
{
    test::PageTables tables;
    tables.put(0x1004, 0x2000 | P | W | U);
    tables.put(0x2004, 0x7000 | P | W | U);
    return tables;
}

/// PDPT at 0x1020, PD at 0x2000, PT at 0x3000; entry 3 of each; the page at 0x12'3456'7000.
test::PageTables pae_levels(std::uint64_t pdpt = 0, std::uint64_t pd = W | U, std::uint64_t pt = W | U)
{
    test::PageTables tables;
    tables.put(0x1020 + 3 * 8, 0x2000 | P | pdpt);
    tables.put(0x2000 + 3 * 8, 0x3000 | P | pd);
    tables.put(0x3000 + 3 * 8, 0x12'3456'7000 | P | pt);
    return tables;
}
constexpr std::uint64_t kPaeLinear = 3ull << 30 | 3ull << 21 | 3ull << 12 | 0x45;

TEST(Walk32, TwoLevelsToASmallPage)
{
    const Walk found = walk(paging({}), 1u << 22 | 1u << 12 | 0x45, two_levels());
    EXPECT_EQ(found.physical, GuestPhys{0x7045});
    EXPECT_EQ(found.page_size, 4_KiB);
    EXPECT_TRUE(found.writable && found.user && found.executable);
    ASSERT_EQ(found.steps.size(), 2u);
    EXPECT_EQ(found.steps[0].at, GuestPhys{0x1004});
}

TEST(Walk32, LargePageNeedsPse)
{
    test::PageTables tables = two_levels();
    tables.put(0x1004, 0x0080'0000 | P | W | PS);
    const Walk large = walk(paging(Cr4::PSE), 0x40'1045, tables);
    EXPECT_EQ(large.physical, GuestPhys{0x80'1045});
    EXPECT_EQ(large.page_size, 4_MiB);
    EXPECT_FALSE(large.user);
    // Without CR4.PSE the bit is ignored, and the entry names a table.
    const Walk small = walk(paging({}), 0x40'1045, tables);
    EXPECT_FALSE(small.physical);
    EXPECT_EQ(small.steps.back().at, GuestPhys{0x80'0004});
}

TEST(Walk32, LargePagesReachBeyond4GiB)
{
    test::PageTables tables;
    // PSE-36: bits 20:13 are bits 39:32 of the address.
    tables.put(0x1000, 0xFFC0'0000 | 0xA5u << 13 | P | PS);
    EXPECT_EQ(walk(paging(Cr4::PSE), 0x3F'FFFF, tables).physical, GuestPhys{0xA5'FFFF'FFFF});
}

TEST(Walk32, EntriesHaveFourBytes)
{
    unsigned asked = 0;
    x86::walk(paging({}), GuestVirt{0}, [&](GuestPhys, unsigned size) {
        asked = size;
        return std::optional<std::uint64_t>{};
    });
    EXPECT_EQ(asked, 4u);
}

TEST(Walk32, HasNoNx)
{
    auto system = paging({});
    system.efer = Efer::NXE;
    EXPECT_TRUE(walk(system, 1u << 22 | 1u << 12, two_levels()).executable);
}

TEST(Walk32, EndsWhereNothingIsPresentOrThere)
{
    EXPECT_EQ(walk(paging({}), 0, two_levels()).steps.size(), 1u);
    EXPECT_EQ(walk(paging({}), 1u << 22, two_levels()).steps.size(), 2u);
    const Walk lost = walk(paging({}, 0x8000'0000), 0, two_levels());
    EXPECT_FALSE(lost.physical);
    EXPECT_FALSE(lost.steps.back().readable);
}

TEST(WalkPae, ThreeLevelsToASmallPage)
{
    const Walk found = walk(paging(Cr4::PAE, 0x1020), kPaeLinear, pae_levels());
    EXPECT_EQ(found.physical, GuestPhys{0x12'3456'7045});
    EXPECT_EQ(found.page_size, 4_KiB);
    ASSERT_EQ(found.steps.size(), 3u);
    EXPECT_EQ(found.steps[0].at, GuestPhys{0x1038}) << "the PDPT is aligned to 32 bytes only";
}

TEST(WalkPae, ThePdptCarriesNoRights)
{
    const Walk found = walk(paging(Cr4::PAE, 0x1020), kPaeLinear, pae_levels(0));
    EXPECT_TRUE(found.writable && found.user);
    EXPECT_FALSE(walk(paging(Cr4::PAE, 0x1020), kPaeLinear, pae_levels(0, U, W | U)).writable);
    EXPECT_FALSE(walk(paging(Cr4::PAE, 0x1020), kPaeLinear, pae_levels(0, W | U, W)).user);
}

TEST(WalkPae, LargePagesHaveTwoMebibytesWithOrWithoutPse)
{
    test::PageTables tables = pae_levels();
    tables.put(0x2018, 0x12'3440'0000 | P | W | PS);
    for (const auto cr4 : {Flags<Cr4>{Cr4::PAE}, Cr4::PAE | Cr4::PSE}) {
        const Walk found = walk(paging(cr4, 0x1020), kPaeLinear, tables);
        EXPECT_EQ(found.physical, GuestPhys{0x12'3440'3045});
        EXPECT_EQ(found.page_size, 2_MiB);
    }
}

TEST(WalkPae, HasNoGibibytePages)
{
    const Walk found = walk(paging(Cr4::PAE, 0x1020), kPaeLinear, pae_levels(PS));
    EXPECT_FALSE(found.physical);
    ASSERT_EQ(found.steps.size(), 1u);
    EXPECT_EQ(found.steps.back().reserved, PS);
}

TEST(WalkPae, HeedsNx)
{
    auto system = paging(Cr4::PAE, 0x1020);
    const auto tables = pae_levels(0, W | U, NX | W | U);
    EXPECT_FALSE(walk(system, kPaeLinear, tables).physical);
    EXPECT_EQ(walk(system, kPaeLinear, tables).steps.back().reserved, NX);
    system.efer = Efer::NXE;
    EXPECT_FALSE(walk(system, kPaeLinear, tables).executable);
    EXPECT_EQ(walk(system, kPaeLinear, tables).physical, GuestPhys{0x12'3456'7045});
}

TEST(LinearAddress, IsBasePlusOffset)
{
    const auto real = real_mode(0x1'2345, 0);
    EXPECT_EQ(linear_address(real.system, &SystemRegisters::cs, real.registers.rip), GuestVirt{0x1'2345});
    auto flat = protected_mode(0, 0).system;
    flat.ds.base = 0x1000;
    EXPECT_EQ(linear_address(flat, &SystemRegisters::ds, 0x234), GuestVirt{0x1234});
}

TEST(LinearAddress, WrapsAt32BitsOutside64BitCode)
{
    auto flat = protected_mode(0, 0).system;
    flat.cs.base = 0xFFFF'F000;
    EXPECT_EQ(linear_address(flat, &SystemRegisters::cs, 0x2000), GuestVirt{0x1000});
    auto wide = long_mode(0, 0, GuestPhys{0}).system;
    EXPECT_EQ(linear_address(wide, &SystemRegisters::cs, 1ull << 40), GuestVirt{1ull << 40});
    wide.cs.long_code = false;
    EXPECT_EQ(linear_address(wide, &SystemRegisters::cs, 1ull << 40), GuestVirt{0}) << "compatibility mode";
}

TEST(LinearAddress, OnlyFsAndGsHaveABaseIn64BitCode)
{
    using Registers = SystemRegisters;
    auto system = long_mode(0, 0, GuestPhys{0}).system;
    system.cs.base = system.ds.base = system.es.base = system.ss.base = system.fs.base = system.gs.base = 0x1000;
    for (const auto segment : {&Registers::cs, &Registers::ds, &Registers::es, &Registers::ss})
        EXPECT_EQ(linear_address(system, segment, 0x234), GuestVirt{0x234});
    for (const auto segment : {&Registers::fs, &Registers::gs})
        EXPECT_EQ(linear_address(system, segment, 0x234), GuestVirt{0x1234});
}

}  // namespace
}  // namespace husk::x86
