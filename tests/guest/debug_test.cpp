// What a debugger asks of a machine: single steps, breakpoints, watchpoints.
#include "support/guest.hpp"

#include <gtest/gtest.h>

#include <cerrno>

namespace husk::test {
namespace {

using namespace std::chrono_literals;
using Why = stops::Debug::Why;
using On = Breakpoint::On;

const Stop kStepped{stops::Debug{}};

Stop at_breakpoint(std::uint64_t at)
{
    return stops::Debug{Why::Breakpoint, GuestVirt{at}};
}

Stop at_watchpoint(std::uint64_t at)
{
    return stops::Debug{Why::Watchpoint, GuestVirt{at}};
}

class Debugged : public testing::TestWithParam<x86::Mode> {
protected:
    void SetUp() override
    {
        if (const auto why = obstacle_to(GetParam()); !why.empty()) GTEST_SKIP() << why;
    }

    std::uint64_t rip() { return guest().machine().registers().rip; }
    Guest& guest()
    {
        if (!guest_) guest_ = std::make_unique<Guest>(GetParam());
        return *guest_;
    }
    Machine& machine() { return guest().machine(); }

private:
    std::unique_ptr<Guest> guest_;
};

/// Why the host has no breakpoint registers for a guest (QEMU's AMD-V has none), for a test that is to be skipped; empty if it has.
std::string no_breakpoint_registers(Machine& machine)
{
    try {
        machine.set_breakpoints({{.at = GuestVirt{0}, .hardware = true}});
        machine.set_breakpoints({});
    } catch (const Error& error) {
        return std::string{error.hint()};
    }
    return {};
}

// 0: mov al, 'x'; 2: out 0xE9, al; 4: mov dl, al; 6: jmp 8; 8: hlt
constexpr auto kPrints = bytes(0xB0, 'x', 0xE6, 0xE9, 0x88, 0xC2, 0xEB, 0x00, 0xF4);

TEST_P(Debugged, StepsOneInstructionAtATime)
{
    guest().with(kPrints);
    for (const std::uint64_t next : {2u, 4u, 6u, 8u}) {
        EXPECT_EQ(machine().step(), kStepped);
        EXPECT_EQ(rip(), next);
    }
    EXPECT_EQ(guest().output(), "x");
    EXPECT_EQ(machine().step(), Stop{stops::Halted{}});
    EXPECT_EQ(rip(), 9u);
}

TEST_P(Debugged, StepsStayWhereTheyJumpToThemselves)
{
    constexpr auto kSpin = bytes(0xEB, 0xFE);  // jmp self
    guest().with(kSpin);
    for (int i = 0; i < 3; ++i) EXPECT_EQ(machine().step(), kStepped);
    EXPECT_EQ(rip(), 0u);
    EXPECT_EQ(machine().run(20ms), Stop{stops::OutOfTime{}}) << "nothing of the steps is left";
}

TEST_P(Debugged, ReadsOfPortsAreOneStep)
{
    constexpr auto kReads = bytes(0xB0, 0x00, 0xE4, 0xE9, 0x88, 0xC2, 0xF4);  // mov al, 0; in al, 0xE9; mov dl, al; hlt
    guest().with(kReads);
    EXPECT_EQ(machine().step(), kStepped);
    EXPECT_EQ(machine().step(), kStepped);
    EXPECT_EQ(rip(), 4u);
    EXPECT_EQ(guest().rax() & 0xFF, 0xE9u);
    EXPECT_EQ(machine().step(), kStepped);
    EXPECT_EQ(machine().registers().rdx & 0xFF, 0xE9u);
}

TEST_P(Debugged, StopsBeforeBreakpointsAndGoesOnBehindThem)
{
    for (const bool hardware : {false, true}) {
        Guest guest{GetParam()};
        guest.with(kPrints);
        if (const auto why = no_breakpoint_registers(guest.machine()); hardware && !why.empty()) GTEST_SKIP() << why;
        guest.machine().set_breakpoints({{.at = GuestVirt{2}, .hardware = hardware}, {.at = GuestVirt{6}, .hardware = hardware}});
        EXPECT_EQ(guest.run(), at_breakpoint(2));
        EXPECT_EQ(guest.machine().registers().rip, 2u);
        EXPECT_EQ(guest.output(), "") << "nothing of the instruction is done";
        EXPECT_EQ(guest.machine().memory().load<std::uint8_t>(GuestPhys{2}).value(), 0xE6) << "the code is the guest's own";
        EXPECT_EQ(guest.run(), at_breakpoint(6));
        EXPECT_EQ(guest.output(), "x");
        EXPECT_EQ(guest.run(), Stop{stops::Halted{}});
        EXPECT_EQ(guest.machine().registers().rip, 9u);
    }
}

TEST_P(Debugged, BreakpointsAreMetEachTimeAndTakenAway)
{
    constexpr auto kLoop = bytes(0xB9, 0x03, 0x00, 0x90, 0x90, 0x90, 0xE2, 0xFC, 0xF4);  // mov cx, 3 …; 4: nop; nop; loop 4; hlt
    constexpr auto kWide = bytes(0xB9, 0x03, 0x00, 0x00, 0x00, 0x90, 0xE2, 0xFD, 0xF4);  // mov ecx, 3; 5: nop; loop 5; hlt
    const bool real = GetParam() == x86::Mode::Real;
    guest().with(real ? kLoop : kWide);
    machine().set_breakpoints({{.at = GuestVirt{5}}});
    for (int i = 0; i < 3; ++i) EXPECT_EQ(guest().run(), at_breakpoint(5));
    machine().set_breakpoints({});
    EXPECT_EQ(guest().run(), Stop{stops::Halted{}});
}

TEST_P(Debugged, TheGuestMayStandOnOneAndOnItsNeighbour)
{
    guest().with(kPrints);
    machine().set_breakpoints({{.at = GuestVirt{0}}, {.at = GuestVirt{2}}, {.at = GuestVirt{2}}, {.at = GuestVirt{8}}});
    EXPECT_EQ(guest().run(), at_breakpoint(2));
    EXPECT_EQ(guest().run(), at_breakpoint(8)) << "at a HLT of the guest's own";
    EXPECT_EQ(guest().run(), Stop{stops::Halted{}});
}

TEST_P(Debugged, WatchpointsTellWritesFromReads)
{
    // 0: mov al, [0x800]; mov [0x801], al; hlt
    constexpr auto k16 = bytes(0xA0, 0x00, 0x08, 0xA2, 0x01, 0x08, 0xF4);
    constexpr auto k32 = bytes(0xA0, 0x00, 0x08, 0x00, 0x00, 0xA2, 0x01, 0x08, 0x00, 0x00, 0xF4);
    constexpr auto k64 = bytes(0x8A, 0x04, 0x25, 0x00, 0x08, 0, 0, 0x88, 0x04, 0x25, 0x01, 0x08, 0, 0, 0xF4);
    const auto code = GetParam() == x86::Mode::Real   ? std::span<const std::byte>{k16}
                      : GetParam() == x86::Mode::Long ? std::span<const std::byte>{k64}
                                                      : std::span<const std::byte>{k32};
    const std::uint64_t load = code.size() / 2;
    guest().with(code);
    machine().set_breakpoints({{.on = On::Write, .at = GuestVirt{0x800}, .size = 2}});
    EXPECT_EQ(guest().run(), at_watchpoint(0x800));
    EXPECT_EQ(rip(), code.size() - 1);
    EXPECT_EQ(guest().run(), Stop{stops::Halted{}});

    guest().with(code);
    EXPECT_EQ(machine().step(), kStepped) << "reads only";
    EXPECT_EQ(machine().step(), at_watchpoint(0x800)) << "a step meets it, too";

    guest().with(code);
    machine().set_breakpoints({{.on = On::Access, .at = GuestVirt{0x800}}});
    EXPECT_EQ(guest().run(), at_watchpoint(0x800));
    EXPECT_EQ(rip(), load);
    machine().set_breakpoints({{.on = On::Write, .at = GuestVirt{0x801}}, {.at = GuestVirt{load}}});
    EXPECT_EQ(guest().run(), at_watchpoint(0x801)) << "the breakpoint is where the guest was";
}

TEST_P(Debugged, ARunWithBreakpointsCanBeCancelledAndRunsOutOfTime)
{
    constexpr auto kSpin = bytes(0xEB, 0xFE, 0xF4);  // jmp self; hlt
    guest().with(kSpin);
    machine().set_breakpoints({{.at = GuestVirt{2}}});
    EXPECT_EQ(machine().run(20ms), Stop{stops::OutOfTime{}});
    machine().cancel();
    EXPECT_EQ(guest().run(), Stop{stops::Cancelled{}});
    machine().set_breakpoints({{.on = On::Read, .at = GuestVirt{0x800}, .size = 3}});
    EXPECT_EQ(machine().run(20ms), Stop{stops::OutOfTime{}});
    machine().cancel();
    EXPECT_EQ(machine().step(), Stop{stops::Cancelled{}});
}

TEST_P(Debugged, ABreakpointWhereThereIsNoMemoryNeedsTheProcessor)
{
    guest().with(kPrints);
    if (const auto why = no_breakpoint_registers(machine()); !why.empty()) GTEST_SKIP() << why;
    std::vector<Breakpoint> far;
    for (std::uint64_t i = 0; i < 4; ++i) far.push_back({.at = GuestVirt{0x4000'0000 + i}});
    EXPECT_NO_THROW(machine().set_breakpoints(far));
    EXPECT_EQ(guest().run(), Stop{stops::Halted{}});
    far.push_back({.at = GuestVirt{0x4000'0010}});
    if (machine().engine() == Engine::Soft) return machine().set_breakpoints(far);
    try {
        machine().set_breakpoints(far);
        FAIL() << "there is no fifth";
    } catch (const Error& error) {
        EXPECT_EQ(error.code().value(), ENOTSUP);
        EXPECT_NE(std::string{error.hint()}.find("0x40000010"), std::string::npos) << error.hint();
    }
}

TEST_P(Debugged, AWatchpointIsOnSomeBytes)
{
    EXPECT_THROW(machine().set_breakpoints({{.on = On::Write, .size = 0}}), std::invalid_argument);
}

TEST_P(Debugged, RepeatedStringsMeetWatchpointsAnywhere)
{
    // mov cx/ecx, 8; mov di/edi, 0x800; mov al, 'a'; rep stosb; hlt
    constexpr auto k16 = bytes(0xB9, 0x08, 0x00, 0xBF, 0x00, 0x08, 0xB0, 'a', 0xF3, 0xAA, 0xF4);
    constexpr auto k32 = bytes(0xB9, 0x08, 0x00, 0x00, 0x00, 0xBF, 0x00, 0x08, 0x00, 0x00, 0xB0, 'a', 0xF3, 0xAA, 0xF4);
    const bool real = GetParam() == x86::Mode::Real;
    guest().with(real ? std::span<const std::byte>{k16} : std::span<const std::byte>{k32});
    machine().set_breakpoints({{.on = On::Write, .at = GuestVirt{0x805}}});
    EXPECT_EQ(guest().run(), at_watchpoint(0x805));
    EXPECT_EQ(machine().memory().load<char>(GuestPhys{0x805}).value(), 'a');
    EXPECT_EQ(guest().run(), Stop{stops::Halted{}});
}

INSTANTIATE_TEST_SUITE_P(Modes, Debugged, testing::Values(x86::Mode::Real, x86::Mode::Protected, x86::Mode::Paged, x86::Mode::Long),
                         [](const auto& test) { return std::string{name(test.param)}; });

}  // namespace
}  // namespace husk::test
