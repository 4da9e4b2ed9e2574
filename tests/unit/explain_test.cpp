// A stopped processor in words, from registers and memory made by hand.
#include "debug/explain.hpp"

#include "debug/bits.hpp"

#include "machine/start.hpp"
#include "x86/modes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

namespace husk::debug {
namespace {

using testing::HasSubstr;
using testing::Not;
using x86::Mode;

/// 2 MiB of memory as a guest of `mode` starts with.
class Explain : public testing::Test {
protected:
    x86::State start(Mode mode, GuestPhys entry = GuestPhys{0x8000}) { return layout_.start(mode, entry, {}); }
    void put(std::uint64_t at, std::initializer_list<unsigned> code)
    {
        for (const unsigned byte : code) ASSERT_TRUE(memory_.store(GuestPhys{at++}, static_cast<std::byte>(byte)));
    }
    std::string code(const x86::State& state) const { return explain_code(memory_, state.registers, state.system); }
    std::string address(const x86::State& state, std::uint64_t linear) const
    {
        return explain_address(memory_, state.system, GuestVirt{linear});
    }

    GuestMemory memory_{std::array{MemoryRegion{.base = {}, .size = 2_MiB}}};
    device::Bus mmio_{"address"};
    machine::Layout layout_{memory_, mmio_};
};

TEST_F(Explain, BitsByName)
{
    EXPECT_EQ(bit_names(Flags<x86::Cr0>{0x8005'0033}), "PE MP ET NE WP AM PG");
    EXPECT_EQ(bit_names(Flags<x86::Cr0>{0x6000'0010}), "ET NW CD") << "as after reset";
    EXPECT_EQ(bit_names(Flags<x86::Cr4>{0x6B0}), "PSE PAE PGE OSFXSR OSXMMEXCPT");
    EXPECT_EQ(bit_names(Flags<x86::Efer>{0xD01}), "SCE LME LMA NXE");
    EXPECT_EQ(bit_names(Flags<x86::Rflags>{0x1'0246}), "PF ZF IF RF");
}

TEST_F(Explain, NoBitsAndBitsWithoutName)
{
    EXPECT_EQ(bit_names(Flags<x86::Cr4>{}), "none");
    EXPECT_EQ(bit_names(Flags<x86::Cr4>{1ull << 40}), "none");
    EXPECT_EQ(bit_names(Flags<x86::Rflags>{x86::Rflags::One}), "none") << "the bit that is always 1 says nothing";
}

TEST_F(Explain, EveryNamedBitIsShown)
{
    EXPECT_EQ(bit_names(Flags<x86::Cr0>{~0ull}), "PE MP EM TS ET NE WP AM NW CD PG");
    EXPECT_EQ(
        bit_names(Flags<x86::Cr4>{~0ull}),
        "VME PVI TSD DE PSE PAE MCE PGE PCE OSFXSR OSXMMEXCPT UMIP LA57 VMXE SMXE FSGSBASE PCIDE OSXSAVE SMEP SMAP PKE CET PKS");
    EXPECT_EQ(bit_names(Flags<x86::Efer>{~0ull}), "SCE LME LMA NXE SVME FFXSR");
    EXPECT_EQ(bit_names(Flags<x86::Rflags>{~0ull}), "CF PF AF ZF SF TF IF DF OF IOPL=3 NT RF VM AC VIF VIP ID");
    EXPECT_EQ(bit_names(Flags<x86::PageBit>{~0ull}), "PRESENT RW USER PWT PCD ACCESSED DIRTY PS GLOBAL NX");
}

TEST_F(Explain, RegistersOfLongMode)
{
    x86::State state = start(Mode::Long);
    state.registers.rax = 42;
    state.registers.r15 = ~0ull;
    const auto text = explain_registers(state.registers, state.system);
    EXPECT_THAT(text, HasSubstr("rax 000000000000002a"));
    EXPECT_THAT(text, HasSubstr("r15 ffffffffffffffff"));
    EXPECT_THAT(text, HasSubstr("rip 0000000000008000"));
    EXPECT_THAT(text, HasSubstr("cr0 80050033 (PE MP ET NE WP AM PG)"));
    EXPECT_THAT(text, HasSubstr("cr3 2000"));
    EXPECT_THAT(text, HasSubstr("efer 500 (LME LMA)"));
    EXPECT_THAT(text, HasSubstr("cs   0008  base 00000000  limit ffffffff  code, 64-bit, ring 0"));
    EXPECT_THAT(text, HasSubstr("ss   0010  base 00000000  limit ffffffff  data, ring 0"));
    EXPECT_EQ(text.back(), '\n');
}

TEST_F(Explain, SegmentsOfEveryKind)
{
    x86::State state = x86::real_mode(0x1'2345, 0);
    state.system.ds = {.selector = 0x2B, .type = 9, .dpl = 3, .present = true};
    state.system.es = {.unusable = true};
    const auto text = explain_registers(state.registers, state.system);
    EXPECT_THAT(text, HasSubstr("cs   1000  base 00010000  limit 0000ffff  code, 16-bit, ring 0"));
    EXPECT_THAT(text, HasSubstr("ds   002b  base 00000000  limit 00000000  system type 9, ring 3"));
    EXPECT_THAT(text, HasSubstr("es   0000  unusable"));
    EXPECT_THAT(explain_registers({}, x86::protected_mode(0, 0).system), HasSubstr("code, 32-bit"));
}

TEST_F(Explain, CodeFromTheInstructionPointerOn)
{
    put(0x8000, {0x48, 0x89, 0xC3, 0x90, 0xF4, 0x90, 0x90});
    const auto text = code(start(Mode::Long));
    EXPECT_THAT(text, testing::StartsWith(" > 0x8000: 48 89 C3"));
    EXPECT_THAT(text, HasSubstr("mov rbx, rax\n   0x8003: 90"));
    EXPECT_EQ(std::ranges::count(text, '\n'), 4) << text;
}

TEST_F(Explain, CodeOfRealModeIsAtItsSegment)
{
    put(0x1'2345, {0xB8, 0x2A, 0x00});
    EXPECT_THAT(code(x86::real_mode(0x1'2345, 0)), HasSubstr(" > 0x12345: B8 2A 00"));
}

TEST_F(Explain, CodeOfLongModeHasNoSegmentBase)
{
    put(0x8000, {0xF4});
    x86::State state = start(Mode::Long);
    state.system.cs.base = 0x1000;
    EXPECT_THAT(code(state), HasSubstr(" > 0x8000: F4"));
}

TEST_F(Explain, CodeThatIsNone)
{
    put(0x8000, {0x06});
    EXPECT_THAT(code(start(Mode::Long)), HasSubstr("(bad)"));
    x86::State lost = start(Mode::Long);
    lost.registers.rip = 1_GiB;
    EXPECT_EQ(code(lost), "  0x40000000: no memory there\n");
    lost.registers.rip = 1ull << 63;
    EXPECT_THAT(code(lost), HasSubstr("no memory there"));
    x86::State beyond = start(Mode::Protected);
    beyond.registers.rip = 2_MiB;
    EXPECT_THAT(code(beyond), HasSubstr("no memory there"));
}

TEST_F(Explain, CodeThatEndsWithMemory)
{
    put(2_MiB - 1, {0x90});
    EXPECT_THAT(code(start(Mode::Long, GuestPhys{2_MiB - 1})), testing::StartsWith(" > 0x1fffff: 90"));
    put(2_MiB - 1, {0xB8});
    EXPECT_THAT(code(start(Mode::Protected, GuestPhys{2_MiB - 1})), HasSubstr("(bad)"));
}

TEST_F(Explain, AddressEntryByEntry)
{
    const auto text = address(start(Mode::Long), 0x1234);
    EXPECT_THAT(text, HasSubstr("PML4E  at 0x2000 = 0x3007: PRESENT RW USER\n"));
    EXPECT_THAT(text, HasSubstr("PDPTE  at 0x3000 = 0x4007: PRESENT RW USER\n"));
    EXPECT_THAT(text, HasSubstr("PDE    at 0x4000 = 0x87: PRESENT RW USER PS\n"));
    EXPECT_THAT(text, HasSubstr("0x1234 is physical 0x1234, in a page of 2048 KiB: writable, ring 3 and 0\n"));
    EXPECT_THAT(text, Not(HasSubstr("no memory")));
}

TEST_F(Explain, AddressOfPagedMode)
{
    EXPECT_THAT(address(start(Mode::Paged), 0x1234), HasSubstr("in a page of 4096 KiB"));
}

TEST_F(Explain, AddressThatIsNotMapped)
{
    const auto text = address(start(Mode::Long), 1_GiB);
    EXPECT_THAT(text, HasSubstr("PDPTE  at 0x3008 = 0x0: none\n"));
    EXPECT_THAT(text, HasSubstr("0x40000000 is not mapped\n"));
}

TEST_F(Explain, AddressWithFewerRights)
{
    x86::State state = start(Mode::Long);
    state.system.efer |= x86::Efer::NXE;
    ASSERT_TRUE(memory_.store(GuestPhys{0x4000}, 0x8000'0000'0000'0081u));
    EXPECT_THAT(address(state, 0), HasSubstr("read-only, ring 0 only, not executable\n"));
    EXPECT_THAT(address(state, 0), HasSubstr("PRESENT PS NX\n"));
}

TEST_F(Explain, AddressMappedToWhereNoMemoryIs)
{
    const x86::State state = start(Mode::Long);
    ASSERT_TRUE(memory_.store(GuestPhys{0x4000}, std::uint64_t{1_GiB | 0x87}));
    EXPECT_THAT(address(state, 0x10), HasSubstr("but no memory is at physical 0x40000010\n"));
    ASSERT_TRUE(memory_.store(GuestPhys{0x3000}, std::uint64_t{1_GiB | 0x7}));
    EXPECT_THAT(address(state, 0x10), HasSubstr("PDE    at 0x40000000: not in memory\n"));
}

TEST_F(Explain, AddressThatNeedsNoTables)
{
    EXPECT_EQ(address(start(Mode::Protected), 0x1234), "  paging is off: 0x1234 is a physical address\n");
    EXPECT_THAT(address(start(Mode::Long), 1ull << 47), HasSubstr("0x800000000000 is not canonical"));
}

}  // namespace
}  // namespace husk::debug
