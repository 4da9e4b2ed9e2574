// `husk boot --gdb` with the real GDB, as a user would: images in all four modes, on each engine that this host has.
#include "support/gdb.hpp"
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

using testing::HasSubstr;

struct Case {
    std::string engine, mode, guest;
    friend void PrintTo(const Case& shown, std::ostream* to) { *to << shown.engine << ' ' << shown.mode; }
};

class Gdb : public testing::TestWithParam<Case> {
protected:
    void SetUp() override
    {
        if (!has_gdb()) GTEST_SKIP() << kNoGdb;
        const auto probe = run_husk({"boot", image(), "--mode", GetParam().mode, "--engine", GetParam().engine, "--timeout", "20"});
        if (probe.status == 122) GTEST_SKIP() << probe.err;
    }

    static std::string guests() { return HUSK_BINARY_DIR "/guests/"; }
    static std::string image() { return guests() + GetParam().guest + ".bin"; }
    std::string socket() const { return folder_.path() + "/gdb"; }
    static bool is_real() { return GetParam().mode == "real"; }

    std::vector<std::string> husk_words() const
    {
        return {"boot", image(), "--mode", GetParam().mode, "--engine", GetParam().engine, "--gdb", "unix:" + socket()};
    }
    std::vector<std::string> gdb_words(const std::vector<std::string>& commands) const
    {
        while (!std::filesystem::exists(socket())) std::this_thread::sleep_for(std::chrono::milliseconds{10});
        std::vector<std::string> all{"file " + guests() + GetParam().guest + ".sym", "target remote " + socket()};
        all.insert(all.end(), commands.begin(), commands.end());
        return test::gdb_words(all);
    }
    /// All that GDB prints.
    std::string session(const std::vector<std::string>& commands)
    {
        Running husk{husk_words()};
        const Finished gdb = Running{gdb_words(commands), -1, kGdb}.wait();
        husk_ = husk.wait();
        EXPECT_FALSE(std::filesystem::exists(socket()));
        return gdb.out + gdb.err;
    }

    TempFolder folder_;
    Finished husk_;
};

TEST_P(Gdb, BreaksAtASymbolAndGoesOnToTheEnd)
{
    const std::string place = is_real() ? "round" : "add";
    const std::string said = session({"break " + place, "continue", "info registers", "x/2i $pc", "delete", "continue"});
    EXPECT_THAT(said, HasSubstr("Breakpoint 1, " + place));
    EXPECT_THAT(said, HasSubstr(is_real()                        ? "cs_base        0x10 "
                                : GetParam().mode == "protected" ? "[ PE ET ]"
                                                                 : "[ PE MP ET NE WP AM PG ]"));
    EXPECT_THAT(said, HasSubstr("exited normally"));
    EXPECT_EQ(husk_.status, 0);
    EXPECT_EQ(husk_.out, "+++");
}

TEST_P(Gdb, ReadsAndWritesRegistersAndMemory)
{
    const std::string sp = GetParam().mode == "long" ? "$rbx" : "$ebx", at = "*(short*)&spin";
    const std::string said = session({"set var " + sp + "=0x1234", "p/x " + sp, "set var " + at + "=77", "p " + at,
                                      "set var " + at + "=0", "p $xmm0.uint128", "set var $xmm0.uint128=9", "p $xmm0.uint128",
                                      "p $st0", "p $fctrl", "p/x $eflags", "x/4xb 0xfffffff0", "kill"});
    EXPECT_THAT(said, HasSubstr("$1 = 0x1234"));
    EXPECT_THAT(said, HasSubstr("$2 = 77"));
    EXPECT_THAT(said, HasSubstr("$3 = 0"));
    EXPECT_THAT(said, HasSubstr("$4 = 9"));
    EXPECT_THAT(said, HasSubstr("$6 = 895")) << "0x37f";
    EXPECT_THAT(said, HasSubstr("Cannot access memory at address 0xfffffff0"));
    EXPECT_EQ(husk_.status, 137);
}

TEST_P(Gdb, StepsAndWatches)
{
    const std::string place = is_real() ? "round" : "add", total = is_real() ? "*(short*)&total" : "total";
    const std::string said = session({"break " + place, "continue", "delete", "watch " + total, "continue", "continue", "stepi",
                                      "p $_", "info watchpoints", "detach"});
    EXPECT_THAT(said, HasSubstr("Hardware watchpoint 2: " + total));
    EXPECT_THAT(said, HasSubstr(is_real() ? "Old value = 3\nNew value = 5" : "Old value = 1\nNew value = 3"));
    EXPECT_THAT(said, HasSubstr("already hit 2 times"));
    EXPECT_THAT(said, HasSubstr("detached"));
    EXPECT_EQ(husk_.status, 0) << "without a debugger the guest goes on to its end";
    EXPECT_EQ(husk_.out, "+++");
}

TEST_P(Gdb, ShowsTheStackOfCalls)
{
    if (is_real()) GTEST_SKIP() << "its guest has none";
    const std::string said = session({"break add", "continue", "continue", "backtrace", "p value", "up", "p i", "finish", "kill"});
    EXPECT_THAT(said, HasSubstr("in count (rounds=rounds@entry=3)"));
    EXPECT_THAT(said, HasSubstr("in _start ()"));
    EXPECT_THAT(said, HasSubstr("$1 = 2"));
    EXPECT_THAT(said, HasSubstr("$2 = 2"));
}

TEST_P(Gdb, HardwareBreakpointsAreMet)
{
    const std::string place = is_real() ? "end" : "count";
    const std::string said = session({"hbreak " + place, "continue", "kill"});
    EXPECT_THAT(said, HasSubstr("Breakpoint 1, " + place));
}

TEST_P(Gdb, ControlCStopsAGuestThatSpins)
{
    Running husk{husk_words()};
    const std::string spin = is_real() ? "*(short*)&spin" : "spin";
    Running gdb{gdb_words({"set var " + spin + "=1", "continue", "p 40+2", "set var " + spin + "=0", "continue"}), -1, kGdb};
    EXPECT_EQ(husk.read(3), "+++");
    gdb.send(SIGINT);
    const auto said = gdb.wait().out;
    EXPECT_THAT(said, HasSubstr("received signal SIGINT"));
    EXPECT_THAT(said, HasSubstr("$1 = 42"));
    EXPECT_THAT(said, HasSubstr("exited normally"));
    EXPECT_EQ(husk.wait().status, 0);
}

TEST_P(Gdb, MonitorCommands)
{
    const std::string place = is_real() ? "end" : "add";
    const std::string said = session({"break " + place, "continue", "monitor help", "monitor regs", "monitor walk 0x8",
                                      "monitor xp 0x0 8", "monitor stats", "monitor reset", "maintenance flush register-cache",
                                      "p/x $pc", "monitor nonsense", "monitor walk", "monitor xp 0y1", "info threads", "kill"});
    EXPECT_THAT(said, HasSubstr("walk ADDR"));
    EXPECT_THAT(said, HasSubstr(is_real() || GetParam().mode == "protected" ? "paging is off" : "is physical 0x8"));
    EXPECT_THAT(said, HasSubstr("0x0000000000: "));
    EXPECT_THAT(said, HasSubstr("exits: "));
    EXPECT_THAT(said, HasSubstr("$1 = 0x0"));
    EXPECT_THAT(said, HasSubstr("there is no 'nonsense'"));
    EXPECT_THAT(said, HasSubstr("'0y1' is not a number"));
    EXPECT_THAT(said, HasSubstr("vCPU 0, " + GetParam().mode + " mode, ring 0"));
}

TEST_P(Gdb, MemoryIsGuestPhysicalWhenAskedFor)
{
    // Where there is paging, its tables are zeros then: nothing is mapped.
    const std::string said = session({"set $cr3=0x100000", "x/4xb 0x3000", "monitor physical", "monitor physical on",
                                      "set var *(unsigned*)0x3000=0x1234567", "p/x *(unsigned*)0x3000", "monitor physical yes",
                                      "monitor physical off", "monitor xp 0x3000 4", "kill"});
    const bool paging = GetParam().mode == "paged" || GetParam().mode == "long";
    EXPECT_EQ(said.find("Cannot access memory at address 0x3000") != std::string::npos, paging) << said;
    EXPECT_THAT(said, HasSubstr("memory is read and written by guest-virtual address"));
    EXPECT_THAT(said, HasSubstr("memory is read and written by guest-physical address"));
    EXPECT_THAT(said, HasSubstr("physical on, or physical off"));
    EXPECT_THAT(said, HasSubstr("$1 = 0x1234567"));
    EXPECT_THAT(said, HasSubstr("67 45 23 01"));
}

std::vector<Case> cases()
{
    std::vector<Case> all;
    for (const char* engine : {"kvm", "soft"}) {
        if (std::string_view{engine} == "soft" && !HUSK_SOFT_ENGINE) continue;
        all.push_back({engine, "real", "debugged16"});
        all.push_back({engine, "protected", "debugged32"});
        all.push_back({engine, "paged", "debugged32"});
        all.push_back({engine, "long", "debugged64"});
    }
    return all;
}

INSTANTIATE_TEST_SUITE_P(Each, Gdb, testing::ValuesIn(cases()),
                         [](const auto& test) { return test.param.engine + "_" + test.param.mode; });

}  // namespace
}  // namespace husk::test
