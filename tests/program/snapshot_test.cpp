// Program::snapshot(): a program before its first instruction and after its last.
#include "program/program_lane.hpp"

#include <husk/program.hpp>

#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <csignal>

namespace husk::test {
namespace {

class Snapshot : public testing::Test {
protected:
    void SetUp() override
    {
        if (!runs_husk()) GTEST_SKIP() << "there is no native run to compare with";
    }

    static ProgramConfig shell(const std::string& script)
    {
        ProgramConfig config;
        config.path = "/bin/busybox";
        config.arguments = {"sh", "-c", script};
        config.default_grants = true;
        config.engine = single_threaded() ? Engine::Soft : Engine::Kvm;
        config.keep_snapshot = true;
        return config;
    }
};

const MappedArea* area_at(const ProgramSnapshot& snapshot, std::uint64_t at)
{
    const auto found = std::ranges::find_if(snapshot.areas, [&](const MappedArea& area) { return area.holds({at}); });
    return found == snapshot.areas.end() ? nullptr : &*found;
}

TEST_F(Snapshot, BeforeItRuns)
{
    const Program program{shell("exit 0")};
    const ProgramSnapshot snapshot = program.snapshot();
    ASSERT_EQ(snapshot.threads.size(), 1u);
    EXPECT_EQ(snapshot.threads[0].ended_by, std::nullopt);
    const auto& registers = snapshot.threads[0].registers;
    const MappedArea* const code = area_at(snapshot, registers.rip);
    ASSERT_NE(code, nullptr);
    EXPECT_TRUE(code->executable);
    EXPECT_THAT(code->name, testing::HasSubstr("busybox"));
    const MappedArea* const stack = area_at(snapshot, registers.rsp);
    ASSERT_NE(stack, nullptr);
    EXPECT_EQ(stack->name, "[stack]");
    EXPECT_GT(stack->touched.value_or(0), 0u) << "its arguments lie there";
}

TEST_F(Snapshot, ASignalThatWasSent)
{
    Program program{shell("kill -SEGV $$")};
    EXPECT_EQ(program.run(), ProgramStop{stops::Signalled{SIGSEGV}});
    const ProgramSnapshot snapshot = program.snapshot();
    ASSERT_EQ(snapshot.threads.size(), 1u);
    EXPECT_EQ(snapshot.threads[0].ended_by, (FatalSignal{.signal = SIGSEGV, .code = SI_USER}));
    std::array<std::byte, 2> before{};
    EXPECT_TRUE(program.read({snapshot.threads[0].registers.rip - before.size()}, before));
    EXPECT_EQ(before, (std::array{std::byte{0x0F}, std::byte{0x05}})) << "behind the SYSCALL that sent it";
    EXPECT_FALSE(program.read({0x10}, before)) << "nothing is mapped there";
}

TEST_F(Snapshot, OfOneThatExits)
{
    Program program{shell("exit 3")};
    EXPECT_EQ(program.run(), ProgramStop{stops::Exited{3}});
    const ProgramSnapshot snapshot = program.snapshot();
    ASSERT_EQ(snapshot.threads.size(), 1u);
    EXPECT_EQ(snapshot.threads[0].ended_by, std::nullopt);
    EXPECT_NE(area_at(snapshot, snapshot.threads[0].registers.rsp), nullptr);
}

TEST_F(Snapshot, WithoutThreadsUnlessTheyAreKept)
{
    ProgramConfig config = shell("exit 0");
    config.keep_snapshot = false;
    Program program{std::move(config)};
    EXPECT_EQ(program.snapshot().threads.size(), 1u);
    (void)program.run();
    EXPECT_TRUE(program.snapshot().threads.empty());
    EXPECT_FALSE(program.snapshot().areas.empty());
}

}  // namespace
}  // namespace husk::test
