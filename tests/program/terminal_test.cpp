#include "program/terminal.hpp"
#include "program/program_lane.hpp"
#include "program/scratch_folder.hpp"

#include <gtest/gtest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <string>
#include <string_view>
#include <vector>

// Programs that edit lines, on a terminal: what is typed, and what is shown then, natively and under `husk run` with its default
// grants.
namespace husk::test {
namespace {

using namespace std::string_view_literals;

constexpr const char* kPython = "/usr/bin/python3";

/// Keys, and how what is shown ends when they have been taken.
struct Step {
    std::string_view keys;
    std::string_view shows;
};

constexpr auto kUp = "\x1b[A"sv, kLeft = "\x1b[D"sv, kBackspace = "\x7f"sv, kHome = "\x01"sv, kEnd = "\x05"sv,
               kInterrupt = "\x03"sv, kEndOfFile = "\x04"sv, kStop = "\x1a"sv;

class OnATerminal : public testing::Test {
protected:
    /// The variables that a login gives; in the same plain language for both, for the one under Husk finds no other.
    static std::vector<std::string> environment() { return {"PATH=/usr/bin:/bin", "TERM=xterm", "LC_ALL=C", "PS1=$ "}; }

    void SetUp() override
    {
        if (::access("/lib/terminfo/x/xterm", R_OK) != 0) GTEST_SKIP() << "no terminfo of xterm";
    }

    /// `husk run`, with nothing named that the program gets by default, and with no variable but TERM.
    Command under_husk_alone(const Command& command, std::vector<std::string> options = {}) const
    {
        Command husk = under_husk({command.program, command.arguments, {"LC_ALL=C"}, command.folder, {}}, std::move(options));
        husk.environment = command.environment;
        return husk;
    }

    static void expect(Terminal& terminal, const std::vector<Step>& steps)
    {
        for (const Step& step : steps) {
            if (step.keys == kInterrupt) terminal.until_it_waits();
            terminal.type(step.keys);
            const std::string shown = terminal.shown_with(step.shows);
            ASSERT_TRUE(shown.ends_with(step.shows)) << "wanted: " << step.shows << "\nshown:\n" << shown;
        }
    }

    /// Both runs, one after the other.
    template <typename Expect>
    void each(const Command& native, const Command& husk, Expect expect)
    {
        {
            SCOPED_TRACE("natively");
            Terminal terminal{native};
            expect(terminal);
        }
        if (!runs_husk()) return;
        SCOPED_TRACE("under husk run");
        Terminal terminal{husk};
        expect(terminal);
    }

    Scratch scratch_{program_lane() + "/on_a_terminal"};
};

class PythonOnATerminal : public OnATerminal {
protected:
    void SetUp() override
    {
        OnATerminal::SetUp();
        if (::access(kPython, X_OK) != 0) GTEST_SKIP() << "no " << kPython;
    }

    template <typename Expect>
    void each_python(Expect expect)
    {
        const Command command{kPython, {"-q"}, environment(), scratch_.path().string(), {}};
        each(command, under_husk_alone(command, {"--ro", "/usr/lib/python3", "--ro", "/usr/lib/python3.11"}), expect);
    }
};

TEST_F(PythonOnATerminal, LinesAreEdited)
{
    each_python([](Terminal& terminal) {
        expect(terminal, {
                             {"", ">>>"},
                             {"1+2\r", ">>> 1+2\n3\n>>>"},
                             {"print('abXd')", ">>> print('abXd')"},
                             {kLeft, "print('abXd')"},
                             {kLeft, "print('abXd')"},
                             {kLeft, "print('abXd')"},
                             {kBackspace, ">>> print('abd')"},
                             {"c", ">>> print('abcd')"},
                             {"\r", "\nabcd\n>>>"},
                             {kUp, "\n>>> print('abcd')"},
                             {kUp, "\n>>> 1+2"},
                             {kHome, "\n>>> 1+2"},
                             {"10+", "\n>>> 10+1+2"},
                             {kEnd, "\n>>> 10+1+2"},
                             {"+7\r", "\n20\n>>>"},
                             {"garbage", ">>> garbage"},
                             {kInterrupt, "\nKeyboardInterrupt\n>>>"},
                             {"impo", "\n>>> impo"},
                             {"\t", "\n>>> import"},
                             {"os\r", "\n>>> import os\n>>>"},
                         });
        terminal.type(kEndOfFile);
        EXPECT_EQ(terminal.wait(), 0);
    });
}

TEST_F(PythonOnATerminal, IsToldOfANewSize)
{
    each_python([](Terminal& terminal) {
        expect(terminal, {{"", ">>>"},
                          {"import os, signal\r", "\n>>>"},
                          {"os.get_terminal_size()[:]\r", "(80, 24)\n>>>"},
                          {"signal.pthread_sigmask(signal.SIG_BLOCK, [28])\r", "set()\n>>>"},
                          {"print('ready'); signal.sigwait([28]), os.get_terminal_size()[:]\r", "\nready\n"}});
        terminal.resize(50, 132);
        expect(terminal, {{"", "SIGWINCH: 28>, (132, 50))\n>>>"}});
    });
}

TEST_F(OnATerminal, AShellStopsItAndGoesOnWithIt)
{
    const std::string folder = scratch_.path().string();
    Command native{"/bin/bash", {"--norc", "--noprofile", "-i"}, environment(), folder, {}};
    Command husk = native;
    // It says when it reads: what is typed while bash still has the terminal goes elsewhere.
    std::ofstream{scratch_.path() / "echo.sh"} << "echo ready; while read line; do echo $line; done\n";
    native.environment.emplace_back("P=/bin/sh echo.sh");
    const Command echo = under_husk_alone({"/bin/sh", {"echo.sh"}, {}, folder, {}});
    std::string words = "P=" + echo.program;
    for (const std::string& word : echo.arguments) words += " " + word;
    husk.environment.push_back(words);
    each(native, husk, [](Terminal& terminal) {
        expect(terminal, {
                             {"", "$"},
                             {"$P\r", "$ $P\nready\n"},
                             {"one\r", "\none\none\n"},
                             {kStop, "Stopped                 $P\n$"},
                             {"jobs\r", "$ jobs\n[1]+  Stopped                 $P\n$"},
                             {"fg\r", "$ fg\n$P\n"},
                             {"two\r", "\ntwo\ntwo\n"},
                             {kInterrupt, "\n^C\n$"},
                             {"echo status $?\r", "\nstatus 130\n$"},
                             {"$P\r", "$ $P\nready\n"},
                             {"three\r", "\nthree\nthree\n"},
                             {kEndOfFile, "\nthree\nthree\n$"},
                         });
        terminal.type("exit\r");
        EXPECT_EQ(terminal.wait(), 0);
    });
}

}  // namespace
}  // namespace husk::test
