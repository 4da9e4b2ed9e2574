// `husk run --gdb` with the real GDB, as a user would: a static and a dynamic program, on this lane's engine.
#include "support/gdb.hpp"
#include "program/program_lane.hpp"
#include "support/command.hpp"
#include "support/temp_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <thread>

namespace husk::test {
namespace {

using testing::HasSubstr;
using testing::Not;

class GdbProgram : public testing::TestWithParam<const char*> {
protected:
    void SetUp() override
    {
        if (!runs_husk()) GTEST_SKIP() << "this lane does not run Husk";
        if (!has_gdb()) GTEST_SKIP() << kNoGdb;
    }

    static std::string guest() { return std::string{HUSK_PROGRAM_FOLDER "/debugged/"} + GetParam(); }
    static bool is_static() { return std::string_view{GetParam()} == "counted"; }
    std::string socket() const { return folder_.path() + "/gdb"; }
    std::string fifo() const { return folder_.path() + "/input"; }

    std::vector<std::string> husk_words(const std::string& what, const std::vector<std::string>& options = {}) const
    {
        std::vector<std::string> words{"run", "--engine", program_lane(), "--gdb", "unix:" + socket()};
        words.insert(words.end(), options.begin(), options.end());
        words.push_back(guest());
        if (!what.empty()) words.push_back(what);
        return words;
    }
    std::vector<std::string> gdb_words(const std::vector<std::string>& commands) const
    {
        while (!std::filesystem::exists(socket())) std::this_thread::sleep_for(std::chrono::milliseconds{10});
        std::vector<std::string> all{"target remote " + socket()};
        all.insert(all.end(), commands.begin(), commands.end());
        return test::gdb_words(all);
    }
    /// All that GDB prints.
    std::string session(const std::string& what, const std::vector<std::string>& commands,
                        const std::vector<std::string>& options = {})
    {
        Running husk{husk_words(what, options)};
        const Finished gdb = Running{gdb_words(commands), -1, kGdb}.wait();
        husk_ = husk.wait();
        return gdb.out + gdb.err;
    }
    /// The same, interrupted by Ctrl-C when the program has said that it is ready.
    std::string interrupted(const std::string& what, const std::vector<std::string>& commands)
    {
        ::mkfifo(fifo().c_str(), S_IRUSR | S_IWUSR);
        const UniqueFd input{::open(fifo().c_str(), O_RDWR | O_CLOEXEC)};
        Running husk{husk_words(what), input.get()};
        Running gdb{gdb_words(commands), -1, kGdb};
        EXPECT_EQ(husk.read(5), "ready");
        gdb.send(SIGINT);
        const Finished said = gdb.wait();
        husk_ = husk.wait();
        return said.out + said.err;
    }

    TempFolder folder_;
    Finished husk_;
};

TEST_P(GdbProgram, StopsBeforeTheFirstInstructionAndSaysHowItEnds)
{
    const std::string said = session("", {"info threads", "p $_siginfo", "continue"});
    EXPECT_THAT(said, HasSubstr("in _start ()"));
    EXPECT_THAT(said, Not(HasSubstr("Could not load")));
    if (!is_static()) {
        EXPECT_THAT(said, HasSubstr("from target:/lib64/ld-linux-x86-64.so.2"));
    }
    EXPECT_THAT(said, HasSubstr("exited with code 07"));
    EXPECT_EQ(husk_.status, 7);
}

TEST_P(GdbProgram, ItsFilesComeOverTheLine)
{
    const std::string said = session("", {"info files", "break add", "continue", "info sharedlibrary", "continue", "kill"});
    EXPECT_THAT(said, HasSubstr("Reading symbols from target:" + guest()));
    if (!is_static()) {
        EXPECT_THAT(said, testing::ContainsRegex("Yes[^\n]* target:/lib64/ld-linux-x86-64.so.2"));
        EXPECT_THAT(said, testing::ContainsRegex("Yes[^\n]* target:/[^\n]*/libc.so.6"));
    }
    EXPECT_EQ(husk_.status, 137);
}

TEST_P(GdbProgram, BreaksStepsPrintsAndFinishes)
{
    const std::string said = session("", {"break main", "continue", "next", "next", "step", "print rounds", "break add", "continue",
                                          "backtrace", "print value", "finish", "print sum", "delete", "continue"});
    EXPECT_THAT(said, HasSubstr("Breakpoint 1, main (argc=1"));
    EXPECT_THAT(said, HasSubstr("count (rounds=3)"));
    EXPECT_THAT(said, HasSubstr("$1 = 3"));
    EXPECT_THAT(said, HasSubstr("in count (rounds=3)"));
    EXPECT_THAT(said, HasSubstr("in main (argc=1"));
    EXPECT_THAT(said, HasSubstr("$2 = 1"));
    EXPECT_THAT(said, HasSubstr("Value returned is $3 = 1"));
    EXPECT_THAT(said, HasSubstr("$4 = 0"));
    EXPECT_EQ(husk_.status, 7);
}

TEST_P(GdbProgram, WatchesWritesAndReads)
{
    const std::string said = session("", {"break main", "continue", "watch total", "continue", "continue", "delete", "rwatch spin",
                                          "hbreak count", "continue", "delete", "continue"});
    EXPECT_THAT(said, HasSubstr("Old value = 0\nNew value = 1"));
    EXPECT_THAT(said, HasSubstr("Old value = 1\nNew value = 3"));
    EXPECT_THAT(said, HasSubstr("Hardware read watchpoint 3: spin"));
    EXPECT_EQ(husk_.status, 7);
}

TEST_P(GdbProgram, MeetsAHardwareBreakpoint)
{
    const std::string said = session("", {"break main", "continue", "hbreak count", "continue", "stepi", "delete", "continue"});
    EXPECT_THAT(said, HasSubstr("Breakpoint 2, count (rounds=3)"));
    EXPECT_EQ(husk_.status, 7);
}

TEST_P(GdbProgram, SeesASystemCallsWriteToWhatIsWatched)
{
    const std::string said = session("signal", {"break raise", "continue", "watch handled", "continue", "continue", "continue"});
    EXPECT_THAT(said, HasSubstr("SIGUSR1"));
    EXPECT_THAT(said, HasSubstr("Old value = 0\nNew value = 10"));
    EXPECT_EQ(husk_.status, 10);
}

TEST_P(GdbProgram, ReadsAndWritesRegistersAndMemoryAndCallsFunctions)
{
    const std::string said = session(
        "", {"break main", "continue", "set var total=40", "p total", "p square(5)", "set $xmm0.uint128=9", "p $xmm0.uint128",
             "set $rbx=0x1234", "p/x $rbx", "set $rip=0xffff000000", "set $cs=0", "set $fs_base=0x800000000000", "x/x 0xffff000000",
             "set *(int*)0xffff000000=1", "p $fs_base == (unsigned long)$fs_base", "kill"});
    EXPECT_THAT(said, HasSubstr("$1 = 40"));
    EXPECT_THAT(said, HasSubstr("$2 = 25"));
    EXPECT_THAT(said, HasSubstr("$3 = 9"));
    EXPECT_THAT(said, HasSubstr("$4 = 0x1234"));
    EXPECT_THAT(said, HasSubstr("0xffff000000 is not an address of the program's"));
    EXPECT_THAT(said, HasSubstr("those of a program are Husk's to choose"));
    EXPECT_THAT(said, HasSubstr("0x800000000000 is not an address of the program's"));
    EXPECT_THAT(said, HasSubstr("Cannot access memory at address 0xffff000000"));
    EXPECT_EQ(husk_.status, 137);
}

TEST_P(GdbProgram, CatchesAFaultWithItsAddress)
{
    const std::string said =
        session("fault", {"continue", "p $_siginfo._sifields._sigfault.si_addr", "p sum", "backtrace", "continue"});
    EXPECT_THAT(said, HasSubstr("received signal SIGSEGV"));
    EXPECT_THAT(said, HasSubstr("$1 = (void *) 0x1230"));
    EXPECT_THAT(said, HasSubstr("$2 = 6"));
    EXPECT_THAT(said, HasSubstr("terminated with signal SIGSEGV"));
    EXPECT_EQ(husk_.status, 139);
}

TEST_P(GdbProgram, PassesSignalsOnOrNot)
{
    EXPECT_THAT(session("signal", {"continue", "continue"}), HasSubstr("received signal SIGUSR1"));
    EXPECT_EQ(husk_.status, 10);
    (void)session("signal", {"continue", "signal 0"});
    EXPECT_EQ(husk_.status, 0) << "its handler has not run";
    const std::string said = session("signal", {"continue", "signal SIGTERM"});
    EXPECT_THAT(said, HasSubstr("terminated with signal SIGTERM"));
    EXPECT_EQ(husk_.status, 128 + SIGTERM);
    (void)session("", {"break add", "continue", "delete", "signal SIGUSR1"});
    EXPECT_EQ(husk_.status, 7);
}

TEST_P(GdbProgram, StepsIntoAHandlerAndOutOfIt)
{
    const std::string said =
        session("signal", {"continue", "stepi", "info symbol $pc", "backtrace 2", "break main", "delete", "watch handled",
                           "continue", "delete", "finish", "stepi", "stepi", "stepi", "continue"});
    EXPECT_THAT(said, HasSubstr("on_signal in section"));
    EXPECT_THAT(said, HasSubstr("<signal handler called>"));
    EXPECT_EQ(husk_.status, 10);
}

TEST_P(GdbProgram, LeavesAProgramsOwnTrapAlone)
{
    const std::string said = session("trap", {"continue", "continue"});
    EXPECT_THAT(said, HasSubstr("received signal SIGTRAP"));
    EXPECT_EQ(husk_.status, 7) << "GDB does not pass it on";
}

TEST_P(GdbProgram, InterruptsWhatComputes)
{
    const std::string said = interrupted("spin", {"continue", "p square(6)", "set var spin=0", "continue"});
    EXPECT_THAT(said, HasSubstr("received signal SIGINT"));
    EXPECT_THAT(said, HasSubstr("$1 = 36"));
    EXPECT_EQ(husk_.status, 9);
}

TEST_P(GdbProgram, InterruptsWhatWaitsAndTheCallGoesOn)
{
    const std::string said = interrupted("read", {"continue", "p square(6)", "shell printf x > " + fifo(), "continue"});
    EXPECT_THAT(said, HasSubstr("received signal SIGINT"));
    EXPECT_THAT(said, HasSubstr("$1 = 36"));
    EXPECT_EQ(husk_.status, 'x');
}

TEST_P(GdbProgram, ASleepThatIsInterruptedSleepsOn)
{
    EXPECT_THAT(interrupted("sleep", {"continue", "p square(6)", "continue"}), HasSubstr("$1 = 36"));
    EXPECT_EQ(husk_.status, 4);
}

TEST_P(GdbProgram, DetachesAndKills)
{
    EXPECT_THAT(session("", {"break add", "continue", "detach"}), HasSubstr("detached"));
    EXPECT_EQ(husk_.status, 7);
    EXPECT_THAT(session("", {"break add", "continue", "kill"}), HasSubstr("killed"));
    EXPECT_EQ(husk_.status, 137);
    EXPECT_THAT(interrupted("read", {"continue", "shell printf y > " + fifo(), "detach"}), HasSubstr("detached"));
    EXPECT_EQ(husk_.status, 'y');
}

TEST_P(GdbProgram, ItsDescriptorsAreNotTheProgram)
{
    (void)session("descriptors", {"continue"});
    EXPECT_EQ(husk_.status, 6);
}

TEST_P(GdbProgram, MonitorCommandsAndLimits)
{
    const std::string said = session("",
                                     {"monitor help", "monitor mappings", "monitor threads", "monitor stats", "monitor engine",
                                      "monitor nonsense", "shell sleep 1.2", "continue"},
                                     {"--timeout", "1"});
    EXPECT_THAT(said, HasSubstr("[stack]"));
    EXPECT_THAT(said, HasSubstr("rip 0x"));
    EXPECT_THAT(said, HasSubstr("there is no command 'nonsense'"));
    EXPECT_EQ(husk_.status, 7) << "the time in which it is looked at does not count";
}

TEST_P(GdbProgram, ATimeoutEndsIt)
{
    EXPECT_THAT(session("spin", {"continue"}, {"--timeout", "0.2"}), HasSubstr("terminated with signal SIGKILL"));
    EXPECT_EQ(husk_.status, 124);
}

TEST_P(GdbProgram, ShowsThreadsAndStopsInThem)
{
    if (single_threaded()) GTEST_SKIP() << "this engine runs one thread only";
    const std::string said =
        session("threads", {"tbreak work", "continue", "info threads", "next", "next", "tbreak square", "p mine", "info threads",
                            "p square(4)", "thread 1", "backtrace 1", "continue", "continue"});
    EXPECT_THAT(said, HasSubstr("hit Temporary breakpoint 1, work (number=0x"));
    EXPECT_THAT(said, HasSubstr("  1    Thread "));
    EXPECT_THAT(said, HasSubstr("* 2    Thread "));
    EXPECT_THAT(said, HasSubstr("work (number=0x1) at"));
    EXPECT_EQ(husk_.status, 5);
}

TEST_P(GdbProgram, WatchesWhatThreadsWrite)
{
    if (single_threaded()) GTEST_SKIP() << "this engine runs one thread only";
    const std::string said =
        session("threads", {"break in_threads", "continue", "watch shared if shared == 150", "continue", "info threads", "delete",
                            "set scheduler-locking on", "next", "set scheduler-locking off", "continue"});
    EXPECT_THAT(said, HasSubstr("New value = 150"));
    EXPECT_THAT(said, testing::ContainsRegex("\\* [23]    Thread"));
    EXPECT_EQ(husk_.status, 5);
}

INSTANTIATE_TEST_SUITE_P(Programs, GdbProgram, testing::Values("counted", "counted.dynamic"),
                         [](const auto& test) { return std::string{test.index == 0 ? "Static" : "Dynamic"}; });

}  // namespace
}  // namespace husk::test
