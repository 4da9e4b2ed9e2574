// The words of `husk freeze` and `husk thaw`, read: whose they are, and what makes no sense.
#include "cli/thaw_options.hpp"
#include "cli/commands.hpp"
#include "cli/freeze_options.hpp"
#include "cli/parse.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <CLI/CLI.hpp>

#include <string>
#include <vector>

namespace husk::cli {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using Words = std::vector<const char*>;

const RunPlace kPlace{.directory = "/home/me",
                      .environment = [](const std::string&) -> std::optional<std::string> { return std::nullopt; }};

/// Parses the command's own words, and gives the others.
Tail parse(CLI::App& command, const Words& words, std::size_t names)
{
    const std::size_t own = own_words(command, words, names);
    command.parse(std::vector<std::string>{words.rend() - static_cast<std::ptrdiff_t>(own), words.rend()});
    return tail_of(words, own);
}

FreezeOptions freeze(const Words& words)
{
    CLI::App command;
    FreezeWords read_words;
    add_freeze_options(command, read_words);
    read_words.program.command = parse(command, words, 0);
    return read(read_words, kPlace);
}

ThawOptions thaw(const Words& words, FrozenKind kind = FrozenKind::Program)
{
    CLI::App command;
    ThawWords read_words;
    add_thaw_options(command, read_words);
    read_words.program.command = parse(command, words, 1);
    check_kind(command, kind);
    return read(read_words, kPlace);
}

template <typename Read>
std::string refusal(Read read)
{
    try {
        read();
    } catch (const UsageError& error) {
        return error.message;
    } catch (const CLI::ParseError& error) {
        return error.what();
    }
    return {};
}

TEST(FreezeOptionsTest, AProgramHasItsOwnWords)
{
    const auto options =
        freeze({"-o", "file", "--ro", "data", "--memory", "1G", "--portable", "--address-space", "64G", "prog", "-o", "--at"});
    EXPECT_EQ(options.file, "file");
    EXPECT_EQ(options.at, FreezePoint{freeze_points::StandardInput{}});
    const auto& run = std::get<RunOptions>(options.guest);
    EXPECT_THAT(run.program.arguments, ElementsAre("prog", "-o", "--at"));
    EXPECT_EQ(run.program.limits.memory, 1_GiB);
    EXPECT_TRUE(run.program.portable);
    EXPECT_EQ(run.program.address_space, 64_GiB);
    EXPECT_EQ(run.program.grants.at(0).path, "/home/me/data");
}

TEST(FreezeOptionsTest, AnImageHasTheMachines)
{
    const auto options = freeze({"-o", "file", "--boot", "image", "--flat", "--memory", "1G", "--timeout", "2", "--at", "signal"});
    EXPECT_EQ(options.at, FreezePoint{freeze_points::Requested{}});
    const auto& boot = std::get<BootOptions>(options.guest);
    EXPECT_EQ(boot.image, "image");
    EXPECT_EQ(boot.memory, 1_GiB);
    EXPECT_EQ(boot.timeout, 2s);
    EXPECT_TRUE(boot.as.flat);
    EXPECT_EQ(freeze({"-o", "file", "--boot", "image"}).at, FreezePoint{freeze_points::Asked{}});
}

TEST(FreezeOptionsTest, KindsDoNotMix)
{
    EXPECT_THAT(refusal([] { freeze({"-o", "f", "--boot", "i", "--tmp"}); }), HasSubstr("excludes"));
    EXPECT_THAT(refusal([] { freeze({"-o", "f", "--boot", "i", "--threads", "2"}); }), HasSubstr("excludes"));
    EXPECT_THAT(refusal([] { freeze({"-o", "f", "--boot", "i", "--portable"}); }), HasSubstr("excludes"));
    EXPECT_THAT(refusal([] { freeze({"-o", "f", "--boot", "i", "--address-space", "1G"}); }), HasSubstr("excludes"));
    for (const char* const size : {"0", "1", "1023M", "1025M", "1025G", "2T", "16E", "x", ""})
        EXPECT_THAT(refusal([&] { freeze({"-o", "f", "--address-space", size, "prog"}); }), HasSubstr("--address-space")) << size;
    EXPECT_THAT(refusal([] { freeze({"-o", "f", "--load", "0", "prog"}); }), HasSubstr("requires"));
    EXPECT_THAT(refusal([] { freeze({"-o", "f", "--strict", "prog"}); }), HasSubstr("requires"));
    EXPECT_THAT(refusal([] { freeze({"-o", "f", "--boot", "i", "prog"}); }), HasSubstr("'prog': one guest is frozen at a time"));
    EXPECT_THAT(refusal([] { freeze({"-o", "f", "--boot", "i", "--at", "stdin"}); }), HasSubstr("only programs"));
    EXPECT_THAT(refusal([] { freeze({"-o", "f"}); }), HasSubstr("no guest given"));
}

TEST(ThawOptionsTest, WordsAreItsOwnOnBothSidesOfTheFile)
{
    const auto options = thaw({"--count", "3", "file", "--parallel", "2", "--ro", "data", "word", "--count", "9"});
    EXPECT_EQ(options.file, "file");
    EXPECT_EQ(options.count, 3u);
    EXPECT_EQ(options.parallel, 2u);
    EXPECT_TRUE(options.many);
    EXPECT_THAT(options.run.program.arguments, ElementsAre("word", "--count", "9"));
    EXPECT_THAT(thaw({"file", "--", "--count", "9"}).run.program.arguments, ElementsAre("--count", "9"));
    EXPECT_THAT(thaw({"file"}).run.program.arguments, IsEmpty());
    EXPECT_FALSE(thaw({"file"}).many);
}

TEST(ThawOptionsTest, HasWhatItWasGiven)
{
    const auto options = thaw({"file", "--as-frozen", "--env", "A=b", "--timeout", "2", "--input", "in", "--json=out", "--stats"});
    EXPECT_TRUE(options.as_frozen);
    EXPECT_THAT(options.run.program.environment, ElementsAre("A=b"));
    EXPECT_EQ(options.timeout(), 2s);
    EXPECT_EQ(options.input, "in");
    EXPECT_EQ(options.run.json, "out");
    EXPECT_TRUE(options.run.stats);
    EXPECT_EQ(thaw({"file"}).timeout(), std::chrono::nanoseconds::max());
}

TEST(ThawOptionsTest, AnyCpuIsForBothKinds)
{
    EXPECT_FALSE(thaw({"f"}).any_cpu);
    EXPECT_TRUE(thaw({"f", "--any-cpu"}).any_cpu);
    EXPECT_TRUE(thaw({"f", "--any-cpu"}, FrozenKind::Image).any_cpu);
}

TEST(ThawOptionsTest, WhatIsForTheOtherKindIsRefused)
{
    EXPECT_THAT(refusal([] { thaw({"file", "--strict"}); }), HasSubstr("--strict: is for images"));
    EXPECT_THAT(refusal([] { thaw({"file", "--serial", "-"}); }), HasSubstr("--serial: is for images"));
    for (const auto* const option : {"--tmp", "--as-frozen", "--no-sandbox", "--strace"})
        EXPECT_THAT(refusal([&] { thaw({"file", option}, FrozenKind::Image); }), HasSubstr("is for programs")) << option;
    EXPECT_THAT(refusal([] { thaw({"file", "--memory", "1G"}, FrozenKind::Image); }), HasSubstr("--memory: is for programs"));
    EXPECT_EQ(refusal([] { thaw({"file", "--timeout", "1", "--strict", "--stats", "--json"}, FrozenKind::Image); }), "");
}

TEST(ThawOptionsTest, OneThawIsTracedOfEitherKind)
{
    for (const FrozenKind kind : {FrozenKind::Program, FrozenKind::Image})
        EXPECT_EQ(thaw({"file", "--trace", "t.json"}, kind).run.trace, "t.json");
    EXPECT_EQ(thaw({"file", "--trace", "t.json", "--symbols", "elf"}, FrozenKind::Image).symbols, "elf");
    EXPECT_THAT(refusal([] { thaw({"file", "--trace", "t.json", "--count", "2"}); }), HasSubstr("--trace: is for one thaw"));
    EXPECT_THAT(refusal([] { thaw({"file", "--symbols", "elf"}, FrozenKind::Image); }), HasSubstr("--symbols: is for --trace"));
    EXPECT_THAT(refusal([] { thaw({"file", "--trace", "t", "--symbols", "elf"}); }), HasSubstr("--symbols: is for images"));
}

TEST(ThawOptionsTest, ItIsLearntFromOneThawOfAProgram)
{
    EXPECT_TRUE(thaw({"file", "--learn"}).learn);
    EXPECT_FALSE(thaw({"file"}).learn);
    EXPECT_THAT(refusal([] { thaw({"file", "--learn", "--count", "2"}); }), HasSubstr("--learn: is for one thaw"));
    EXPECT_THAT(refusal([] { thaw({"file", "--learn"}, FrozenKind::Image); }), HasSubstr("--learn: is for programs"));
}

TEST(ThawOptionsTest, CountsThatMakeNoSense)
{
    EXPECT_THAT(refusal([] { thaw({"file", "--count", "0"}); }), HasSubstr("--count: '0' must be more than 0"));
    EXPECT_THAT(refusal([] { thaw({"file", "--count", "2", "--parallel", "257"}); }), HasSubstr("more than 256"));
    EXPECT_THAT(refusal([] { thaw({"file", "--parallel", "2"}); }), HasSubstr("needs --count"));
    EXPECT_THAT(refusal([] { thaw({"--count", "2"}); }), HasSubstr("FILE is required"));
}

}  // namespace
}  // namespace husk::cli
