// The machine that a frozen program would run in: tables as a program's are, whatever its file says of areas and threads.
#include "program/frozen/machine.hpp"

#include "debug/explanation.hpp"
#include "program/entry/pages.hpp"

#include <gtest/gtest.h>
#include <sys/mman.h>

namespace husk::program {
namespace {

constexpr std::uint64_t kCode = 0x40'0000, kStackTop = layout::Extent{}.stack_top(), kStack = kStackTop - kPageSize;

FrozenContent content()
{
    FrozenContent all;
    all.state.areas = {{.begin = kCode, .end = kCode + kPageSize, .protection = PROT_READ | PROT_EXEC, .flags = MAP_PRIVATE},
                       {.begin = kStack, .end = kStackTop, .protection = PROT_READ | PROT_WRITE, .flags = MAP_PRIVATE},
                       {.begin = kStackTop, .end = kStackTop + kPageSize, .protection = PROT_NONE}};
    all.state.threads.resize(2);
    all.state.threads[1].fs_base = 0x1234'5000;
    return all;
}

debug::AddressWords walk(const FrozenMachine& machine, std::uint64_t address)
{
    return debug::explain_walk(machine.memory, machine.system, x86::Rflags::One, {address});
}

TEST(FrozenMachine, EachAddressLeadsToItselfWhereSomethingIsMapped)
{
    const FrozenMachine machine = machine_of(content(), 0);
    for (const std::uint64_t address : {kCode, kCode + kLargePage - 1, kStack + 8, entry::kGdt}) {
        const auto words = walk(machine, address);
        ASSERT_TRUE(words.physical) << std::hex << address;
        EXPECT_EQ(words.physical->value, address);
        EXPECT_TRUE(words.end.ends_with("which is memory"));
    }
    for (const std::uint64_t address : {std::uint64_t{0}, kCode + kLargePage, kStackTop + 2 * kLargePage, layout::kVdso})
        EXPECT_FALSE(walk(machine, address).physical) << std::hex << address;
    EXPECT_FALSE(walk(machine, kStackTop).physical) << "what may not be touched at all is no reason for a window";
}

TEST(FrozenMachine, HasWhatAProcessorNeeds)
{
    const FrozenMachine machine = machine_of(content(), 1);
    const auto explained = debug::explain(machine.memory, {}, machine.system);
    EXPECT_EQ(x86::mode_of(machine.system), x86::Mode::Long);
    EXPECT_EQ(machine.system.fs.base, 0x1234'5000u);
    EXPECT_EQ(machine.system.tr.base, entry::processor_page(1));
    EXPECT_EQ(explained.idt.entries, entry::kVectors);
    EXPECT_EQ(explained.idt.in_memory, entry::kVectors);
    ASSERT_TRUE(explained.task);
    EXPECT_EQ(explained.task->fields.front().value, entry::stack_top(1));
    ASSERT_TRUE(explained.pages);
    EXPECT_TRUE(explained.pages->in_memory);
    EXPECT_FALSE(explained.pages->limited);
}

TEST(FrozenMachine, FeaturesOfTheProcessorThatItHadAreEnabled)
{
    using x86::Cr4;
    FrozenContent modern = content();
    modern.info.cpu_features = {"xsave", "fsgsbase"};
    EXPECT_TRUE(machine_of(modern, 0).system.cr4.has(Flags<Cr4>{Cr4::OSXSAVE} | Cr4::FSGSBASE));
    EXPECT_FALSE(machine_of(content(), 0).system.cr4.has(Cr4::OSXSAVE));
    EXPECT_THROW((void)machine_of(modern, 2), std::out_of_range);
}

TEST(FrozenMachine, WhateverTheFileSays)
{
    FrozenContent large = content();
    large.state.areas = {{.begin = layout::kUserBegin, .end = layout::kUserEnd, .protection = PROT_READ | PROT_WRITE}};
    large.state.vdso = FrozenVdso{.hash = 0, .size = ~std::uint64_t{0}};
    const FrozenMachine machine = machine_of(large, 0);
    EXPECT_TRUE(walk(machine, layout::kUserEnd - 1).physical);
    EXPECT_TRUE(walk(machine, layout::kVdso).physical);
    const auto explained = debug::explain(machine.memory, {}, machine.system);
    EXPECT_GT(explained.pages->mapped, layout::kUserEnd / 2);
    large.state.vdso = FrozenVdso{};
    large.state.areas.clear();
    EXPECT_TRUE(walk(machine_of(large, 0), entry::kIdt).physical);
}

}  // namespace
}  // namespace husk::program
