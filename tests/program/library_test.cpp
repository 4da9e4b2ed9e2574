// husk::Program within a process that has more to do: this one.
#include "program/program_lane.hpp"
#include "program/scratch_folder.hpp"

#include <husk/error.hpp>
#include <husk/program.hpp>

#include <gmock/gmock.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <unistd.h>
#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace husk::test {
namespace {

using namespace std::chrono_literals;

class Library : public testing::Test {
protected:
    void SetUp() override
    {
        if (!runs_husk()) GTEST_SKIP() << "there is no native run to compare with";
    }

    /// busybox's shell, which is static: `script` in it.
    ProgramConfig shell(const std::string& script)
    {
        ProgramConfig config;
        config.path = "/bin/busybox";
        config.arguments = {"sh", "-c", script};
        config.engine = single_threaded() ? Engine::Soft : Engine::Kvm;
        config.default_grants = true;
        config.on_output = [this](std::span<const std::byte> bytes) { add(output_, bytes); };
        config.on_error_output = [this](std::span<const std::byte> bytes) { add(errors_, bytes); };
        return config;
    }

    static void add(std::string& text, std::span<const std::byte> bytes)
    {
        for (const std::byte byte : bytes) text += static_cast<char>(byte);
    }

    std::string output_, errors_;
};

TEST_F(Library, OutputGoesToFunctions)
{
    Program program{shell("echo out; echo err >&2; exit 7")};
    EXPECT_EQ(program.run(), ProgramStop{stops::Exited{7}});
    EXPECT_EQ(output_, "out\n");
    EXPECT_EQ(errors_, "err\n");
}

TEST_F(Library, ADescriptorIsGivenAsAnyOfTheThree)
{
    int ends[2];
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    ASSERT_EQ(::write(ends[1], "from a pipe\n", 12), 12);
    ::close(ends[1]);
    auto config = shell("read line; echo \"$line\"");
    config.standard_input = ends[0];
    Program program{std::move(config)};
    EXPECT_EQ(program.run(), ProgramStop{stops::Exited{0}});
    EXPECT_EQ(output_, "from a pipe\n");
    ::close(ends[0]);
}

TEST_F(Library, NothingOfTheProcessIsOpenToIt)
{
    const int low = ::open("/etc/passwd", O_RDONLY | O_CLOEXEC);
    const int high = ::fcntl(low, F_DUPFD_CLOEXEC, 900);
    ASSERT_GE(high, 900);
    Program program{shell("for fd in /proc/self/fd/*; do echo ${fd##*/}; done")};
    EXPECT_EQ(program.run(), ProgramStop{stops::Exited{0}});
    EXPECT_THAT(output_, testing::Not(testing::HasSubstr(std::to_string(high))));
    EXPECT_EQ(output_.substr(0, 6), "0\n1\n2\n");
    EXPECT_GE(::fcntl(low, F_GETFD), 0) << "and all of it is still open here";
    ::close(low);
    ::close(high);
}

TEST_F(Library, ACallIsServedInHusksPlace)
{
    auto config = shell("echo $PPID");
    config.overrides[SYS_getppid] = [](SystemCall&) { return std::optional<std::int64_t>{4711}; };
    std::uint64_t bytes = 0;
    config.overrides[SYS_write] = [&bytes](SystemCall& call) -> std::optional<std::int64_t> {
        bytes += call.arguments[2];
        return std::nullopt;
    };
    Program program{std::move(config)};
    EXPECT_EQ(program.run(), ProgramStop{stops::Exited{0}});
    EXPECT_EQ(output_, "4711\n");
    EXPECT_EQ(bytes, 5u);
}

// Also one that is answered inside the guest if nobody asks for it.
TEST_F(Library, ACallThatTheGuestCouldAnswerIsServedInHusksPlace)
{
    auto config = shell("echo $$");
    unsigned asked = 0;
    config.overrides[SYS_getpid] = [&asked](SystemCall&) {
        ++asked;
        return std::optional<std::int64_t>{4711};
    };
    Program program{std::move(config)};
    EXPECT_EQ(program.run(), ProgramStop{stops::Exited{0}});
    EXPECT_EQ(output_, "4711\n");
    EXPECT_GT(asked, 0u);
}

TEST_F(Library, ACallThatTheGuestCouldAnswerIsCounted)
{
    auto config = shell("echo $$");
    config.count_calls = true;
    Program program{std::move(config)};
    EXPECT_EQ(program.run(), ProgramStop{stops::Exited{0}});
    EXPECT_EQ(output_, std::to_string(::getpid()) + "\n");
    EXPECT_TRUE(std::ranges::any_of(program.calls(), [](const auto& call) { return call.name == "getpid" && call.calls > 0; }));
}

TEST_F(Library, AnOverrideMayReadAndWriteTheProgramsMemory)
{
    auto config = shell("echo secret");
    config.overrides[SYS_write] = [](SystemCall& call) -> std::optional<std::int64_t> {
        std::byte first{};
        if (!call.read(call.arguments[1], std::span{&first, 1})) return -EFAULT;
        EXPECT_EQ(first, std::byte{'s'});
        EXPECT_FALSE(call.read(8, std::span{&first, 1}));
        EXPECT_FALSE(call.write(~0ull, std::span{&first, 1}));
        first = std::byte{'S'};
        if (!call.write(call.arguments[1], std::span{&first, 1})) return -EFAULT;
        return std::nullopt;
    };
    Program program{std::move(config)};
    EXPECT_EQ(program.run(), ProgramStop{stops::Exited{0}});
    EXPECT_EQ(output_, "Secret\n");
}

TEST_F(Library, LimitsEndIt)
{
    auto config = shell("while :; do :; done");
    config.limits.wall_time = 200ms;
    EXPECT_EQ(Program{config}.run(), ProgramStop{stops::OutOfTime{}});
    config.limits = {};
    config.limits.cpu_time = 100ms;
    EXPECT_EQ(Program{config}.run(), ProgramStop{stops::OutOfCpuTime{}});
    config = shell("while echo 0123456789; do :; done");
    config.limits.output = 1000;
    EXPECT_EQ(Program{config}.run(), ProgramStop{stops::TooMuchOutput{}});
    EXPECT_EQ(output_.size(), 1000u);
}

TEST_F(Library, MemoryIsLimited)
{
    auto config = shell("x=0123456789; while :; do x=$x$x; done");
    config.limits.memory = 32_MiB;
    Program program{std::move(config)};
    EXPECT_NE(program.run(), ProgramStop{stops::Exited{0}});
}

TEST_F(Library, CancelEndsAnythingThatRunsOrWaits)
{
    const std::vector<std::vector<std::string>> commands{{"sh", "-c", "while :; do :; done"}, {"sleep", "1000"}, {"cat"}};
    for (const auto& command : commands) {
        int ends[2];
        ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
        auto config = shell("");
        config.arguments = command;
        config.standard_input = ends[0];
        Program program{std::move(config)};
        std::thread canceller{[&program] {
            std::this_thread::sleep_for(50ms);
            program.cancel();
        }};
        EXPECT_EQ(program.run(), ProgramStop{stops::Cancelled{}}) << command[0];
        canceller.join();
        ::close(ends[0]);
        ::close(ends[1]);
    }
}

TEST_F(Library, SeveralRunAtOnceAndDoNotSeeEachOther)
{
    constexpr int kPrograms = 4;
    std::vector<std::string> said(kPrograms);
    std::vector<std::thread> threads;
    for (int i = 0; i < kPrograms; ++i)
        threads.emplace_back([&said, i, config = shell("for i in 1 2 3; do echo $0 $i; done")]() mutable {
            config.arguments.push_back(std::to_string(i));
            config.on_output = [&text = said[static_cast<std::size_t>(i)]](auto bytes) { add(text, bytes); };
            EXPECT_EQ(Program{std::move(config)}.run(), ProgramStop{stops::Exited{0}});
        });
    for (auto& thread : threads) thread.join();
    for (int i = 0; i < kPrograms; ++i) {
        const auto name = std::to_string(i);
        EXPECT_EQ(said[static_cast<std::size_t>(i)], name + " 1\n" + name + " 2\n" + name + " 3\n");
    }
}

TEST_F(Library, ThreadsOfAProgramAreWatchedAtOnce)
{
    if (single_threaded()) GTEST_SKIP() << "threads: the software engine runs one";
    for (const std::string guest : {"thread_basic", "thread_cancel", "thread_many", "thread_signal", "thread_sync"}) {
        const Scratch scratch{program_lane() + "/library_" + guest};
        const std::string folder = scratch.path().string();
        auto config = shell("");
        config.path = std::string{HUSK_PROGRAM_FOLDER} + "/guests/" + guest;
        config.arguments = {config.path, folder};
        config.environment = {"HUSK=1"};
        config.grants = {{.path = folder, .writable = true, .at = {}}};
        config.count_calls = true;
        std::atomic<int> lines = 0;
        config.trace = [&lines](std::string_view) { ++lines; };
        Program program{std::move(config)};
        EXPECT_EQ(program.run(), ProgramStop{stops::Exited{0}}) << guest << "\n" << errors_;
        EXPECT_GT(lines, 0);
        EXPECT_FALSE(program.calls().empty());
    }
}

TEST_F(Library, ConfinementIsTheProgramsAlone)
{
    auto config = shell("read line </etc/hostname; exit 0");
    config.confinement = Confinement::Wanted;
    Program program{std::move(config)};
    EXPECT_EQ(program.run(), ProgramStop{stops::Exited{0}});
    EXPECT_TRUE(std::ifstream{"/etc/passwd"}.good()) << "this thread may do as before";
    const pid_t child = ::fork();
    if (child == 0) ::_exit(0);
    int status = -1;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
}

TEST_F(Library, WhatIsNoProgramIsAnError)
{
    auto config = shell("");
    for (const auto& [path, code] : {std::pair{"/no/such/program", ENOENT}, {"/etc/passwd", EACCES}, {"/etc", EACCES}}) {
        config.path = path;
        try {
            const Program program{config};
            ADD_FAILURE() << path;
        } catch (const Error& error) {
            EXPECT_EQ(error.code().value(), code) << path;
            EXPECT_THAT(error.hint(), testing::HasSubstr(path));
        }
    }
    config.path.clear();
    EXPECT_THROW(Program{config}, std::invalid_argument);
}

TEST_F(Library, CallsAreCountedAndTraced)
{
    auto config = shell("echo traced");
    config.count_calls = true;
    std::vector<std::string> lines;
    config.trace = [&lines](std::string_view line) { lines.emplace_back(line); };
    Program program{std::move(config)};
    EXPECT_EQ(program.run(), ProgramStop{stops::Exited{0}});
    EXPECT_THAT(lines, testing::Contains(testing::HasSubstr("write(1, \"traced\\n\", 7) = 7")));
    EXPECT_EQ(lines.back(), "+++ exited with 0 +++");
    const auto calls = program.calls();
    const auto writes = std::ranges::find(calls, "write", &SystemCallCount::name);
    ASSERT_NE(writes, calls.end());
    EXPECT_EQ(writes->calls, 1u);
}

}  // namespace
}  // namespace husk::test
