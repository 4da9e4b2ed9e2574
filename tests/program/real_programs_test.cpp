#include "program/real_programs.hpp"
#include "program/command_run.hpp"
#include "program/program_lane.hpp"
#include "program/scratch_folder.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <set>
#include <string>

// Programs that people use: under `husk run` each must write, leave behind and end with what it does natively, byte for byte.
namespace husk::test {
namespace {

class Real : public testing::TestWithParam<RealProgram> {};

const std::string kFiles = std::string{HUSK_PROGRAM_SOURCES} + "/files";

TEST_P(Real, IsTheSameUnderHusk)
{
    const RealProgram& program = GetParam();
    if (!std::filesystem::exists(program.program)) GTEST_SKIP() << program.package << " is not installed";
    if (single_threaded() && !program.soft_lacks.empty()) GTEST_SKIP() << program.soft_lacks;
    const Scratch scratch{program_lane() + "/" + program.name};
    const Command command{program.program, program.arguments, plain_environment(), scratch.path().string(), program.input};
    scratch.fill(kFiles);
    const Ended wanted = run(command);
    ASSERT_FALSE(wanted.hung);
    ASSERT_EQ(wanted.status, program.status) << "natively: " << describe(command) << "\n" << wanted.err;
    if (!runs_husk()) return;

    const Left wanted_left = scratch.left();
    scratch.fill(kFiles);
    const Command husk = under_husk(command, program.grants);
    const Ended got = run(husk);
    EXPECT_FALSE(got.hung) << describe(husk);
    EXPECT_EQ(got.status, wanted.status) << describe(husk);
    EXPECT_EQ(got.out, wanted.out) << describe(husk);
    EXPECT_EQ(got.err, wanted.err) << describe(husk);
    EXPECT_EQ(differences(wanted_left, scratch.left()), "") << describe(husk);
}

INSTANTIATE_TEST_SUITE_P(Programs, Real, testing::ValuesIn(real_programs()), [](const auto& test) { return test.param.name; });

TEST(RealPrograms, AreAllDifferent)
{
    std::set<std::string> names;
    for (const RealProgram& program : real_programs()) EXPECT_TRUE(names.insert(program.name).second) << program.name;
    EXPECT_GT(names.size(), 150u);
}

}  // namespace
}  // namespace husk::test
