#include "base/unique_fd.hpp"
#include "program/command_run.hpp"
#include "program/program_lane.hpp"
#include "program/scratch_folder.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <string>
#include <vector>

// Signals that somebody sends to a program's process: the guest sig_outside natively, and then under `husk run`, with the same
// words and the same end.
namespace husk::test {
namespace {

/// A program whose input and output are the test's.
class Started {
public:
    explicit Started(const Command& command)
    {
        std::array<int, 2> in{}, out{};
        EXPECT_EQ(::pipe2(in.data(), O_CLOEXEC), 0);
        EXPECT_EQ(::pipe2(out.data(), O_CLOEXEC), 0);
        const ExecWords words{command};
        child_ = ::fork();
        if (child_ == 0) {
            ::dup2(in[0], STDIN_FILENO);
            ::dup2(out[1], STDOUT_FILENO);
            for (const int signal : {SIGINT, SIGTERM, SIGPIPE, SIGTSTP}) std::signal(signal, SIG_DFL);
            ::execve(command.program.c_str(), words.arguments(), words.environment());
            ::_exit(127);
        }
        ::close(in[0]);
        ::close(out[1]);
        in_ = UniqueFd{in[1]};
        out_ = UniqueFd{out[0]};
    }
    ~Started()
    {
        if (child_ <= 0) return;
        ::kill(child_, SIGKILL);
        ::waitpid(child_, nullptr, 0);
    }
    Started(const Started&) = delete;
    Started& operator=(const Started&) = delete;

    void send(int signal) const { EXPECT_EQ(::kill(child_, signal), 0); }
    /// What it says next, up to the end of the line; nothing if it has ended.
    std::string line()
    {
        std::string text;
        for (char byte = 0; byte != '\n';) {
            const ssize_t size = ::read(out_.get(), &byte, 1);
            if (size < 0 && errno == EINTR) continue;
            if (size <= 0) break;
            text += byte;
        }
        return text;
    }
    /// As waitpid() tells of it when it next stops, or has ended.
    int change()
    {
        int status = 0;
        while (::waitpid(child_, &status, WUNTRACED) < 0 && errno == EINTR) {
        }
        if (!WIFSTOPPED(status)) child_ = 0;
        return status;
    }
    void end_input() { in_ = UniqueFd{}; }
    /// Until nothing but its end is left; the signal that ended it, or minus its status.
    int ended_by()
    {
        end_input();
        while (!line().empty()) {
        }
        const int status = change();
        return WIFSIGNALED(status) ? WTERMSIG(status) : -WEXITSTATUS(status);
    }

private:
    pid_t child_ = -1;
    UniqueFd in_, out_;
};

class SignalsFromOutside : public testing::Test {
protected:
    /// Both runs, one after the other.
    template <typename Expect>
    void each(const std::string& what, Expect expect)
    {
        const std::string folder = scratch_.path().string();
        const Command command{
            std::string{HUSK_PROGRAM_FOLDER} + "/guests/sig_outside", {folder, what}, {"PATH=/usr/bin:/bin"}, folder, {}};
        {
            SCOPED_TRACE("natively");
            Started program{command};
            expect(program);
        }
        if (!runs_husk()) return;
        SCOPED_TRACE("under husk run");
        Started program{under_husk(command, {})};
        expect(program);
    }

    Scratch scratch_{program_lane() + "/signals_from_outside"};
};

TEST_F(SignalsFromOutside, ReachTheProgramsHandlers)
{
    each("handle", [](Started& program) {
        ASSERT_EQ(program.line(), "ready\n");
        program.send(SIGWINCH);
        EXPECT_EQ(program.line(), "28 from its parent\n");
        program.send(SIGINT);
        EXPECT_EQ(program.line(), "2 from its parent\n");
        program.send(SIGINT);
        EXPECT_EQ(program.line(), "2 from its parent\n");
        EXPECT_EQ(program.ended_by(), -42);
    });
}

TEST_F(SignalsFromOutside, AreIgnoredIfTheProgramSaysSo)
{
    each("ignore", [](Started& program) {
        ASSERT_EQ(program.line(), "ready\n");
        program.send(SIGINT);
        program.end_input();
        EXPECT_EQ(program.line(), "done\n");
        EXPECT_EQ(program.ended_by(), 0);
    });
}

TEST_F(SignalsFromOutside, ThatAreLeftAloneEndWhatTheyEnd)
{
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGALRM, SIGKILL})
        each("nothing", [signal](Started& program) {
            ASSERT_EQ(program.line(), "ready\n");
            program.send(SIGCHLD);
            program.send(SIGWINCH);
            program.send(SIGCONT);
            program.send(signal);
            EXPECT_EQ(program.ended_by(), signal);
        });
}

TEST_F(SignalsFromOutside, AreAwaitedWhereTheProgramBlocksThem)
{
    each("await", [](Started& program) {
        ASSERT_EQ(program.line(), "ready\n");
        program.send(SIGWINCH);
        EXPECT_EQ(program.line(), "28\n");
        program.send(SIGTERM);
        EXPECT_EQ(program.line(), "15\n");
        EXPECT_EQ(program.ended_by(), 0);
    });
}

TEST_F(SignalsFromOutside, OrFromItselfLookAlikeToItsParent)
{
    each("raise", [](Started& program) { EXPECT_EQ(program.ended_by(), SIGTERM); });
}

TEST_F(SignalsFromOutside, StopIt)
{
    each("nothing", [](Started& program) {
        ASSERT_EQ(program.line(), "ready\n");
        program.send(SIGSTOP);
        EXPECT_TRUE(WIFSTOPPED(program.change()));
        program.send(SIGCONT);
        EXPECT_EQ(program.ended_by(), 0);
    });
}

TEST_F(SignalsFromOutside, SeeItStopItself)
{
    each("stop", [](Started& program) {
        const int status = program.change();
        ASSERT_TRUE(WIFSTOPPED(status));
        EXPECT_EQ(WSTOPSIG(status), SIGSTOP);
        program.send(SIGCONT);
        EXPECT_EQ(program.line(), "ready\n");
        EXPECT_EQ(program.ended_by(), 0);
    });
}

}  // namespace
}  // namespace husk::test
