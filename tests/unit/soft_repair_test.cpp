// Instructions whose result Unicorn gets wrong: found by the differential test, put right in engine/soft/repair.cpp.
#include "engine/soft/vm.hpp"
#include "support/engine_guest.hpp"

#include <gtest/gtest.h>

namespace husk {
namespace {

namespace exits = engine::exits;
using test::kCode;
using test::kData;
using x86::Mode;
using x86::Rflags;

class SoftRepair : public testing::Test {
protected:
    x86::Registers run(Mode mode, std::initializer_list<unsigned> code, const x86::Registers& start = {})
    {
        guest.start(mode, code);
        auto registers = guest.registers();
        registers.rax = start.rax;
        registers.rbx = start.rbx;
        registers.rcx = start.rcx;
        registers.rdx = start.rdx;
        guest.vcpu().set_registers(registers);
        guest.run_to<exits::Halt>();
        return guest.registers();
    }
    /// Of a guest without handlers.
    engine::Exit tried(std::initializer_list<unsigned> code)
    {
        guest.start(Mode::Long, code);
        return guest.run();
    }
    static std::uint64_t status(const x86::Registers& registers) { return registers.rflags.word() & 0x8D5; }

    test::EngineGuest guest{soft::make_vm()};
};

constexpr std::uint64_t kCarry = 1, kParity = 4, kAdjust = 0x10, kZero = 0x40, kSign = 0x80;

TEST_F(SoftRepair, IntoThatIsNotTaken)
{
    // cmp ax, 0x33d7; into; hlt
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(run(Mode::Real, {0xF7, 0xE9, 0x3D, 0xD7, 0x33, 0xCE, 0xF4}, {.rax = 1, .rcx = 1}).rip, kCode + 7);
        EXPECT_EQ(run(Mode::Protected, {0xF7, 0xE9, 0x3D, 0xD7, 0x33, 0, 0, 0xCE, 0xF4}, {.rax = 1, .rcx = 1}).rip, kCode + 9);
    }
}

TEST_F(SoftRepair, WhatIsInvalidBehindALoadOfTheStackSegmentIsNotTheLoad)
{
    guest.start(Mode::Protected, {0xB8, 0x10, 0, 0, 0, 0x8E, 0xD0, 0x0F, 0x0B});  // mov eax, 0x10; mov ss, eax; ud2
    guest.catch_exceptions();
    const auto fault = guest.run_to_handler();
    EXPECT_EQ(fault.vector, 6u);
    EXPECT_EQ(fault.rip, test::kCode + 7);
}

TEST_F(SoftRepair, WhatFollowsALoadOfTheStackSegmentIsStillStoppedAt)
{
    // mov ss, eax; lock neg dword [kData]; hlt, and pushf in its place
    guest.store<std::uint32_t>(kData, 3);
    guest.start(Mode::Real, {0x8E, 0xD0, 0xF0, 0x66, 0xF7, 0x1E, 0x00, 0x90, 0xF4});
    guest.run_to<exits::Halt>();
    EXPECT_EQ(status(guest.registers()), kCarry | kAdjust | kSign);
    guest.start(Mode::Real, {0x8E, 0xD0, 0xE6, 0x10, 0xF4});
    EXPECT_EQ(guest.run_to<exits::PortOut>().port, 0x10);
    guest.run_to<exits::Halt>();
    guest.start(Mode::Real, {0x8E, 0xD0, 0x9C, 0xF4});
    guest.run_to<exits::Halt>();
    EXPECT_EQ(guest.load<std::uint16_t>(test::kStack - 2), 2u) << "no TF";
}

TEST_F(SoftRepair, InterruptOf6IsNoInvalidOpcode)
{
    guest.store<std::uint16_t>(6 * 4, kData);
    guest.store<std::uint16_t>(6 * 4 + 2, 0);
    guest.store<std::uint8_t>(kData, 0xF4);
    EXPECT_EQ(run(Mode::Real, {0xCD, 6, 0x90}).rip, kData + 1);
    EXPECT_EQ(guest.load<std::uint16_t>(test::kStack - 6), kCode + 2);
}

TEST_F(SoftRepair, CompareExchangeOf8BytesKeepsTheOtherFlags)
{
    // cmp ecx, 1 (0 - 1: CF, PF, AF, SF); cmpxchg8b [kData]; hlt
    guest.store<std::uint64_t>(kData, 0);
    const auto equal = run(Mode::Protected, {0x83, 0xF9, 1, 0x0F, 0xC7, 0x0D, 0, 0x90, 0, 0, 0xF4});
    EXPECT_EQ(status(equal), kCarry | kParity | kAdjust | kSign | kZero);
    guest.store<std::uint64_t>(kData, 5);
    const auto other = run(Mode::Protected, {0x83, 0xF9, 1, 0xF0, 0x0F, 0xC7, 0x0D, 0, 0x90, 0, 0, 0xF4});
    EXPECT_EQ(status(other), kCarry | kParity | kAdjust | kSign);
    EXPECT_EQ(other.rax, 5u);
}

TEST_F(SoftRepair, LoopThatDependsOnZeroKeepsTheFlags)
{
    // inc ebx; cmp ebx, 5; loopne; hlt
    const std::initializer_list<unsigned> code{0xFF, 0xC3, 0x83, 0xFB, 5, 0xE0, 0xF9, 0xF4};
    const auto counted = run(Mode::Long, code, {.rcx = 3});
    EXPECT_EQ(counted.rcx, 0u);
    EXPECT_EQ(counted.rbx, 3u);
    EXPECT_EQ(status(counted), kCarry | kAdjust | kSign) << "of 3 - 5";
    const auto found = run(Mode::Long, code, {.rcx = 9});
    EXPECT_EQ(found.rcx, 4u);
    EXPECT_EQ(found.rbx, 5u);
    EXPECT_EQ(status(found), kZero | kParity);
}

TEST_F(SoftRepair, LoopCountsInTheSizeOfItsAddress)
{
    // cmp ebx, ebx; loope to the hlt behind an int3
    EXPECT_EQ(run(Mode::Real, {0x39, 0xDB, 0xE1, 1, 0xCC, 0xF4}, {.rcx = 0xABCD'0002}).rcx, 0xABCD'0001u);
    EXPECT_EQ(run(Mode::Long, {0x39, 0xDB, 0x67, 0xE1, 1, 0xCC, 0xF4}, {.rcx = 0xABCD'0000'0002}).rcx, 1u);
    EXPECT_EQ(run(Mode::Long, {0x39, 0xDB, 0xE1, 1, 0xCC, 0xF4}, {.rcx = 0xABCD'0000'0002}).rcx, 0xABCD'0000'0001u);
}

TEST_F(SoftRepair, LockedNegationHasTheFlagsOfItsResult)
{
    guest.store<std::uint32_t>(kData, 3);
    const auto negated = run(Mode::Protected, {0xF0, 0xF7, 0x1D, 0, 0x90, 0, 0, 0xF4});
    EXPECT_EQ(guest.load<std::uint32_t>(kData), 0xFFFF'FFFDu);
    EXPECT_EQ(status(negated), kCarry | kAdjust | kSign);
    EXPECT_EQ(negated.rip, kCode + 8);
    guest.store<std::uint32_t>(kData, 0);
    EXPECT_EQ(status(run(Mode::Protected, {0xF0, 0xF7, 0x1D, 0, 0x90, 0, 0, 0xF4})), kZero | kParity);
}

constexpr std::uint64_t kUpper = 0xABCD'0000'0000;

TEST_F(SoftRepair, CompareExchangeOf4BytesLeavesTheUpperHalfOfWhatItDoesNotWrite)
{
    // cmpxchg ebx, ecx
    const std::initializer_list<unsigned> registers{0x0F, 0xB1, 0xCB, 0xF4};
    const auto equal = run(Mode::Long, registers, {.rax = kUpper | 5, .rbx = kUpper | 5, .rcx = 7});
    EXPECT_EQ(equal.rax, kUpper | 5);
    EXPECT_EQ(equal.rbx, 7u);
    const auto other = run(Mode::Long, registers, {.rax = kUpper | 6, .rbx = kUpper | 5, .rcx = 7});
    EXPECT_EQ(other.rax, 5u);
    EXPECT_EQ(other.rbx, kUpper | 5);
    // lock cmpxchg [kData], ecx
    const std::initializer_list<unsigned> memory{0xF0, 0x0F, 0xB1, 0x0C, 0x25, 0, 0x90, 0, 0, 0xF4};
    guest.store<std::uint32_t>(kData, 5);
    EXPECT_EQ(run(Mode::Long, memory, {.rax = kUpper | 5, .rcx = 7}).rax, kUpper | 5);
    EXPECT_EQ(guest.load<std::uint32_t>(kData), 7u);
    EXPECT_EQ(run(Mode::Long, memory, {.rax = kUpper | 5, .rcx = 7}).rax, 7u);
}

TEST_F(SoftRepair, LockBelongsToMemory)
{
    EXPECT_TRUE(std::holds_alternative<exits::Shutdown>(tried({0xF0, 0x0F, 0xB1, 0xCB, 0xF4}))) << "cmpxchg ebx, ecx";
    EXPECT_TRUE(std::holds_alternative<exits::Shutdown>(tried({0xF0, 0xE1, 0, 0xF4}))) << "loope";
    EXPECT_TRUE(std::holds_alternative<exits::Halt>(tried({0xF0, 0x0F, 0xB1, 0x0C, 0x25, 0, 0x90, 0, 0, 0xF4})));
}

TEST_F(SoftRepair, DoubleShiftOfMemoryByRipIsNamed)
{
    // shld [rip + 0], eax, 4
    guest.start(Mode::Long, {0x0F, 0xA4, 0x05, 0, 0, 0, 0, 4, 0xF4});
    EXPECT_EQ(guest.run_to<exits::CannotExecute>().reason,
              "the software engine has no shld and shrd by an immediate of memory relative to rip");
}

}  // namespace
}  // namespace husk
