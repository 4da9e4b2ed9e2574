// Registers survive the way to the kernel's structs and back.
#include "engine/kvm/convert.hpp"

#include "x86/modes.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <random>

namespace husk::kvm {
namespace {

class Convert : public testing::Test {
protected:
    std::uint64_t word() { return random_(); }
    bool bit() { return (random_() & 1) != 0; }

    x86::Segment segment()
    {
        return {.base = word(),
                .limit = static_cast<std::uint32_t>(word()),
                .selector = static_cast<std::uint16_t>(word()),
                .type = static_cast<std::uint8_t>(word() & 15),
                .dpl = static_cast<std::uint8_t>(word() & 3),
                .present = bit(),
                .code_or_data = bit(),
                .available = bit(),
                .long_code = bit(),
                .big = bit(),
                .granular = bit(),
                .unusable = bit()};
    }
    x86::DescriptorTable table() { return {.base = word(), .limit = static_cast<std::uint16_t>(word())}; }
    x86::SystemRegisters system()
    {
        x86::SystemRegisters system;
        for (x86::Segment* one : {&system.cs, &system.ds, &system.es, &system.fs, &system.gs, &system.ss, &system.tr, &system.ldt})
            *one = segment();
        system.gdt = table();
        system.idt = table();
        system.cr0 = Flags<x86::Cr0>{word()};
        system.cr2 = word();
        system.cr3 = word();
        system.cr4 = Flags<x86::Cr4>{word()};
        system.cr8 = word();
        system.efer = Flags<x86::Efer>{word()};
        return system;
    }

    std::mt19937_64 random_{7};
};

TEST_F(Convert, GeneralRegistersGoAndComeBack)
{
    for (int round = 0; round < 100; ++round) {
        x86::Registers registers;
        // All members are 64-bit words: fill them as such.
        static_assert(sizeof registers == 18 * sizeof(std::uint64_t));
        for (std::size_t i = 0; i < 18; ++i) {
            const std::uint64_t value = word();
            std::memcpy(reinterpret_cast<std::byte*>(&registers) + i * sizeof value, &value, sizeof value);
        }
        EXPECT_EQ(from_kvm(to_kvm(registers)), registers);
    }
}

TEST_F(Convert, GeneralRegistersGoWhereTheyBelong)
{
    const kvm_regs regs = to_kvm(x86::Registers{.rax = 1, .rcx = 2, .rsp = 3, .r15 = 4, .rip = 5});
    EXPECT_EQ(regs.rax, 1u);
    EXPECT_EQ(regs.rcx, 2u);
    EXPECT_EQ(regs.rsp, 3u);
    EXPECT_EQ(regs.r15, 4u);
    EXPECT_EQ(regs.rip, 5u);
    EXPECT_EQ(regs.rflags, 2u);
}

TEST_F(Convert, SystemRegistersGoAndComeBack)
{
    for (int round = 0; round < 100; ++round) {
        const x86::SystemRegisters before = system();
        kvm_sregs sregs{};
        to_kvm(before, sregs);
        EXPECT_EQ(from_kvm(sregs), before);
    }
}

TEST_F(Convert, SegmentBitsGoWhereTheyBelong)
{
    kvm_sregs sregs{};
    to_kvm(x86::long_mode(0, 0, GuestPhys{0x2000}).system, sregs);
    EXPECT_EQ(sregs.cs.selector, 8);
    EXPECT_EQ(sregs.cs.type, 11);
    EXPECT_EQ(sregs.cs.present, 1);
    EXPECT_EQ(sregs.cs.s, 1);
    EXPECT_EQ(sregs.cs.l, 1);
    EXPECT_EQ(sregs.cs.db, 0);
    EXPECT_EQ(sregs.cs.g, 1);
    EXPECT_EQ(sregs.cs.unusable, 0);
    EXPECT_EQ(sregs.ss.db, 1);
    EXPECT_EQ(sregs.tr.s, 0);
    EXPECT_EQ(sregs.cr3, 0x2000u);
}

TEST_F(Convert, WhatHuskDoesNotKnowIsLeftAlone)
{
    kvm_sregs sregs{};
    sregs.apic_base = 0xFEE0'0900;
    sregs.interrupt_bitmap[0] = 1ull << 32;
    to_kvm(system(), sregs);
    EXPECT_EQ(sregs.apic_base, 0xFEE0'0900u);
    EXPECT_EQ(sregs.interrupt_bitmap[0], 1ull << 32);
}

}  // namespace
}  // namespace husk::kvm
