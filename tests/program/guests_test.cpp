#include "program/command_run.hpp"
#include "program/guest_runs.hpp"
#include "program/program_lane.hpp"
#include "program/scratch_folder.hpp"

#include <gtest/gtest.h>

#include <string>

// Each guest of tests/program/guests: what it asserts holds natively, and then under `husk run`, with the same output and status.
namespace husk::test {
namespace {

class Guest : public testing::TestWithParam<GuestRun> {};

Command command_of(const GuestRun& guest, const Scratch& scratch)
{
    const std::string folder = scratch.path().string();
    Command command{
        std::string{HUSK_PROGRAM_FOLDER} + "/guests/" + guest.guest, {folder}, {"PATH=/usr/bin:/bin"}, folder, guest.input};
    command.arguments.insert(command.arguments.end(), guest.arguments.begin(), guest.arguments.end());
    return command;
}

TEST_P(Guest, IsTheSameUnderHusk)
{
    const GuestRun& guest = GetParam();
    if (single_threaded() && !soft_obstacle(guest).empty()) GTEST_SKIP() << soft_obstacle(guest);
    const Scratch scratch{program_lane() + "/" + guest.name()};
    Command command = command_of(guest, scratch);
    const Ended wanted = run(command);
    ASSERT_FALSE(wanted.hung);
    ASSERT_EQ(wanted.status, guest.status) << "natively: " << wanted.err;
    if (!runs_husk()) return;

    scratch.clear();
    command.environment.emplace_back("HUSK=1");  // tells the guest where it is
    const Command husk = under_husk(command, {});
    const Ended got = run(husk);
    EXPECT_FALSE(got.hung) << describe(husk);
    EXPECT_EQ(got.status, wanted.status) << describe(husk) << "\n" << got.err;
    EXPECT_EQ(got.out, wanted.out) << describe(husk);
    if (husk_speaks(guest)) return;
    EXPECT_EQ(got.err, wanted.err) << describe(husk);
}

INSTANTIATE_TEST_SUITE_P(Programs, Guest, testing::ValuesIn(guest_runs()), [](const auto& test) { return test.param.name(); });

}  // namespace
}  // namespace husk::test
