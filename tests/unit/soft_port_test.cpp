// Ports on the software engine: every form of IN and OUT leaves the guest with the right values and exact registers.
#include "engine/soft/vm.hpp"
#include "support/engine_guest.hpp"

#include <gtest/gtest.h>

namespace husk {
namespace {

namespace exits = engine::exits;
using test::kData;
using x86::Mode;

class SoftPort : public testing::Test {
protected:
    test::EngineGuest guest{soft::make_vm()};
};

TEST_F(SoftPort, OutGivesEachWidth)
{
    guest.start(Mode::Long, {0xB8, 0x78, 0x56, 0x34, 0x12,  // mov eax, 0x12345678
                             0xE6, 0x10,                    // out 0x10, al
                             0x66, 0xE7, 0x11,              // out 0x11, ax
                             0xE7, 0x12,                    // out 0x12, eax
                             0x66, 0xBA, 0xCD, 0xAB,        // mov dx, 0xABCD
                             0xEE, 0x66, 0xEF, 0xEF,        // out dx, al; ax; eax
                             0xF4});
    struct Expected {
        unsigned port, width;
        std::uint64_t value, rip;
    };
    for (const Expected& expected : {Expected{0x10, 1, 0x78, 7},
                                     {0x11, 2, 0x5678, 10},
                                     {0x12, 4, 0x12345678, 12},
                                     {0xABCD, 1, 0x78, 17},
                                     {0xABCD, 2, 0x5678, 19},
                                     {0xABCD, 4, 0x12345678, 20}}) {
        const auto out = guest.run_to<exits::PortOut>();
        EXPECT_EQ(out.port, expected.port);
        EXPECT_EQ(out.width, expected.width);
        EXPECT_EQ(out.data.size(), expected.width);
        EXPECT_EQ(test::number(out.data), expected.value);
        guest.settle();
        EXPECT_EQ(guest.registers().rip, test::kCode + expected.rip);
    }
    guest.run_to<exits::Halt>();
}

TEST_F(SoftPort, InTakesEachWidth)
{
    guest.start(Mode::Long, {0xE4, 0x10, 0x66, 0xE5, 0x11, 0xE5, 0x12, 0xF4});
    auto registers = guest.registers();
    registers.rax = 0x1111'2222'3333'4444;
    guest.vcpu().set_registers(registers);

    struct Expected {
        unsigned width;
        std::uint64_t rax;
    };
    for (const Expected& expected : {Expected{1, 0x1111'2222'3333'44EF}, {2, 0x1111'2222'3333'CDEF}, {4, 0x0000'0000'89AB'CDEF}}) {
        const auto in = guest.run_to<exits::PortIn>();
        EXPECT_EQ(in.width, expected.width);
        EXPECT_EQ(in.data.size(), expected.width);
        test::answer(in.data, 0x89AB'CDEF);
        guest.settle();
        EXPECT_EQ(guest.registers().rax, expected.rax);
    }
    guest.run_to<exits::Halt>();
    EXPECT_EQ(guest.registers().rip, test::kCode + 8);
}

TEST_F(SoftPort, RegistersAreExactInTheMiddleOfABlock)
{
    guest.start(Mode::Protected, {0x31, 0xC0,        // xor eax, eax
                                  0x83, 0xE8, 0x01,  // sub eax, 1: CF, PF, AF, SF
                                  0xE6, 0x10,        // out 0x10, al
                                  0x40,              // inc eax: ZF, PF, AF; CF stays
                                  0xE4, 0x10,        // in al, 0x10
                                  0x0F, 0x92, 0xC3,  // setc bl
                                  0xF4});
    guest.run_to<exits::PortOut>();
    EXPECT_EQ(guest.registers().rip, test::kCode + 7);
    EXPECT_EQ(guest.registers().rflags.word(), 0x97u);
    EXPECT_EQ(guest.registers().rax, 0xFFFF'FFFFu);
    const auto in = guest.run_to<exits::PortIn>();
    EXPECT_EQ(guest.registers().rflags.word(), 0x57u);
    test::answer(in.data, 7);
    guest.run_to<exits::Halt>();
    EXPECT_EQ(guest.registers().rbx & 0xFF, 1u);
    EXPECT_EQ(guest.registers().rax, 7u);
}

TEST_F(SoftPort, WorksInEveryMode)
{
    for (const Mode mode : {Mode::Real, Mode::Protected, Mode::Paged, Mode::Long}) {
        guest.start(mode, {0xB0, 'h', 0xE6, 0xE9, 0xE4, 0x10, 0xE6, 0xE9, 0xF4});
        EXPECT_EQ(test::number(guest.run_to<exits::PortOut>().data), 'h') << name(mode);
        test::answer(guest.run_to<exits::PortIn>().data, 'i');
        EXPECT_EQ(test::number(guest.run_to<exits::PortOut>().data), 'i') << name(mode);
        guest.run_to<exits::Halt>();
        EXPECT_EQ(guest.registers().rip, test::kCode + 9) << name(mode);
    }
}

/// All items of one string OUT, whether they come in one exit or in many.
std::vector<std::uint64_t> items_of_string_out(test::EngineGuest& guest)
{
    std::vector<std::uint64_t> items;
    for (;;) {
        const auto exit = guest.run();
        const auto* out = std::get_if<exits::PortOut>(&exit);
        if (out == nullptr) {
            EXPECT_TRUE(std::holds_alternative<exits::Halt>(exit)) << test::EngineGuest::describe(exit);
            return items;
        }
        for (auto left = out->data; !left.empty(); left = left.subspan(out->width))
            items.push_back(test::number(left.first(out->width)));
    }
}

TEST_F(SoftPort, StringOutCountsAndMoves)
{
    for (std::uint32_t i = 0; i < 4; ++i) guest.store<std::uint32_t>(kData + 4 * i, 0xA0 + i);
    guest.start(Mode::Long, {0xF3, 0x6F, 0xF4});  // rep outsd
    auto registers = guest.registers();
    registers.rsi = kData;
    registers.rcx = 4;
    registers.rdx = 0x10;
    guest.vcpu().set_registers(registers);
    EXPECT_EQ(items_of_string_out(guest), (std::vector<std::uint64_t>{0xA0, 0xA1, 0xA2, 0xA3}));
    EXPECT_EQ(guest.registers().rsi, kData + 16);
    EXPECT_EQ(guest.registers().rcx, 0u);
    EXPECT_EQ(guest.registers().rip, test::kCode + 3);
}

TEST_F(SoftPort, StringOutHeedsDirectionAndAddressSizeAndPages)
{
    guest.store<std::uint8_t>(0xFFFF, 'a');
    guest.store<std::uint8_t>(0x0000, 'b');
    guest.start(Mode::Protected, {0x67, 0xF3, 0x6E,  // rep outsb with SI and CX: wraps at 64 KiB
                                  0xFD, 0xB9, 2, 0, 0, 0, 0xBE, 0x00, 0x90, 0, 0, 0xF3, 0x6E, 0xF4});
    auto registers = guest.registers();
    registers.rsi = 0x5'FFFF;
    registers.rcx = 0x7'0002;
    registers.rdx = 0x10;
    guest.vcpu().set_registers(registers);
    guest.store<std::uint8_t>(kData, 'c');
    guest.store<std::uint8_t>(kData - 1, 'd');  // another page
    EXPECT_EQ(items_of_string_out(guest), (std::vector<std::uint64_t>{'a', 'b', 'c', 'd'}));
    EXPECT_EQ(guest.registers().rsi, kData - 2);
}

TEST_F(SoftPort, AStringOutOfNothingDoesNothing)
{
    guest.start(Mode::Long, {0xF3, 0x6E, 0xF4});
    guest.run_to<exits::Halt>();
}

TEST_F(SoftPort, StringInFillsMemory)
{
    guest.start(Mode::Long, {0xF3, 0x66, 0x6D, 0xF4});  // rep insw
    auto registers = guest.registers();
    registers.rdi = 0x9FFE;  // the second item is in another page
    registers.rcx = 3;
    registers.rdx = 0x10;
    guest.vcpu().set_registers(registers);
    std::uint64_t next = 0x1111;
    for (;;) {
        const auto exit = guest.run();
        const auto* in = std::get_if<exits::PortIn>(&exit);
        if (in == nullptr) break;
        EXPECT_EQ(in->width, 2u);
        for (auto left = in->data; !left.empty(); left = left.subspan(2), next += 0x1111) test::answer(left.first(2), next);
    }
    EXPECT_EQ(guest.load<std::uint16_t>(0x9FFE), 0x1111);
    EXPECT_EQ(guest.load<std::uint16_t>(0xA000), 0x2222);
    EXPECT_EQ(guest.load<std::uint16_t>(0xA002), 0x3333);
    EXPECT_EQ(guest.registers().rdi, 0xA004u);
    EXPECT_EQ(guest.registers().rcx, 0u);
    EXPECT_EQ(guest.registers().rip, test::kCode + 4);
}

TEST_F(SoftPort, SettledStringInIsWholeInMemory)
{
    guest.start(Mode::Protected, {0x6C, 0x40, 0xF4});  // insb; inc eax
    auto registers = guest.registers();
    registers.rdi = kData;
    registers.rdx = 0x10;
    guest.vcpu().set_registers(registers);
    test::answer(guest.run_to<exits::PortIn>().data, 0x5A);
    guest.settle();
    EXPECT_EQ(guest.load<std::uint8_t>(kData), 0x5A);
    EXPECT_EQ(guest.registers().rdi, kData + 1);
    EXPECT_EQ(guest.registers().rip, test::kCode + 1);
    EXPECT_EQ(guest.registers().rax, 0u);
}

TEST_F(SoftPort, RunsCodeThatChangesItselfIntoAnOut)
{
    guest.start(Mode::Long, {0xB9, 2,    0,    0,    0,                          // mov ecx, 2
                             0x90, 0x90,                                         // again: two nops, then out 0xE6, al
                             0xFF, 0xC9,                                         // dec ecx
                             0x74, 12,                                           // jz done
                             0x66, 0xC7, 0x04, 0x25, 5, 0x80, 0, 0, 0xE6, 0xE6,  // mov word [again], 0xE6E6
                             0xEB, 0xEE,                                         // jmp again
                             0xF4});                                             // done: hlt
    const auto out = guest.run_to<exits::PortOut>();
    EXPECT_EQ(out.port, 0xE6);
    guest.run_to<exits::Halt>();
}

TEST_F(SoftPort, LockedOutIsAnInvalidOpcode)
{
    guest.start(Mode::Long, {0xF0, 0xE6, 0x10});
    guest.catch_exceptions();
    const test::Caught fault = guest.run_to_handler();
    EXPECT_EQ(fault.vector, 6u);
    EXPECT_EQ(fault.rip, test::kCode);
}

TEST_F(SoftPort, GuestMayBeDestroyedBetweenAnExitAndItsAnswer)
{
    for (int i = 0; i < 20; ++i) {
        test::EngineGuest short_lived{soft::make_vm()};
        short_lived.start(Mode::Long, {0xE4, 0x10, 0xF4});
        short_lived.run_to<exits::PortIn>();
    }
}

/// INTO ends no block of Unicorn's.
TEST_F(SoftPort, WhatFollowsIntoIsFound)
{
    guest.start(Mode::Protected, {0x31, 0xC0,  // xor eax, eax
                                  0xCE,        // into
                                  0xE6, 0x10,  // out 0x10, al
                                  0xF4});
    EXPECT_EQ(guest.run_to<exits::PortOut>().port, 0x10);
    guest.run_to<exits::Halt>();
}

}  // namespace
}  // namespace husk
