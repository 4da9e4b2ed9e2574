// A machine that is there when its process is confined runs on as if nothing were, on every engine.
#include "guests/builtin.hpp"
#include "support/confined.hpp"
#include "support/guest.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

namespace husk::test {
namespace {

using namespace std::chrono_literals;

constexpr auto kSpin = bytes(0xEB, 0xFE);  // jmp self

const guests::Builtin& hello()
{
    static const auto all = guests::builtin();
    return *std::ranges::find(all, x86::Mode::Long, &guests::Builtin::mode);
}

class ConfinedGuest : public testing::Test {
protected:
    void SetUp() override
    {
        if (const auto missing = missing_here(); !missing.empty()) GTEST_SKIP() << missing;
    }
};

constexpr ChildEnd kAsItShould{.status = 0, .signal = 0};

TEST_F(ConfinedGuest, PrintsAnswersAndHalts)
{
    EXPECT_EQ(in_child([] {
                  Guest guest{x86::Mode::Long};
                  guest.with(hello().code);
                  program::confine({});
                  if (guest.run() != Stop{stops::Halted{}}) return 1;
                  return guest.output() == "Hello, world!\n" && guest.rax() == guests::kAnswer ? 0 : 2;
              }),
              kAsItShould);
}

// KVM puts a thread of the kernel's into the process of a machine that runs, from Linux 6.13.
TEST_F(ConfinedGuest, WhatRanBeforeLeavesNoThreadUnconfined)
{
    EXPECT_EQ(in_child([] {
                  Guest guest{x86::Mode::Long};
                  guest.with(hello().code);
                  if (guest.machine().run() != Stop{stops::Halted{}}) return 1;
                  return program::confine({}).other_threads == 0 ? 0 : 2;
              }),
              kAsItShould);
}

TEST_F(ConfinedGuest, RunsOutOfTimeAndIsCancelled)
{
    EXPECT_EQ(in_child([] {
                  Guest guest{x86::Mode::Long};
                  guest.with(kSpin);
                  program::confine({});
                  if (guest.machine().run(30ms) != Stop{stops::OutOfTime{}}) return 1;
                  std::thread other{[&] { guest.machine().cancel(); }};
                  const Stop stop = guest.run();
                  other.join();
                  return stop == Stop{stops::Cancelled{}} ? 0 : 2;
              }),
              kAsItShould);
}

}  // namespace
}  // namespace husk::test
