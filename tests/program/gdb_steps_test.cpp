// `husk run --gdb` without GDB, so that it can be tried on machines that have none: steps, breakpoints, watchpoints packet by
// packet.
#include "program/debugged_program.hpp"
#include "program/space/layout.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace husk::test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class GdbSteps : public testing::Test {
protected:
    void SetUp() override
    {
        if (!runs_husk()) GTEST_SKIP() << "this lane does not run Husk";
    }
    static constexpr int kSteps = 3000;
};

/// Where a program is after each of its first instructions, which is the same in every run.
std::vector<std::uint64_t> first_steps(Debugged& program, int count)
{
    std::vector<std::uint64_t> places{program.rip()};
    for (int i = 0; i < count; ++i) {
        const std::string stopped = program.ask("vCont;s");
        EXPECT_THAT(stopped, StartsWith("T05thread:")) << i;
        if (!stopped.starts_with("T05")) break;
        places.push_back(program.rip());
    }
    return places;
}

TEST_F(GdbSteps, EachIsOneInstructionOfThePrograms)
{
    Debugged program;
    const auto places = first_steps(program, kSteps);
    EXPECT_LT(std::ranges::max(places), program::layout::kUserEnd)
        << "Husk's own instructions are not seen, around system calls too";
    constexpr std::uint64_t kLongest = 15;
    std::size_t nearby = 0;
    for (std::size_t i = 1; i < places.size(); ++i) nearby += places[i] - places[i - 1] <= kLongest ? 1u : 0u;
    EXPECT_GT(nearby, places.size() / 2) << "most lead to the next";
    EXPECT_EQ(program.value("11") & 0x100, 0u) << "TF is not the program's";
    EXPECT_EQ(program.ask("vCont;c"), "W07");
    EXPECT_EQ(program.status(), 7);
}

TEST_F(GdbSteps, ABreakpointIsMetWhereStepsCome)
{
    Debugged stepped;
    const auto places = first_steps(stepped, 400);
    EXPECT_EQ(stepped.ask("vKill;1"), "OK");
    // Where the program comes for the first time after so many.
    std::set<std::uint64_t> seen;
    std::uint64_t at = 0;
    for (const std::uint64_t place : places)
        if (seen.insert(place).second) at = place;

    for (const std::string kind : {"0", "1"}) {
        Debugged program;
        const std::string where = fmt::format("{:x},1", at), code = program.ask(fmt::format("m{:x},8", at));
        EXPECT_EQ(program.ask("Z" + kind + "," + where), "OK");
        EXPECT_THAT(program.ask("vCont;c"), HasSubstr(kind == "0" ? "swbreak" : "hwbreak"));
        EXPECT_EQ(program.rip(), at);
        EXPECT_EQ(program.ask(fmt::format("m{:x},8", at)), code) << "what is planted is not seen";
        EXPECT_EQ(program.ask("z" + kind + "," + where), "OK");
        EXPECT_EQ(program.ask("vCont;c"), "W07");
        EXPECT_EQ(program.status(), 7);
    }
}

TEST_F(GdbSteps, AWatchpointIsMetByWhatWrites)
{
    Debugged program;
    // CALL of the first function pushes to what is now below the stack.
    const std::uint64_t below = program.rsp() - 64;
    EXPECT_EQ(program.ask(fmt::format("Z2,{:x},40", below)), "OK");
    EXPECT_THAT(program.ask("vCont;c"), HasSubstr(fmt::format("watch:{:x};", below)));
    EXPECT_LT(program.rsp(), below + 64);
    EXPECT_EQ(program.ask(fmt::format("z2,{:x},40", below)), "OK");
    EXPECT_EQ(program.ask("vCont;c"), "W07");
    EXPECT_EQ(program.status(), 7);
}

}  // namespace
}  // namespace husk::test
