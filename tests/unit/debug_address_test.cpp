// One address step by step: every way in which a walk ends, and every reason for which an access faults.
#include "debug/address.hpp"

#include "debug/text.hpp"
#include "x86/modes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

namespace husk::debug {
namespace {

using testing::HasSubstr;

class AddressTest : public testing::Test {
protected:
    AddressTest()
    {
        put(0x1000, 0x2007);
        put(0x2000, 0x3007);
        put(0x3000, 0x4007);
        put(0x4000, 0x5007);
    }
    void put(std::uint64_t at, std::uint64_t value) { EXPECT_TRUE(memory_.store(GuestPhys{at}, value)); }
    AddressWords walk(std::uint64_t linear) { return explain_walk(memory_, system_, flags_, GuestVirt{linear}); }
    std::string text(std::uint64_t linear) { return text_of(walk(linear)); }
    /// "3 write 0x7: why" of the accesses that fault.
    std::vector<std::string> faults(std::uint64_t linear)
    {
        std::vector<std::string> all;
        for (const auto& [ring, access, code, why] : walk(linear).accesses)
            if (code) all.push_back(fmt::format("{} {} {:#x}: {}", ring, access, *code, why));
        return all;
    }

    GuestMemory memory_{std::array{MemoryRegion{.base = {}, .size = 2_MiB}}};
    x86::SystemRegisters system_ = x86::long_mode(0, 0, GuestPhys{0x1000}).system;
    Flags<x86::Rflags> flags_{};
};

TEST_F(AddressTest, StepByStep)
{
    EXPECT_EQ(text(0x123),
              "0x123: 4-level paging, by the PML4 that CR3 names, at 0x1000\n"
              "  PML4E bits 47:39 of the address are 0: entry at 0x1000 = 0x2007: PRESENT RW USER\n"
              "        leads to the PDPT at 0x2000\n"
              "  PDPTE bits 38:30 of the address are 0: entry at 0x2000 = 0x3007: PRESENT RW USER\n"
              "        leads to the PD at 0x3000\n"
              "  PDE   bits 29:21 of the address are 0: entry at 0x3000 = 0x4007: PRESENT RW USER\n"
              "        leads to the PT at 0x4000\n"
              "  PTE   bits 20:12 of the address are 0: entry at 0x4000 = 0x5007: PRESENT RW USER\n"
              "        maps a page of 4 KiB at 0x5000; offset 0x123\n"
              "  physical 0x5123, which is memory\n"
              "  ring 0 read    yes\n"
              "  ring 0 write   yes\n"
              "  ring 0 execute yes\n"
              "  ring 3 read    yes\n"
              "  ring 3 write   yes\n"
              "  ring 3 execute yes\n");
}

TEST_F(AddressTest, NotPresent)
{
    EXPECT_THAT(text(0x1000),
                HasSubstr("bits 20:12 of the address are 1: entry at 0x4008 = 0x0: none\n        not present: the walk ends\n"
                          "  not mapped: every access is a page fault\n"));
    EXPECT_EQ(faults(0x1000),
              (std::vector<std::string>{"0 read 0x0: the PTE is not present", "0 write 0x2: the PTE is not present",
                                        "0 execute 0x0: the PTE is not present", "3 read 0x4: the PTE is not present",
                                        "3 write 0x6: the PTE is not present", "3 execute 0x4: the PTE is not present"}));
    put(0x4008, 0x6006);
    EXPECT_THAT(text(0x1000), HasSubstr("so that its other bits mean nothing"));
}

TEST_F(AddressTest, RightsOfRing3)
{
    put(0x2000, 0x3003);
    EXPECT_EQ(faults(0), (std::vector<std::string>{"3 read 0x5: an entry lacks USER", "3 write 0x7: an entry lacks USER",
                                                   "3 execute 0x5: an entry lacks USER"}));
}

TEST_F(AddressTest, ReadOnlyPagesAndWriteProtect)
{
    put(0x4000, 0x5005);
    EXPECT_EQ(faults(0),
              (std::vector<std::string>{"0 write 0x3: an entry lacks RW, and CR0.WP is set", "3 write 0x7: an entry lacks RW"}));
    system_.cr0 = system_.cr0.without(x86::Cr0::WP);
    EXPECT_EQ(faults(0), (std::vector<std::string>{"3 write 0x7: an entry lacks RW"}));
}

TEST_F(AddressTest, NoExecute)
{
    system_.efer |= x86::Efer::NXE;
    put(0x3000, 0x8000'0000'0000'4007);
    EXPECT_EQ(faults(0), (std::vector<std::string>{"0 execute 0x11: an entry has NX", "3 execute 0x15: an entry has NX"}));
}

TEST_F(AddressTest, SupervisorProtections)
{
    system_.cr4 |= Flags<x86::Cr4>{3ull << 20};
    EXPECT_EQ(faults(0), (std::vector<std::string>{"0 read 0x1: ring 3 may use the page, CR4.SMAP is set, and RFLAGS.AC is not",
                                                   "0 write 0x3: ring 3 may use the page, CR4.SMAP is set, and RFLAGS.AC is not",
                                                   "0 execute 0x11: ring 3 may use the page, and CR4.SMEP is set"}));
    flags_ = x86::Rflags::AC;
    EXPECT_EQ(faults(0).size(), 1u);
    put(0x4000, 0x5003);
    EXPECT_EQ(faults(0).size(), 3u) << "ring 3's, as the page is not its own";
}

TEST_F(AddressTest, ReservedBits)
{
    put(0x4000, 0x8000'0000'0000'5007);
    EXPECT_THAT(text(0), HasSubstr("bits 0x8000000000000000 are reserved and must be 0: the walk ends"));
    EXPECT_EQ(faults(0).front(), "0 read 0x9: the PTE has reserved bits");
}

TEST_F(AddressTest, TablesAndPagesOutsideMemory)
{
    put(0x2000, 0x000F'FFFF'FFFF'F007);
    EXPECT_THAT(text(0),
                HasSubstr("PDE   bits 29:21 of the address are 0: entry at 0xffffffffff000\n        no memory is there: the walk "
                          "ends\n"));
    EXPECT_EQ(faults(0).size(), 6u);
    put(0x2000, 0x3007);
    put(0x4000, 0x20'0007);
    EXPECT_THAT(text(5), HasSubstr("physical 0x200005, where no memory is\n"));
    system_.cr3 = 1_GiB;
    EXPECT_THAT(text(0), HasSubstr("no memory is there: the walk ends\n"));
}

TEST_F(AddressTest, NotCanonicalAndNoPaging)
{
    EXPECT_EQ(text(1ull << 47),
              "0x800000000000: 4-level paging, by the PML4 that CR3 names, at 0x1000\n"
              "  not canonical: the bits above the highest that is used do not repeat it, which raises #GP\n");
    EXPECT_THAT(text(~0ull), HasSubstr("bits 47:39 of the address are 511"));
    system_ = x86::protected_mode(0, 0).system;
    EXPECT_EQ(text(0x1234), "0x1234: no paging\n  physical 0x1234, which is memory\n");
    EXPECT_THAT(text(~0ull), HasSubstr("physical 0xffffffffffffffff, where no memory is"));
}

TEST_F(AddressTest, TheOtherFormats)
{
    system_.cr4 |= x86::Cr4::LA57;
    EXPECT_THAT(text(0), HasSubstr("5-level paging, by the PML5 that CR3 names"));
    EXPECT_THAT(text(0), HasSubstr("PML5E bits 56:48 of the address are 0"));
    system_ = x86::paged_mode(0, 0, GuestPhys{0x1000}).system;
    ASSERT_TRUE(memory_.store(GuestPhys{0x1004}, 0x83u));
    EXPECT_THAT(text(0x40'0010), HasSubstr("PDE   bits 31:22 of the address are 1: entry at 0x1004 = 0x83: PRESENT RW PS\n"
                                           "        maps a page of 4 MiB at 0x0; offset 0x10\n"));
    system_.cr4 = x86::Cr4::PAE;
    put(0x1000, 0x2001);
    EXPECT_THAT(text(0), HasSubstr("PDPTE bits 31:30 of the address are 0: entry at 0x1000 = 0x2001: PRESENT\n"));
}

}  // namespace
}  // namespace husk::debug
