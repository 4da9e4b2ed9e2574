// What comes to `husk run --gdb` that GDB would never send, and what it must not reach.
#include "program/program_lane.hpp"
#include "support/command.hpp"
#include "support/debugger.hpp"
#include "support/temp_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <thread>

namespace husk::test {
namespace {

using testing::StartsWith;

class GdbProgramHostile : public testing::Test {
protected:
    void SetUp() override
    {
        if (!runs_husk()) GTEST_SKIP() << "this lane does not run Husk";
    }

    std::string socket() const { return folder_.path() + "/gdb"; }
    std::vector<std::string> words(const std::string& what = "") const
    {
        std::vector<std::string> all{"run",   "--engine",         program_lane(),
                                     "--gdb", "unix:" + socket(), HUSK_PROGRAM_FOLDER "/debugged/counted"};
        if (!what.empty()) all.push_back(what);
        return all;
    }

    TempFolder folder_;
};

TEST_F(GdbProgramHostile, NoAddressReachesHusk)
{
    Running husk{words()};
    {
        RawDebugger debugger{socket()};
        // Husk's stubs and tables, the end of the space, far beyond it, and what wraps.
        for (const std::string at : {"fffffff000", "ffff000000", "ffff007000", "10000000000", "7fffffffffff", "ffff800000000000",
                                     "ffffffffffffffff", "0"}) {
            EXPECT_THAT(debugger.ask("m" + at + ",8"), StartsWith("E")) << at;
            EXPECT_THAT(debugger.ask("M" + at + ",1:cc"), StartsWith("E")) << at;
            EXPECT_THAT(debugger.ask("Z0," + at + ",1"), StartsWith("E")) << at;
            EXPECT_THAT(debugger.ask("qHusk.physical:" + at + ",8"), StartsWith("E")) << at;
        }
        // The vDSO, whose data the host does not let be read as it pleases; and what begins in the program and ends outside.
        for (const char* const at : {"fffe000000", "fffe001000", "fffe002000", "fffe003000", "fffe004000", "fffe005000"})
            (void)debugger.ask(std::string{"m"} + at + ",ffffffffffffffff");
        EXPECT_THAT(debugger.ask("mbfffffffff,ffffffffffffffff"), testing::SizeIs(2)) << "a byte of the stack";
        EXPECT_THAT(debugger.ask("Mbfffffffff,2:cccc"), StartsWith("E"));
        EXPECT_THAT(debugger.ask("Z2,ffff000000,8"), StartsWith("E"));
        EXPECT_THAT(debugger.ask("Z2,400000,ffffffffffffffff"), StartsWith("E"));
        EXPECT_THAT(debugger.ask("Z1,ffff007000,1"), StartsWith("E"));
        EXPECT_THAT(debugger.ask("k"), testing::IsEmpty());
    }
    EXPECT_EQ(husk.wait().status, 137);
}

TEST_F(GdbProgramHostile, NonsenseIsAnsweredAndTheProgramGoesOn)
{
    Running husk{words()};
    {
        RawDebugger debugger{socket()};
        const std::string stopped = debugger.ask("?");
        EXPECT_THAT(stopped, StartsWith("T05thread:"));
        EXPECT_THAT(debugger.ask("G00"), StartsWith("E"));
        EXPECT_THAT(debugger.ask("P10=0000"), StartsWith("E"));
        EXPECT_THAT(debugger.ask("P10=000000ffffff0000"), StartsWith("E")) << "not an address of the program's";
        EXPECT_THAT(debugger.ask("Hg7fffffff"), StartsWith("E"));
        EXPECT_THAT(debugger.ask("T7fffffff"), StartsWith("E"));
        EXPECT_THAT(debugger.ask("vCont;c:7fffffff"), StartsWith("T00")) << "no such thread: nothing goes on";
        EXPECT_THAT(debugger.ask("vCont;Cff"), StartsWith("W07")) << "no such signal: none";
    }
    EXPECT_EQ(husk.wait().status, 7);
}

TEST_F(GdbProgramHostile, WhoHangsUpLeavesTheProgramForTheNext)
{
    Running husk{words("spin")};
    {
        RawDebugger first{socket()};
        first.send(debug::gdb::frame("vCont;c"));
        EXPECT_EQ(husk.read(5), "ready");
        const RawDebugger second{socket()};
        EXPECT_TRUE(second.is_hung_up()) << "one at a time";
    }
    RawDebugger next{socket()};
    EXPECT_THAT(next.ask("?"), StartsWith("T02"));
    EXPECT_THAT(next.ask("vKill;1"), "OK");
    EXPECT_EQ(husk.wait().status, 137);
}

// Held until a debugger comes, it could take no signal.
TEST_F(GdbProgramHostile, NoDebuggerComesAndASignalEndsIt)
{
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
        Running husk{words()};
        while (!std::filesystem::exists(socket())) std::this_thread::yield();
        husk.send(signal);
        EXPECT_EQ(husk.wait().status, 128 + signal);
        std::filesystem::remove(socket());
    }
}

// It waits for the debugger to let the program go on, and then there is none.
TEST_F(GdbProgramHostile, ASignalThatCameWhileItWasHeldEndsItWhenTheDebuggerHangsUp)
{
    for (const bool has_run : {false, true}) {
        Running husk{words("spin")};
        {
            RawDebugger debugger{socket()};
            EXPECT_THAT(debugger.ask("?"), StartsWith("T05")) << "it is there";
            if (has_run) {
                debugger.send(debug::gdb::frame("vCont;c"));
                EXPECT_EQ(husk.read(5), "ready");
                debugger.send("\3");
                EXPECT_THAT(debugger.answer(), StartsWith("T02"));
            }
            husk.send(SIGTERM);
            EXPECT_THAT(debugger.ask("?"), StartsWith("T"));
        }
        EXPECT_EQ(husk.wait().status, 128 + SIGTERM);
        std::filesystem::remove(socket());
    }
}

TEST_F(GdbProgramHostile, ASignalThatTheNextDebuggerIsToldOfIsNotWaitedFor)
{
    Running husk{words("spin")};
    {
        RawDebugger debugger{socket()};
        EXPECT_THAT(debugger.ask("?"), StartsWith("T05"));
        husk.send(SIGTERM);
        // It is told, and taken back: from here on the program has no signal.
        EXPECT_THAT(debugger.ask("vCont;c"), StartsWith("T0f"));
    }
    RawDebugger next{socket()};
    EXPECT_THAT(next.ask("?"), StartsWith("T0f")) << "the program is still there";
    EXPECT_THAT(next.ask("vKill;1"), "OK");
    EXPECT_EQ(husk.wait().status, 137);
}

TEST_F(GdbProgramHostile, ItsEndTakesTheSocketAway)
{
    Running husk{words()};
    {
        RawDebugger debugger{socket()};
        EXPECT_THAT(debugger.ask("D"), "OK");
    }
    EXPECT_EQ(husk.wait().status, 7);
    while (std::filesystem::exists(socket())) std::this_thread::yield();
}

}  // namespace
}  // namespace husk::test
