// `husk thaw --gdb`: a program that was frozen is held where it was, and goes on from there.
#include "program/program_lane.hpp"
#include "support/command.hpp"
#include "support/debugger.hpp"
#include "support/gdb.hpp"
#include "support/temp_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <thread>

namespace husk::test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class GdbThaw : public testing::Test {
protected:
    void SetUp() override
    {
        if (!runs_husk()) GTEST_SKIP() << "this lane does not run Husk";
    }

    std::string socket() const { return folder_ / "gdb"; }
    void freeze(const std::string& at, const std::string& program, const std::vector<std::string>& arguments = {}) const
    {
        std::vector<std::string> words{"freeze", "-o", folder_ / "frozen",           "--engine", program_lane(),
                                       "--at",   at,   HUSK_PROGRAM_FOLDER + program};
        words.insert(words.end(), arguments.begin(), arguments.end());
        const Finished run = run_husk(words);
        ASSERT_TRUE(std::filesystem::exists(folder_ / "frozen")) << run.err;
    }
    std::vector<std::string> thaw_words() const
    {
        return {"thaw", folder_ / "frozen", "--engine", program_lane(), "--gdb", "unix:" + socket()};
    }
    /// All that GDB prints; it reads files where it runs, for a thaw has no grant for them.
    std::string session(const std::vector<std::string>& commands)
    {
        Running husk{thaw_words()};
        while (!std::filesystem::exists(socket())) std::this_thread::sleep_for(std::chrono::milliseconds{10});
        std::vector<std::string> all{"set sysroot /", "target remote " + socket()};
        all.insert(all.end(), commands.begin(), commands.end());
        const std::string said = gdb(all);
        husk_ = husk.wait();
        return said;
    }

    TempFolder folder_;
    Finished husk_;
};

TEST_F(GdbThaw, BeginsWhereItWasFrozenWithAllThatIsLoaded)
{
    if (!has_gdb()) GTEST_SKIP() << kNoGdb;
    freeze("symbol:count", "/debugged/counted.dynamic");
    const std::string said = session({"backtrace", "info sharedlibrary", "break add", "continue", "print value", "watch total",
                                      "continue", "delete", "print square(5)", "continue"});
    EXPECT_THAT(said, HasSubstr("#0  count (rounds="));
    EXPECT_THAT(said, HasSubstr("in main (argc=1"));
    EXPECT_THAT(said, testing::ContainsRegex("Yes[^\n]*/libc.so.6"));
    EXPECT_THAT(said, HasSubstr("$1 = 1"));
    EXPECT_THAT(said, HasSubstr("Old value = 0\nNew value = 1"));
    EXPECT_THAT(said, HasSubstr("$2 = 25"));
    EXPECT_EQ(husk_.status, 7);
}

TEST_F(GdbThaw, ItsThreadsAreHeldAndGoOn)
{
    if (single_threaded()) GTEST_SKIP() << "this engine runs one thread only";
    freeze("asked", "/frozen/threads");
    Running husk{thaw_words()};
    {
        RawDebugger debugger{socket()};
        EXPECT_THAT(debugger.ask("?"), StartsWith("T05thread:"));
        const std::string threads = debugger.ask("qfThreadInfo");
        EXPECT_EQ(std::ranges::count(threads, ','), 5) << threads;
        EXPECT_THAT(debugger.ask("vCont;c"), StartsWith("W00"));
    }
    EXPECT_EQ(husk.wait().out, "all in thaw 1\n");
}

}  // namespace
}  // namespace husk::test
