// husk freeze, thaw and inspect of programs, by shells and small tools of the host.
#include "support/command.hpp"
#include "support/frozen_metadata.hpp"
#include "support/temp_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <csignal>
#include <filesystem>
#include <fstream>

namespace husk::test {
namespace {

using testing::HasSubstr;
using testing::Not;

using Words = std::vector<std::string>;

// Reads a line when it is thawed; what it did before is done.
const Words kReader{"/bin/sh", "-c", "x=started; echo $x; read line; echo \"$x, $line\""};

class FreezeProgram : public testing::Test {
protected:
    void SetUp() override
    {
        if (const auto why = why_no_programs(); !why.empty()) GTEST_SKIP() << why;
    }

    Finished freeze(const Words& options, const Words& program, std::string_view input = {}) const
    {
        Words words{"freeze", "-o", file_};
        words.insert(words.end(), options.begin(), options.end());
        words.insert(words.end(), program.begin(), program.end());
        return run_husk(words, input);
    }
    Finished thaw(const Words& options = {}, std::string_view input = {}) const
    {
        Words words{"thaw", file_};
        words.insert(words.end(), options.begin(), options.end());
        return run_husk(words, input);
    }
    bool there() const { return std::filesystem::exists(file_); }

    TempFolder folder_;
    std::string file_ = folder_ / "program.frozen";
};

TEST_F(FreezeProgram, AtItsFirstReadOfStdin)
{
    for (const Words& options : {Words{}, Words{"--at", "stdin"}, Words{"--portable"}, Words{"--at", "call:read:1", "--"}}) {
        const auto run = freeze(options, kReader, "not for the frozen one\n");
        ASSERT_EQ(run.status, 0) << run.err;
        if (options.size() < 3) {
            EXPECT_EQ(run.out, "started\n");
        }
    }
    const auto run = freeze({}, kReader);
    for (const auto* const word : {"one", "two"})
        EXPECT_EQ(thaw({}, std::string{word} + "\n").out, std::string{"started, "} + word + "\n");
}

TEST_F(FreezeProgram, IsLearntFrom)
{
    for (const Words& how : {Words{}, Words{"--compress"}}) {
        ASSERT_EQ(freeze(how, kReader).status, 0);
        const auto size = std::filesystem::file_size(file_);
        const auto run = thaw({"--learn"}, "one\n");
        EXPECT_EQ(run.status, 0) << run.err;
        EXPECT_EQ(run.out, "started, one\n");
        EXPECT_EQ(run.err, "");
        EXPECT_GT(std::filesystem::file_size(file_) + 1, size);
        for (const auto* const word : {"two", "three"})
            EXPECT_EQ(thaw({}, std::string{word} + "\n").out, std::string{"started, "} + word + "\n");
        EXPECT_EQ(thaw({"--count", "3"}).status, 0);
    }
    // Its status is the program's, and a file that cannot be replaced stays what it is.
    ASSERT_EQ(freeze({}, {"/bin/sh", "-c", "read status; exit $status"}).status, 0);
    EXPECT_EQ(thaw({"--learn"}, "42\n").status, 42);
    EXPECT_EQ(thaw({"--learn", "--count", "2"}).status, 120);
    EXPECT_EQ(thaw({}, "7\n").status, 7);
}

TEST_F(FreezeProgram, WhereASymbolIsAndWithArgumentsOfTheThaw)
{
    const std::string places = HUSK_BINARY_DIR "/tests/program/frozen/places";
    const auto run = freeze({"--at", "symbol:work"}, {places});
    ASSERT_EQ(run.status, 0) << run.err;
    EXPECT_EQ(run.out, "begins\n");
    EXPECT_EQ(thaw({"--env", "A=b", "--", "one", "--two"}).out, "worked 3\nasked\nread nothing\n" + places + "|one|--two||A=b||\n");
}

TEST_F(FreezeProgram, StatusIsItsOwn)
{
    ASSERT_EQ(freeze({}, {"/bin/sh", "-c", "read status; exit $status"}).status, 0);
    EXPECT_EQ(thaw({}, "0\n").status, 0);
    EXPECT_EQ(thaw({}, "42\n").status, 42);
    ASSERT_EQ(freeze({}, {"/bin/sh", "-c", "read signal; kill -$signal $$"}).status, 0);
    EXPECT_EQ(thaw({}, "TERM\n").status, 128 + SIGTERM);
}

TEST_F(FreezeProgram, ManyDoNotMix)
{
    ASSERT_EQ(freeze({}, kReader).status, 0);
    const std::string input = folder_.write("input", "all\n");
    for (const auto& options : {Words{}, Words{"--parallel", "3"}}) {
        Words words{"--count", "4", "--input", input};
        words.insert(words.end(), options.begin(), options.end());
        const auto run = thaw(words, "nobody reads this\n");
        EXPECT_EQ(run.status, 0) << run.err;
        EXPECT_EQ(run.out, "started, all\nstarted, all\nstarted, all\nstarted, all\n");
    }
    EXPECT_EQ(thaw({"--count", "2"}).out, "started, \nstarted, \n") << "/dev/null";
    EXPECT_EQ(thaw({"--input", input}).out, "started, all\n");
}

TEST_F(FreezeProgram, ManyTellTheFirstThatDidNotEndWell)
{
    ASSERT_EQ(freeze({}, {"/bin/sh", "-c", "read x; echo gone >&2; exit 3"}).status, 0);
    const auto run = thaw({"--count", "3", "--stats", "--json=" + (folder_ / "json")});
    EXPECT_EQ(run.status, 3);
    EXPECT_THAT(run.err, HasSubstr("gone\ngone\ngone\n"));
    EXPECT_THAT(run.err, HasSubstr("3 of 3 did not end with status 0; the first of them, number 1: exited with status 3"));
    for (const auto* const words : {"3 thaws, 1 at a time", "p50", "first output", "end ", "####"})
        EXPECT_THAT(run.err, HasSubstr(words));
    std::ifstream file{folder_ / "json"};
    const auto object = nlohmann::json::parse(file);
    EXPECT_EQ(object.at("kind"), "program");
    EXPECT_EQ(object.at("statuses"), (nlohmann::json{{"3", 3}}));
    EXPECT_GE(object.at("end").at("p50_ns"), object.at("first_output").at("p50_ns"));
}

TEST_F(FreezeProgram, HasTheGrantsOfTheThaw)
{
    const std::string data = folder_.write("data", "kept\n");
    ASSERT_EQ(freeze({"--ro", data}, {"/bin/sh", "-c", "read x; read y <\"$x\" && echo \"$y\""}).status, 0);
    EXPECT_EQ(thaw({"--ro", data}, data + "\n").out, "kept\n");
    EXPECT_EQ(thaw({"--as-frozen"}, data + "\n").out, "kept\n");
    const auto without = thaw({"--explain"}, data + "\n");
    EXPECT_EQ(without.out, "");
    EXPECT_THAT(without.err, HasSubstr("--ro " + data + " would allow it"));
}

TEST_F(FreezeProgram, LimitsHold)
{
    ASSERT_EQ(freeze({}, {"/bin/sh", "-c", "read x; while :; do :; done"}).status, 0);
    EXPECT_EQ(thaw({"--timeout", "0.2"}).status, 124);
    EXPECT_EQ(thaw({"--timeout", "0.2", "--count", "2", "--parallel", "2"}).status, 124);
    EXPECT_EQ(thaw({"--cpu-time", "0.1"}).status, 106);
    EXPECT_EQ(freeze({"--timeout", "0.2", "--at", "asked"}, {"/bin/sh", "-c", "while :; do :; done"}).status, 124);
}

TEST_F(FreezeProgram, AtATimeAndAtASignal)
{
    const Words spinner{"/bin/sh", "-c", "echo on; while :; do :; done"};
    const auto timed = freeze({"--at", "after:0.3"}, spinner);
    ASSERT_EQ(timed.status, 0) << timed.err;
    EXPECT_EQ(thaw({"--timeout", "0.2"}).status, 124);
    Running husk{{"freeze", "-o", file_, "--at", "signal", "/bin/sh", "-c", "echo on; while :; do :; done"}};
    EXPECT_EQ(husk.read(3), "on\n");
    husk.send(SIGUSR1);
    EXPECT_EQ(husk.wait().status, 0);
    Running given_up{{"freeze", "-o", folder_ / "other", "/bin/sh", "-c", "echo on; while :; do :; done"}};
    EXPECT_EQ(given_up.read(3), "on\n");
    given_up.send(SIGTERM);
    EXPECT_EQ(given_up.wait().status, 143);
    EXPECT_FALSE(std::filesystem::exists(folder_ / "other"));
}

TEST_F(FreezeProgram, InterruptEndsMany)
{
    ASSERT_EQ(freeze({}, {"/bin/sh", "-c", "read x; echo on; exec 1>&-; while :; do :; done"}).status, 0);
    Running husk{{"thaw", file_, "--count", "10", "--parallel", "2", "--timeout", "60"}};
    ::usleep(300'000);
    husk.send(SIGTERM);
    EXPECT_EQ(husk.wait().status, 143);
}

TEST_F(FreezeProgram, OneThatEndsBefore)
{
    for (const auto& [program, status] : {std::pair{Words{"/bin/true"}, 108},
                                          {Words{"/bin/sh", "-c", "exit 3"}, 108},
                                          {Words{"/bin/sh", "-c", "kill -TERM $$"}, 143}}) {
        const auto run = freeze({}, program);
        EXPECT_EQ(run.status, status) << run.err;
        EXPECT_THAT(run.err, HasSubstr("not frozen, it did not come to the point"));
        EXPECT_FALSE(there());
    }
}

TEST_F(FreezeProgram, WhatCannotBeFrozenIsListed)
{
    if (!std::filesystem::exists("/usr/bin/perl")) GTEST_SKIP() << "/usr/bin/perl is not installed";
    const auto run = freeze({}, {"/usr/bin/perl", "-e", "alarm 100; <STDIN>"});
    EXPECT_EQ(run.status, 109) << run.err;
    EXPECT_THAT(run.err, HasSubstr("for it has what cannot be:\n  1 timer: made by"));
    EXPECT_FALSE(there());
}

TEST_F(FreezeProgram, AnotherProcessorIsRefusedByName)
{
    ASSERT_EQ(freeze({}, kReader).status, 0);
    EXPECT_THAT(run_husk({"inspect", file_}).out, HasSubstr(" has all of that\n"));
    need_feature(file_, "time_travel");
    for (const auto& options : {Words{}, Words{"--count", "3"}}) {
        const auto run = thaw(options, "one\n");
        EXPECT_EQ(run.status, 122);
        EXPECT_EQ(run.out, "");
        EXPECT_THAT(run.err, HasSubstr("with --any-cpu (any_cpu in the library): time_travel\n"));
        EXPECT_EQ(run.err.find("time_travel"), run.err.rfind("time_travel")) << "once, however many are wanted";
    }
    EXPECT_EQ(thaw({"--any-cpu"}, "one\n").out, "started, one\n");
    EXPECT_EQ(thaw({"--any-cpu", "--count", "2"}).out, "started, \nstarted, \n");
    EXPECT_THAT(run_husk({"inspect", file_}).out, HasSubstr(" lacks time_travel: a thaw needs --any-cpu\n"));
}

TEST_F(FreezeProgram, InspectTellsWhatThereIs)
{
    const std::string data = folder_.write("data", "kept\n");
    ASSERT_EQ(freeze({"--ro", data}, kReader).status, 0);
    const auto run = run_husk({"inspect", file_});
    EXPECT_EQ(run.status, 0) << run.err;
    for (const std::string& words :
         Words{"kind      program", "origin    /", "point     first read of standard input", "arguments /bin/sh -c", "ro " + data,
               "by default", "descriptor 0", "vDSO", "[heap]", "[stack]", "rip ", "touched"})
        EXPECT_THAT(run.out, HasSubstr(words));
    const auto object = nlohmann::json::parse(run_husk({"inspect", file_, "--json"}).out);
    EXPECT_EQ(object.at("info").at("kind"), "program");
    EXPECT_EQ(object.at("state").at("arguments").at(0), "/bin/sh");
    EXPECT_GT(object.at("state").at("areas").size(), 5u);
    EXPECT_EQ(object.at("state").at("threads").size(), 1u);
}

TEST_F(FreezeProgram, WordsThatMakeNoSense)
{
    const std::vector<std::pair<Words, std::string>> freezing{{{}, "no guest given"},
                                                              {{"--boot", "x", "/bin/true"}, "one guest is frozen at a time"},
                                                              {{"--boot", "x", "--ro", "/"}, "excludes"},
                                                              {{"--flat", "/bin/true"}, "requires --boot"},
                                                              {{"--at", "never", "/bin/true"}, "'never' is not asked, stdin"},
                                                              {{"--at", "call:frob", "/bin/true"}, "'frob' is no system call"},
                                                              {{"--ro", "", "/bin/true"}, "'' is not a path"},
                                                              {{"--threads", "0", "/bin/true"}, "must be more than 0"}};
    for (const auto& [words, message] : freezing) {
        const auto run = freeze(words, {});
        EXPECT_EQ(run.status, 120) << message;
        EXPECT_THAT(run.err, HasSubstr(message));
        EXPECT_FALSE(there());
    }
    EXPECT_EQ(freeze({}, {"/nonexistent/program"}).status, 121);
    EXPECT_EQ(freeze({}, {"nothing-of-that-name"}).status, 121);
    EXPECT_EQ(freeze({"--at", "symbol:nowhere"}, {"/bin/true"}).status, 121);
    EXPECT_EQ(freeze({"--ro", "/nonexistent"}, kReader).status, 122);

    ASSERT_EQ(freeze({}, kReader).status, 0);
    const std::vector<std::pair<Words, std::string>> thawing{{{"--strict"}, "--strict: is for images, and this is a program"},
                                                             {{"--debugcon", "x"}, "--debugcon: is for images"},
                                                             {{"--count", "2", "--anew"}, "--anew: is for images"},
                                                             {{"--count", "0"}, "must be more than 0"},
                                                             {{"--env", "=x"}, "is not of the form"}};
    for (const auto& [words, message] : thawing) {
        const auto run = thaw(words);
        EXPECT_EQ(run.status, 120) << message;
        EXPECT_THAT(run.err, HasSubstr(message));
    }
    EXPECT_EQ(thaw({"--input", "/nonexistent"}).status, 121);
    EXPECT_EQ(thaw({"--input", "/nonexistent", "--count", "2"}).status, 121);
    EXPECT_EQ(thaw({"--input", "/"}).status, 121);
    EXPECT_EQ(thaw({"--ro", "/nonexistent"}).status, 122);
}

TEST_F(FreezeProgram, ImagesHaveNoGrantsAndNoArguments)
{
    ASSERT_EQ(run_husk({"freeze", "-o", file_, "--boot", HUSK_BINARY_DIR "/guests/primes.elf"}).status, 0);
    EXPECT_THAT(thaw({"--ro", "/"}).err, HasSubstr("--ro: is for programs, and this is an image"));
    EXPECT_THAT(thaw({"--", "word"}).err, HasSubstr("'word': arguments are for programs"));
    EXPECT_EQ(thaw({"--timeout", "9"}).status, 0);
}

}  // namespace
}  // namespace husk::test
