// husk run, ended by a signal: it puts away what any other end puts away, and what it cannot, the next run does.
#include "support/command.hpp"
#include "support/temp_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

namespace husk::test {
namespace {

using testing::HasSubstr;

class RunEndedBySignal : public testing::Test {
protected:
    void SetUp() override
    {
        if (const std::string why = why_no_programs(); !why.empty()) GTEST_SKIP() << why;
        std::filesystem::create_directory(scratch());
        ::setenv("TMPDIR", scratch().c_str(), 1);
    }
    ~RunEndedBySignal() override { ::unsetenv("TMPDIR"); }

    std::string scratch() const { return folder_ / "scratch"; }
    bool nothing_left() const { return std::filesystem::is_empty(scratch()); }

    /// cat, which has said something and reads on.
    std::unique_ptr<Running> start(std::vector<std::string> options = {})
    {
        options.insert(options.begin(), "run");
        options.insert(options.end(), {"--tmp", "/bin/cat"});
        std::array<int, 2> ends{};
        EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
        const UniqueFd end{ends[0]};
        inputs_.emplace_back(ends[1]);
        auto running = std::make_unique<Running>(options, end.get());
        EXPECT_EQ(::write(ends[1], "here", 4), 4);
        EXPECT_EQ(running->read(4), "here");
        EXPECT_FALSE(nothing_left());
        return running;
    }

    TempFolder folder_;

private:
    std::vector<UniqueFd> inputs_;
};

TEST_F(RunEndedBySignal, TellsWhatItTookAndLeavesNothingBehind)
{
    for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGRTMIN}) {
        const std::string trace = folder_ / "trace";
        const auto running = start({"--stats", "--json", "--strace=" + trace});
        running->send(signal);
        const Finished finished = running->wait();
        EXPECT_EQ(finished.status, 128 + signal);
        EXPECT_THAT(finished.err, HasSubstr("calls"));
        EXPECT_THAT(finished.err, HasSubstr("\"signalled\""));
        std::stringstream lines;
        lines << std::ifstream{trace}.rdbuf();
        EXPECT_THAT(lines.str(), HasSubstr("+++ killed by "));
        EXPECT_TRUE(nothing_left()) << signal;
    }
}

TEST_F(RunEndedBySignal, WhatOneThatWasKilledLeavesTheNextRemoves)
{
    const auto first = start();
    const auto second = start();
    first->send(SIGKILL);
    EXPECT_EQ(first->wait().status, 128 + SIGKILL);
    EXPECT_FALSE(nothing_left());
    std::filesystem::create_directory(scratch() + "/husk-scratch-another's");
    EXPECT_EQ(run_husk({"run", "/bin/true"}).status, 0);

    const auto left = std::distance(std::filesystem::directory_iterator{scratch()}, {});
    EXPECT_EQ(left, 2) << "the second's, and what has another name";
    second->send(SIGTERM);
    EXPECT_EQ(second->wait().status, 128 + SIGTERM);
    std::filesystem::remove(scratch() + "/husk-scratch-another's");
    EXPECT_TRUE(nothing_left());
}

TEST_F(RunEndedBySignal, ALinkWithSuchANameIsLeftAlone)
{
    const std::string precious = folder_.write("precious/file", "text");
    folder_.link("scratch/husk-scratch-abcdef", folder_ / "precious");
    EXPECT_EQ(run_husk({"run", "--tmp", "/bin/true"}).status, 0);
    EXPECT_TRUE(std::filesystem::exists(precious));
}

}  // namespace
}  // namespace husk::test
