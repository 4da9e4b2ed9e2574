// The whole state of a machine, as text and as JSON.
#include "debug/text.hpp"

#include "debug/json.hpp"
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

class TextTest : public testing::Test {
protected:
    Explanation start(Mode mode)
    {
        const x86::State state = layout_.start(mode, GuestPhys{0x8000}, {});
        return explain(memory_, state.registers, state.system);
    }

    GuestMemory memory_{std::array{MemoryRegion{.base = {}, .size = 2_MiB}}};
    device::Bus mmio_{"address"};
    machine::Layout layout_{memory_, mmio_};
};

TEST_F(TextTest, SectionsOfProtectedMode)
{
    ASSERT_TRUE(memory_.store(GuestPhys{0x8000}, 0x9090'9090u));
    EXPECT_EQ(text_of(start(Mode::Protected), {}, General::LeftOut),
              R"(mode: protected, 32-bit code
  CR0.PE is 1     protected mode or beyond it: segments are descriptors, and there are rings
  CR0.PG is 0     no paging: a linear address is a physical one
  CS.D is 1       32-bit code
  SS.DPL is 0     ring 0
  RFLAGS.IF is 0  external interrupts wait
control registers, bit by bit
  CR0 0x11
    PE         Protection Enable: segments are descriptors, and there are rings; without it the mode is real
    ET         Extension Type: always 1 since the P6
  CR4 0x0
    none of its bits
  EFER 0x0
    none of its bits
  RFLAGS 0x2
    none of its bits
  CR2 0x0: the address of the last page fault
  CR3 0x0: counts only with paging
segments
  CS   0008  32-bit code, readable, accessed, ring 0, base 0x0, limit 0xffffffff
  SS   0010  data, writable, accessed, ring 0, base 0x0, limit 0xffffffff
  DS   0010  data, writable, accessed, ring 0, base 0x0, limit 0xffffffff
  ES   0010  data, writable, accessed, ring 0, base 0x0, limit 0xffffffff
  FS   0010  data, writable, accessed, ring 0, base 0x0, limit 0xffffffff
  GS   0010  data, writable, accessed, ring 0, base 0x0, limit 0xffffffff
  TR   0000  busy 32-bit TSS, ring 0, base 0x0, limit 0xffff
  LDTR 0000  LDT, ring 0, base 0x0, limit 0xffff
GDT
  at 0x0, limit 0x0: room for 0 entries of 8 bytes
  none: segment registers keep what they hold; to load one needs a GDT
IDT
  at 0x0, limit 0x0: room for 0 entries of 8 bytes
  none: the first exception ends in a triple fault
page tables: no paging
  none: a linear address is a physical one
code at the instruction pointer
   > 0x8000: 90                             nop
     0x8001: 90                             nop
     0x8002: 90                             nop
     0x8003: 90                             nop
)");
}

TEST_F(TextTest, EveryModeHasItsOwn)
{
    const std::string real = text_of(start(Mode::Real));
    EXPECT_THAT(real, HasSubstr("mode: real, 16-bit code\n"));
    EXPECT_THAT(real, HasSubstr("interrupt vector table\n  at 0x0, limit 0x3ff: room for 256 entries of 4 bytes\n"));
    EXPECT_THAT(real, HasSubstr("    0 #DE divide error to 255 interrupt 255  to 0000:0000\n"));
    EXPECT_THAT(real, Not(HasSubstr("GDT")));
    EXPECT_THAT(text_of(start(Mode::Paged)),
                HasSubstr("page tables: 32-bit paging\n  PD at 0x2000: 1 table read, 1 page, 4 MiB of linear addresses\n"));
    const std::string long_mode = text_of(start(Mode::Long));
    EXPECT_THAT(long_mode, HasSubstr("  CR3 0x2000: the PML4 is at 0x2000\n"));
    EXPECT_THAT(long_mode, HasSubstr("    LMA        Long Mode Active: "));
    EXPECT_THAT(long_mode, HasSubstr("rip 0000000000008000\n"));
}

TEST_F(TextTest, BitsWithoutNameAndFieldsAreTold)
{
    x86::State state = x86::protected_mode(0, 0);
    state.registers.rflags = Flags<x86::Rflags>{0x1'0000'3002};
    state.system.cr4 = Flags<x86::Cr4>{1ull << 20 | 1ull << 63};
    const std::string text = text_of(explain(memory_, state.registers, state.system));
    EXPECT_THAT(text, HasSubstr("    IOPL=3     I/O Privilege Level"));
    EXPECT_THAT(text, HasSubstr("  0x100000000: bits that have no name here\n"));
    EXPECT_THAT(text, HasSubstr("    SMEP       ring 0 does not execute"));
    EXPECT_THAT(text, HasSubstr("  0x8000000000000000: bits that have no name here\n"));
}

TEST_F(TextTest, ColourOnlyWhenItIsAskedFor)
{
    EXPECT_EQ(text_of(start(Mode::Long)).find('\033'), std::string::npos);
    const std::string coloured = text_of(start(Mode::Long), Paint{true});
    EXPECT_THAT(coloured, HasSubstr("\033[1;36mmode: long, 64-bit code\033[0m\n"));
}

TEST_F(TextTest, TablesThatAreNotThere)
{
    x86::State state = x86::long_mode(1_GiB, 0, GuestPhys{1_GiB});
    state.system.gdt = {.base = 1_GiB, .limit = 0xFFFF};
    state.system.idt = {.base = 1_GiB, .limit = 0xFFF};
    state.system.tr.selector = 0x28;
    const std::string text = text_of(explain(memory_, state.registers, state.system));
    EXPECT_THAT(text, HasSubstr("the last 8192 of them are not mapped to memory\n"));
    EXPECT_THAT(text, HasSubstr("the last 256 of them are not mapped to memory\n"));
    EXPECT_THAT(text, HasSubstr("TSS\n  64-bit TSS at 0x0, limit 0xffff\n  some of it is not mapped to memory\n"));
    EXPECT_THAT(text, HasSubstr("no memory is there: every access is a page fault"));
    EXPECT_THAT(text, HasSubstr("0x40000000: no memory there"));
}

/// Registers and memory of random bits, as a damaged or hostile file may have them.
TEST_F(TextTest, WhateverThereIsEndsInBoundedText)
{
    std::uint64_t random = 88172645463325252;  // xorshift64
    const auto next = [&] { return random ^= random << 13, random ^= random >> 7, random ^= random << 17; };
    for (std::uint64_t at = 0; at < 2_MiB; at += 8) ASSERT_TRUE(memory_.store(GuestPhys{at}, next() & 0x8000'0000'001F'FFFF));
    for (int i = 0; i < 40; ++i) {
        x86::State state = x86::long_mode(next(), next(), GuestPhys{next() & 0x1F'F000});
        auto& s = state.system;
        s.cr0 = Flags<x86::Cr0>{next()};
        s.cr4 = Flags<x86::Cr4>{next()};
        s.efer = Flags<x86::Efer>{next()};
        s.gdt = {.base = next() % (i % 2 == 0 ? 2_MiB : ~0ull), .limit = static_cast<std::uint16_t>(next())};
        s.idt = {.base = next() % 2_MiB, .limit = static_cast<std::uint16_t>(next())};
        s.tr = {.base = next() % 2_MiB, .limit = static_cast<std::uint32_t>(next()), .selector = 0x10, .type = 11, .present = true};
        const Explanation explanation = explain(memory_, state.registers, s);
        EXPECT_LT(text_of(explanation).size(), 1_MiB);
        EXPECT_LT(json_of(explanation).dump().size(), 4_MiB);
        (void)explain_walk(memory_, s, {}, GuestVirt{next()});
    }
}

TEST_F(TextTest, JsonHasTheSame)
{
    const auto json = json_of(start(Mode::Long));
    EXPECT_EQ(json.at("mode"), "long");
    EXPECT_EQ(json.at("control").at("CR0").at("value"), "0x80050033");
    EXPECT_EQ(json.at("control").at("EFER").at("set").at(0).at("name"), "LME");
    EXPECT_EQ(json.at("segments").at("CS").at("selector"), "0x8");
    EXPECT_EQ(json.at("tss"), nullptr);
    const auto& entry = json.at("page_tables").at("top").at("entries").at(0);
    EXPECT_EQ(entry.at("kind"), "table");
    EXPECT_EQ(entry.at("flags"), "PRESENT RW USER");
    const auto& page = entry.at("table").at("entries").at(0).at("table").at("entries").at(0);
    EXPECT_EQ(page.at("kind"), "pages");
    EXPECT_EQ(page.at("linear_last"), "0x1fffff");
    EXPECT_EQ(page.at("page_size"), "0x200000");
    EXPECT_EQ(json_of(start(Mode::Real)).at("page_tables"), nullptr);
}

TEST_F(TextTest, JsonOfAnAddress)
{
    const x86::State state = layout_.start(Mode::Long, GuestPhys{0x8000}, {});
    const auto json = json_of(explain_walk(memory_, state.system, {}, GuestVirt{1_GiB}));
    EXPECT_EQ(json.at("physical"), nullptr);
    EXPECT_EQ(json.at("steps").at(1).at("bits"), "38:30");
    EXPECT_EQ(json.at("steps").at(1).at("entry"), "0x0");
    EXPECT_EQ(json.at("accesses").at(1).at("error_code"), "0x2");
}

}  // namespace
}  // namespace husk::debug
