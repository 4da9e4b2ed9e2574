// A guest asks to be frozen, on every engine: where it stops, and what it finds in its thaws.
#include "support/bytes.hpp"
#include "support/lane.hpp"

#include <husk/frozen.hpp>
#include <husk/husk.hpp>

#include <gtest/gtest.h>

#include <chrono>

namespace husk::test {
namespace {

constexpr GuestPhys kCode{0x10'0000};
constexpr std::chrono::seconds kPlenty{20};

constexpr auto kAsk = bytes(0xB8, 0x01, 0x00, 0x00, 0x00,  // mov eax, HUSK_FREEZE_HERE
                            0xE7, 0xF5,                    // out 0xF5, eax
                            0xE5, 0xF5,                    // in eax, 0xF5
                            0xF4);                         // hlt
constexpr std::uint64_t kBehindOut = kCode.value + 7;

Machine started(MachineConfig config, std::span<const std::byte> code)
{
    Machine machine{on_lane(std::move(config))};
    EXPECT_TRUE(machine.memory().write(kCode, code));
    machine.start(x86::Mode::Long, kCode);
    return machine;
}

/// RAX of a machine that halts.
std::uint64_t answer(Machine& machine)
{
    EXPECT_EQ(machine.run(kPlenty), Stop{stops::Halted{}});
    return machine.registers().rax;
}

Frozen where_it_asked()
{
    Machine machine = started({.stop_to_freeze = true}, kAsk);
    EXPECT_EQ(machine.run(kPlenty), Stop{stops::FreezeAsked{}});
    return Frozen{machine, {.origin = "a guest", .point = "it asked"}};
}

TEST(Freeze, GoesOnWhereNobodyFreezes)
{
    Machine machine = started({}, kAsk);
    EXPECT_EQ(answer(machine), 0u);
}

TEST(Freeze, StopsBehindTheInstruction)
{
    Machine machine = started({.stop_to_freeze = true}, kAsk);
    EXPECT_EQ(machine.run(kPlenty), Stop{stops::FreezeAsked{}});
    EXPECT_EQ(machine.registers().rip, kBehindOut);
    EXPECT_EQ(machine.registers().rax, 1u);
    EXPECT_EQ(answer(machine), 0u) << "the machine that was frozen is not a thaw";
}

TEST(Freeze, EachThawAndResetHasItsNumber)
{
    const Frozen frozen = where_it_asked();
    Machine first = frozen.thaw(on_lane());
    Machine second = frozen.thaw(on_lane());
    EXPECT_EQ(answer(second), 2u);
    EXPECT_EQ(answer(first), 1u);
    frozen.reset(first);
    EXPECT_EQ(answer(first), 3u);
    Machine chosen = frozen.thaw(on_lane({.thaw_number = 70}));
    EXPECT_EQ(answer(chosen), 70u);
    frozen.reset(chosen, 71);
    EXPECT_EQ(answer(chosen), 71u);
}

TEST(Freeze, AThawThatAsksAgainIsFrozenAgain)
{
    constexpr auto kTwice = bytes(0xB8, 0x01, 0x00, 0x00, 0x00, 0xE7, 0xF5, 0xE5, 0xF5, 0x89, 0xC3,  // … mov ebx, eax
                                  0xB8, 0x01, 0x00, 0x00, 0x00, 0xE7, 0xF5, 0xE5, 0xF5, 0xF4);
    Machine machine = started({.stop_to_freeze = true}, kTwice);
    EXPECT_EQ(machine.run(kPlenty), Stop{stops::FreezeAsked{}});
    const Frozen once{machine, {}};
    Machine thawed = once.thaw(on_lane({.stop_to_freeze = true, .thaw_number = 5}));
    EXPECT_EQ(thawed.run(kPlenty), Stop{stops::FreezeAsked{}});
    const Frozen twice{thawed, {}};
    Machine last = twice.thaw(on_lane({.thaw_number = 6}));
    EXPECT_EQ(answer(last), 6u);
    EXPECT_EQ(last.registers().rbx, 5u);
}

TEST(Freeze, WhatWasReadBeforeIsNoAnswerToAThaw)
{
    constexpr auto kLater = bytes(0xB8, 0x09, 0x00, 0x00, 0x00, 0xE7, 0xF5,  // an operation that is none
                                  0x31, 0xC0, 0xE7, 0xF4,                    // out 0xF4, 0: stops
                                  0xE5, 0xF5, 0xF4);                         // in eax, 0xF5; hlt
    Machine machine = started({}, kLater);
    EXPECT_EQ(machine.run(kPlenty), Stop{stops::Exited{}});
    const Frozen frozen{machine, {}};
    Machine thawed = frozen.thaw(on_lane({.thaw_number = 3}));
    EXPECT_EQ(answer(thawed), 0xFFFF'FFDAu) << "-HUSK_ENOSYS";
}

TEST(Freeze, IsNothingToAMachineWithoutThePort)
{
    Machine machine = started({.guest_port = false, .stop_to_freeze = true}, kAsk);
    EXPECT_EQ(answer(machine), 0xFFFF'FFFFu);
    Machine strict = started({.guest_port = false, .strict = true}, kAsk);
    EXPECT_TRUE(std::holds_alternative<stops::Unclaimed>(strict.run(kPlenty)));
    Machine claimed = started({.strict = true}, kAsk);
    EXPECT_EQ(answer(claimed), 0u);
}

}  // namespace
}  // namespace husk::test
