#include "support/guest.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace husk::test {
namespace {

using namespace std::chrono_literals;

constexpr auto kSpin = bytes(0xEB, 0xFE);                     // jmp self
constexpr auto kExitForever = bytes(0xE4, 0x99, 0xEB, 0xFC);  // in al, 0x99; jmp start

class EachMode : public testing::TestWithParam<x86::Mode> {
protected:
    void SetUp() override
    {
        if (const auto why = obstacle_to(GetParam()); !why.empty()) GTEST_SKIP() << why;
    }
};

TEST_P(EachMode, SpinningGuestRunsOutOfTime)
{
    Guest guest{GetParam()};
    guest.with(kSpin);
    EXPECT_EQ(guest.machine().run(30ms), Stop{stops::OutOfTime{}});
    EXPECT_EQ(guest.machine().run(1ns), Stop{stops::OutOfTime{}}) << "and may be run again";
    EXPECT_EQ(guest.machine().registers().rip, 0u);
}

TEST_P(EachMode, GuestThatExitsForeverRunsOutOfTime)
{
    Guest guest{GetParam()};
    guest.with(kExitForever);
    EXPECT_EQ(guest.machine().run(30ms), Stop{stops::OutOfTime{}});
}

TEST_P(EachMode, AnotherThreadCancelsASpinningGuest)
{
    Guest guest{GetParam()};
    guest.with(kSpin);
    const std::jthread other{[&] {
        std::this_thread::sleep_for(10ms);
        guest.machine().cancel();
    }};
    EXPECT_EQ(guest.run(), Stop{stops::Cancelled{}});
}

TEST_P(EachMode, InvalidOpcodeWithoutAHandlerIsFatal)
{
    constexpr auto code = bytes(0x0F, 0x0B);  // ud2
    if (GetParam() == x86::Mode::Real) GTEST_SKIP() << "real mode always has an interrupt vector table: what it holds is code";
    Guest guest{GetParam()};
    const Stop stop = guest.with(code).run();
    const bool fatal = std::holds_alternative<stops::TripleFault>(stop) || std::holds_alternative<stops::UnhandledException>(stop);
    EXPECT_TRUE(fatal) << describe(stop);
}

TEST_P(EachMode, HaltWithInterruptsOnIsToldApart)
{
    constexpr auto code = bytes(0xFB, 0xF4);  // sti; hlt
    Guest guest{GetParam()};
    EXPECT_EQ(guest.with(code).run(), Stop{stops::Halted{.interrupts_on = true}});
    EXPECT_EQ(guest.machine().registers().rip, 2u);
}

INSTANTIATE_TEST_SUITE_P(All, EachMode, testing::Values(x86::Mode::Real, x86::Mode::Protected, x86::Mode::Paged, x86::Mode::Long),
                         [](const auto& one) { return std::string{name(one.param)}; });

TEST(Stop, CancelBeforeRunEndsTheNextRunOnly)
{
    Guest guest{x86::Mode::Long};
    guest.with(bytes(0xF4));
    guest.machine().cancel();
    guest.machine().cancel();
    EXPECT_EQ(guest.run(), Stop{stops::Cancelled{}});
    EXPECT_EQ(guest.run(), Stop{stops::Halted{}});
}

TEST(Stop, CancelIsNeverLost)
{
    Guest guest{x86::Mode::Long};
    guest.with(kSpin);
    for (int i = 0; i < 50; ++i) {
        const std::jthread other{[&] { guest.machine().cancel(); }};
        ASSERT_EQ(guest.run(), Stop{stops::Cancelled{}}) << "at round " << i;
    }
}

TEST(Stop, ManyMachinesSpinAndAreCancelledApart)
{
    Guest one{x86::Mode::Long};
    Guest two{x86::Mode::Long};
    one.with(kSpin);
    two.with(kSpin);
    std::jthread first{[&] { EXPECT_EQ(one.run(), Stop{stops::Cancelled{}}); }};
    std::jthread second{[&] { EXPECT_EQ(two.machine().run(50ms), Stop{stops::OutOfTime{}}); }};
    second.join();
    one.machine().cancel();
}

TEST(Stop, AMachineMayChangeThreads)
{
    Guest guest{x86::Mode::Long};
    guest.with(kSpin);
    for (int i = 0; i < 3; ++i) std::jthread{[&] { EXPECT_EQ(guest.machine().run(5ms), Stop{stops::OutOfTime{}}); }};
}

TEST(Stop, WriteAtFourGibibytesFaultsAndTellsTheAddress)
{
    constexpr auto code = bytes(0xA2, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00);  // mov [0x100000000], al
    Guest guest{x86::Mode::Long};
    const Stop stop = guest.with(code).run();
    if (const auto* fault = std::get_if<stops::UnhandledException>(&stop)) {
        EXPECT_EQ(fault->exception.vector, 14);
        EXPECT_EQ(fault->exception.address, 4_GiB);
    } else {
        ASSERT_TRUE(std::holds_alternative<stops::TripleFault>(stop)) << describe(stop);
        if (!std::get<stops::TripleFault>(stop).registers_lost) {
            EXPECT_EQ(guest.machine().system_registers().cr2, 4_GiB);
            EXPECT_EQ(guest.machine().registers().rip, 0u);
        }
    }
}

TEST(Stop, JumpIntoNothingNamesTheAddress)
{
    constexpr auto code = bytes(0xB8, 0x00, 0x00, 0x00, 0xF0,  // mov eax, 0xF0000000
                                0xFF, 0xE0);                   // jmp eax
    Guest guest{x86::Mode::Protected};
    using stops::Unclaimed;
    EXPECT_EQ(guest.with(code).run(), (Stop{Unclaimed{Unclaimed::Space::Memory, Unclaimed::Access::Fetch, 0xF0000000, 1}}));
}

TEST(Stop, TimeMustBePositive)
{
    Guest guest{x86::Mode::Long};
    guest.with(bytes(0xF4));
    EXPECT_THROW(guest.machine().run(0ns), std::invalid_argument);
    EXPECT_THROW(guest.machine().run(-1s), std::invalid_argument);
    EXPECT_EQ(guest.machine().run(std::chrono::nanoseconds::max()), Stop{stops::Halted{}});
}

TEST(Stop, StartRefusesWhatTheModeCannotReach)
{
    Guest guest{x86::Mode::Real, {.memory = {{.base = {}, .size = 4_MiB}}}};
    EXPECT_THROW(guest.machine().start(x86::Mode::Real, GuestPhys{2_MiB}), std::invalid_argument);
    EXPECT_THROW(guest.machine().start(x86::Mode::Protected, GuestPhys{8_MiB}), std::invalid_argument);
    EXPECT_THROW(guest.machine().start(x86::Mode::Protected, GuestPhys{0}, GuestPhys{5_GiB}), std::invalid_argument);
    EXPECT_THROW(guest.machine().start(x86::Mode::Long, GuestPhys{~0ull}), std::invalid_argument);
}

}  // namespace
}  // namespace husk::test
