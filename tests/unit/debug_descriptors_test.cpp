// Descriptor tables read from a guest's memory: good ones, and those that lead nowhere or are full of nonsense.
#include "debug/descriptors.hpp"

#include "x86/descriptor.hpp"
#include "x86/modes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

namespace husk::debug {
namespace {

using testing::HasSubstr;

class Descriptors : public testing::Test {
protected:
    void put(std::uint64_t at, std::uint64_t value) { ASSERT_TRUE(memory_.store(GuestPhys{at}, value)); }
    TableWords gdt() { return explain_gdt(memory_, system_); }
    TableWords idt() { return explain_idt(memory_, system_); }

    GuestMemory memory_{std::array{MemoryRegion{.base = {}, .size = 2_MiB}}};
    x86::SystemRegisters system_ = x86::protected_mode(0, 0).system;
};

TEST_F(Descriptors, Gdt)
{
    put(0x1008, 0x00CF'9A00'0000'FFFF);
    put(0x1010, 0x00CF'9300'0000'FFFF);
    put(0x1018, 0x0040'F200'1000'0FFF);
    put(0x1020, 0x0000'8900'2000'0067);
    system_.gdt = {.base = 0x1000, .limit = 0x27};
    const auto table = gdt();
    ASSERT_EQ(table.lines.size(), 5u);
    EXPECT_EQ(table.entries, 5u);
    EXPECT_EQ(table.lines[0].words, "null");
    EXPECT_EQ(table.lines[1].words, "32-bit code, readable, ring 0, base 0x0, limit 0xffffffff");
    EXPECT_EQ(table.lines[1].held_by, "CS");
    EXPECT_EQ(table.lines[2].words, "data, writable, accessed, ring 0, base 0x0, limit 0xffffffff");
    EXPECT_EQ(table.lines[2].held_by, "SS DS ES FS GS");
    EXPECT_EQ(table.lines[3].words, "data, writable, ring 3, base 0x1000, limit 0xfff");
    EXPECT_EQ(table.lines[4].words, "available 32-bit TSS, ring 0, base 0x2000, limit 0x67");
}

TEST_F(Descriptors, GdtOfLongModeHasWideSystemDescriptors)
{
    system_.efer = x86::Efer::LMA;  // without paging, that memory is read as it lies
    put(0x1008, 0x00AF'9B00'0000'FFFF);
    put(0x1010, 0x0000'8B00'2000'0067);
    put(0x1018, 0x0000'0000'FFFF'8000);
    system_.gdt = {.base = 0x1000, .limit = 0x1F};
    const auto table = gdt();
    ASSERT_EQ(table.lines.size(), 3u);
    EXPECT_EQ(table.lines[1].words, "64-bit code, readable, accessed, ring 0, base 0x0, limit 0xffffffff");
    EXPECT_EQ(table.lines[2].words, "busy 64-bit TSS, ring 0, base 0xffff800000002000, limit 0x67");
}

TEST_F(Descriptors, GdtOfNoBytesAndOfNoMemory)
{
    EXPECT_EQ(gdt().entries, 0u);
    EXPECT_TRUE(gdt().lines.empty());
    system_.gdt = {.base = 1ull << 40, .limit = 0xFFFF};
    EXPECT_EQ(gdt().entries, 8192u);
    EXPECT_EQ(gdt().in_memory, 0u);
    system_.gdt = {.base = 2_MiB - 12, .limit = 0xFFFF};
    EXPECT_EQ(gdt().in_memory, 1u) << "the second is cut off by the end of memory";
    system_.gdt = {.base = ~0ull - 3, .limit = 0xFFFF};
    EXPECT_EQ(gdt().in_memory, 0u);
}

TEST_F(Descriptors, GdtFullOfNonsenseIsBounded)
{
    for (std::uint64_t i = 0; i < 8192; ++i) put(0x1000 + i * 8, i * 0x9E37'79B9'7F4A'7C15);
    system_.gdt = {.base = 0x1000, .limit = 0xFFFF};
    EXPECT_EQ(gdt().lines.size(), kMostLines);
    EXPECT_EQ(gdt().left_out, 8192 - kMostLines);
    system_.efer = x86::Efer::LMA;
    EXPECT_EQ(gdt().lines.size(), kMostLines);
}

TEST_F(Descriptors, EveryTypeHasWords)
{
    for (std::uint64_t type = 0; type < 32; ++type) put(0x1000 + type * 8, 0x0000'8000'0000'0001 | type << 40);
    system_.gdt = {.base = 0x1000, .limit = 32 * 8 - 1};
    const auto table = gdt();
    ASSERT_EQ(table.lines.size(), 32u);
    EXPECT_THAT(table.lines[2].words, HasSubstr("LDT"));
    EXPECT_THAT(table.lines[4].words, HasSubstr("16-bit call gate to 0000"));
    EXPECT_THAT(table.lines[5].words, HasSubstr("task gate"));
    EXPECT_THAT(table.lines[13].words, HasSubstr("reserved type 13"));
    EXPECT_THAT(table.lines[16 + 4].words, HasSubstr("data, read-only, expand-down"));
    EXPECT_THAT(table.lines[16 + 12].words, HasSubstr("16-bit code, execute-only, conforming"));
}

TEST_F(Descriptors, IdtOfProtectedMode)
{
    put(0x1000, 0x0001'8E00'0008'2345);
    put(0x1008, 0x0001'EF00'0008'2345);
    put(0x1010, 0x0000'8500'0028'0000);
    put(0x1018, 0x0000'8900'0028'0000);
    system_.idt = {.base = 0x1000, .limit = 0xFFFF};
    const auto table = idt();
    EXPECT_EQ(table.entries, 256u) << "there are no more vectors";
    ASSERT_EQ(table.lines.size(), 5u);
    EXPECT_EQ(table.lines[0].words, "32-bit interrupt gate to 0008:12345");
    EXPECT_EQ(table.lines[1].words, "32-bit trap gate to 0008:12345, INT from ring 3 may use it");
    EXPECT_EQ(table.lines[2].words, "task gate to task 0028");
    EXPECT_EQ(table.lines[3].words, "no gate: type 9");
    EXPECT_EQ(table.lines[4].words, "not present");
    EXPECT_EQ(table.lines[4].count, 252u);
}

TEST_F(Descriptors, IdtOfLongAndOfRealMode)
{
    system_.efer = x86::Efer::LMA;
    put(0x1000, 0x8000'8E02'0008'2345);
    put(0x1008, 0xFFFF'FFFF);
    system_.idt = {.base = 0x1000, .limit = 0xF};
    EXPECT_EQ(idt().lines.at(0).words, "64-bit interrupt gate to 0008:ffffffff80002345, on interrupt stack 2");

    system_ = x86::real_mode(0, 0).system;
    put(0, 0xF000'1234'F000'1234);
    const auto vectors = idt();
    EXPECT_EQ(vectors.lines.at(0).words, "to f000:1234");
    EXPECT_EQ(vectors.lines.at(0).count, 2u);
    EXPECT_EQ(vectors.lines.at(1).first, 2u);
    EXPECT_EQ(vectors.lines.at(1).count, 254u);
}

TEST_F(Descriptors, TaskState)
{
    EXPECT_FALSE(explain_task(memory_, system_)) << "what TR holds at reset";
    system_.tr = {.base = 0x1000, .limit = 0x67, .selector = 0x28, .type = 11, .present = true};
    put(0x1004, 0xFFFF'8000'0000'9000);
    put(0x1060, 0x0068'0000'0000'0000);
    auto task = explain_task(memory_, system_).value();
    EXPECT_EQ(task.kind, "32-bit TSS");
    EXPECT_EQ(task.fields.at(1).field.name, "ESP0");
    EXPECT_EQ(task.fields.at(1).value, 0x9000u);
    system_.efer = x86::Efer::LMA;
    task = explain_task(memory_, system_).value();
    EXPECT_EQ(task.kind, "64-bit TSS");
    EXPECT_EQ(task.fields.at(0).value, 0xFFFF'8000'0000'9000u);
    EXPECT_EQ(task.fields.back().value, 0x68u);
    EXPECT_TRUE(task.in_memory);
}

TEST_F(Descriptors, TaskStateThatIsCutOff)
{
    system_.tr = {.base = 0x1000, .limit = 0, .selector = 0x28, .type = 3, .present = true};
    EXPECT_TRUE(explain_task(memory_, system_)->fields.empty());
    system_.tr.limit = 0xFFFF'FFFF;
    EXPECT_EQ(explain_task(memory_, system_)->kind, "16-bit TSS");
    system_.tr.base = 2_MiB - 8;
    EXPECT_FALSE(explain_task(memory_, system_)->in_memory);
    EXPECT_EQ(explain_task(memory_, system_)->fields.size(), 4u);
    system_.tr.type = 2;
    EXPECT_FALSE(explain_task(memory_, system_)) << "an LDT";
}

}  // namespace
}  // namespace husk::debug
