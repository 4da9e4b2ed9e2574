// Which watchpoints of a program's a processor's debug registers can meet, and what comes of one that was met.
#include "program/debug/in_registers.hpp"
#include "program/entry/processor.hpp"
#include "support/stub_vcpu.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

namespace husk::program {
namespace {

using engine::Watch;
using testing::ElementsAre;
using testing::IsEmpty;
using On = Breakpoint::On;

const engine::DebugAbilities kFour{.user_breakpoints = 4, .user_data = 4, .no_user = {}};

Breakpoint watchpoint(std::uint64_t at, std::uint64_t size, On on = On::Write)
{
    return {.on = on, .at = {at}, .size = size};
}

Breakpoint breakpoint(std::uint64_t at)
{
    return {.at = {at}, .hardware = true};
}

TEST(InRegisters, HoldsWhatFits)
{
    const auto found = in_registers({watchpoint(0x1000, 4), watchpoint(0x1008, 8, On::Read), breakpoint(0x40'0001)}, kFour);
    EXPECT_FALSE(found.by_stepping);
    EXPECT_THAT(found.watches, ElementsAre(Watch{Watch::On::Write, 0x1000, 4}, Watch{Watch::On::Access, 0x1008, 8},
                                           Watch{Watch::On::Execute, 0x40'0001, 1}));
}

TEST(InRegisters, TakesSeveralForWhatIsOddOrLarge)
{
    EXPECT_THAT(
        in_registers({watchpoint(0x1001, 7)}, kFour).watches,
        ElementsAre(Watch{Watch::On::Write, 0x1001, 1}, Watch{Watch::On::Write, 0x1002, 2}, Watch{Watch::On::Write, 0x1004, 4}));
    EXPECT_EQ(in_registers({watchpoint(0x1000, 32)}, kFour).watches.size(), 4u);
}

TEST(InRegisters, StepsIfTheyAreTooFewOrNone)
{
    const auto steps = [](const std::vector<Breakpoint>& wanted, const engine::DebugAbilities& abilities) {
        const auto found = in_registers(wanted, abilities);
        EXPECT_EQ(found.by_stepping, found.watches.empty());
        return found.by_stepping;
    };
    EXPECT_TRUE(steps({watchpoint(0x1000, 33)}, kFour));
    EXPECT_TRUE(steps({watchpoint(0x1000, 65536)}, kFour));
    EXPECT_TRUE(steps({watchpoint(0, ~std::uint64_t{0})}, kFour));
    EXPECT_TRUE(steps({breakpoint(1), breakpoint(2), breakpoint(3), breakpoint(4), watchpoint(0x1000, 1)}, kFour));
    EXPECT_TRUE(steps({breakpoint(1)}, {}));
    // The software engine has them for code alone.
    const engine::DebugAbilities kCode{.user_breakpoints = ~std::size_t{0}, .no_user = {}};
    EXPECT_FALSE(steps(std::vector<Breakpoint>(100, breakpoint(1)), kCode));
    EXPECT_TRUE(steps({breakpoint(1), watchpoint(0x1000, 1)}, kCode));
    EXPECT_THAT(in_registers({}, {}).watches, IsEmpty());
    EXPECT_FALSE(in_registers({}, {}).by_stepping);
}

TEST(InRegisters, AWatchBelongsToAWatchpoint)
{
    const std::vector<Breakpoint> wanted{breakpoint(0x1000), watchpoint(0x1001, 7), watchpoint(0x1008, 1)};
    EXPECT_EQ(watchpoint_at(wanted, 0x1004), &wanted[1]);
    EXPECT_EQ(watchpoint_at(wanted, 0x1008), &wanted[2]);
    EXPECT_EQ(watchpoint_at(wanted, 0x1000), nullptr);
    EXPECT_EQ(watchpoint_at(wanted, 0x1009), nullptr);
}

/// Leaves the guest for what it was given, one after another.
class Leaving : public test::StubVcpu {
public:
    engine::Exit run() override
    {
        auto [exit, rip] = exits.front();
        exits.erase(exits.begin());
        x86::Registers now;
        now.rip = rip;
        set_registers(now);
        return exit;
    }
    std::vector<std::pair<engine::Exit, std::uint64_t>> exits;
};

class WatchedProcessor : public testing::Test {
protected:
    entry::Event run(std::vector<std::pair<engine::Exit, std::uint64_t>> exits)
    {
        vcpu_.exits = std::move(exits);
        return entry::Processor{space_, &vcpu_, 0}.run(user_);
    }

    Leaving vcpu_;
    Reservation space_;
    x86::Registers user_;
};

TEST_F(WatchedProcessor, TellsOfWhatWasMet)
{
    const auto data = run({{engine::exits::Debug{.data = 0x1000}, 0x40'0000}});
    ASSERT_TRUE(std::holds_alternative<entry::events::Watched>(data));
    EXPECT_EQ(std::get<entry::events::Watched>(data).data, 0x1000u);
    EXPECT_EQ(user_.rip, 0x40'0000u);
    const auto code = run({{engine::exits::Debug{}, 0x40'0010}});
    ASSERT_TRUE(std::holds_alternative<entry::events::Watched>(code));
    EXPECT_FALSE(std::get<entry::events::Watched>(code).data.has_value());
    const auto both = run({{engine::exits::Debug{.stepped = true, .data = 0x1000}, 0x40'0000}});
    EXPECT_TRUE(std::holds_alternative<entry::events::Watched>(both));
}

TEST_F(WatchedProcessor, AStepIsTheExceptionThatItIs)
{
    const auto event = run({{engine::exits::Debug{.stepped = true}, 0x40'0000}});
    ASSERT_TRUE(std::holds_alternative<entry::events::Exception>(event));
    EXPECT_EQ(std::get<entry::events::Exception>(event).vector, x86::kDebugException);
}

TEST_F(WatchedProcessor, WhatIsMetInHusksStubsStaysThere)
{
    user_.rip = 1;
    const auto event = run({{engine::exits::Debug{.data = 0x1000}, layout::kHusk + 0x1000}, {engine::exits::Halt{}, 0x40'0000}});
    EXPECT_TRUE(std::holds_alternative<entry::events::Broken>(event)) << "the next exit";
    EXPECT_EQ(user_.rip, 1u) << "nothing of Husk's is seen";
}

}  // namespace
}  // namespace husk::program
