// husk thaw and husk inspect of frozen images.
#include "support/bytes.hpp"
#include "support/debugger.hpp"
#include "support/frozen_image.hpp"
#include "support/frozen_metadata.hpp"
#include "support/image_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <nlohmann/json.hpp>

#include <csignal>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>

namespace husk::test {
namespace {

using testing::HasSubstr;

std::multiset<std::string> lines(const std::string& text)
{
    std::istringstream in{text};
    std::multiset<std::string> all;
    for (std::string line; std::getline(in, line);) all.insert(line);
    return all;
}

TEST(ThawCommand, GoesOnAnyNumberOfTimes)
{
    const FrozenImage guest;
    for (int i = 0; i < 2; ++i) {
        const auto run = guest.thaw();
        EXPECT_EQ(run.status, 0) << run.err;
        EXPECT_EQ(run.out, "thaw 1: prime 1 is 2\n");
    }
}

TEST(ThawCommand, HasStdinAndConsolesOfItsOwn)
{
    const FrozenImage guest;
    const ImageFile debugcon{{}};
    EXPECT_EQ(guest.thaw({}, "7").out, "thaw 1: prime 7 is 17\n");
    EXPECT_EQ(guest.thaw({"--debugcon", debugcon.path()}, "8").out, "");
    EXPECT_EQ(debugcon.text(), "thaw 1: prime 8 is 19\n");
    const ImageFile input{bytes('9')};
    EXPECT_EQ(guest.thaw({"--input", input.path()}, "7").out, "thaw 1: prime 9 is 23\n");
    EXPECT_EQ(guest.thaw({"--engine", "soft", "--any-cpu"}).status, HUSK_SOFT_ENGINE ? 0 : 122);
}

TEST(ThawCommand, StatusIsTheGuestsOwn)
{
    const ImageFile image{bytes(0xB8, 0x01, 0x00, 0x00, 0x00, 0xE7, 0xF5, 0xE5, 0xF5, 0xE7, 0xF4)};  // exits with its thaw's number
    const FrozenImage guest{image.path()};
    EXPECT_EQ(guest.thaw().status, 1);
    const auto many = guest.thaw({"--count", "3"});
    EXPECT_EQ(many.status, 1);
    EXPECT_THAT(many.err, HasSubstr("3 of 3 did not end with status 0; the first of them, number 1: exited with code 1"));
}

TEST(ThawCommand, ManyHaveTheirNumbersAndDoNotMix)
{
    const FrozenImage guest;
    const auto expected = lines(
        "thaw 1: prime 1 is 2\nthaw 2: prime 2 is 3\nthaw 3: prime 3 is 5\nthaw 4: prime 4 is 7\n"
        "thaw 5: prime 5 is 11\nthaw 6: prime 6 is 13\n");
    for (const auto& options :
         {std::vector<std::string>{}, {"--parallel", "3"}, {"--anew"}, {"--anew", "--parallel", "2"}, {"--parallel", "200"}}) {
        auto words = options;
        words.insert(words.end(), {"--count", "6"});
        const auto run = guest.thaw(words);
        EXPECT_EQ(run.status, 0) << run.err;
        EXPECT_EQ(lines(run.out), expected);
    }
}

TEST(ThawCommand, ManyReadTheSameInput)
{
    const FrozenImage guest;
    const ImageFile input{bytes('4')};
    const auto run = guest.thaw({"--count", "3", "--input", input.path()}, "9");
    EXPECT_EQ(run.out, "thaw 1: prime 4 is 7\nthaw 2: prime 4 is 7\nthaw 3: prime 4 is 7\n");
}

TEST(ThawCommand, StatsHavePercentilesAndAHistogram)
{
    const FrozenImage guest;
    const auto one = guest.thaw({"--stats"});
    EXPECT_THAT(one.err, HasSubstr("thawed: first output after "));
    EXPECT_THAT(one.err, HasSubstr("0xf5"));
    const auto many = guest.thaw({"--count", "20", "--stats"});
    for (const auto* const words : {"20 thaws, 1 at a time, in ", "p50", "p90", "p99", "max", "first output", "end ", "####"})
        EXPECT_THAT(many.err, HasSubstr(words));
}

TEST(ThawCommand, JsonHasTheSame)
{
    const FrozenImage guest;
    const auto one = nlohmann::json::parse(guest.thaw({"--json"}).out);
    EXPECT_EQ(one.at("stop"), "halted");
    EXPECT_EQ(one.at("status"), 0);
    EXPECT_EQ(one.at("output"), "thaw 1: prime 1 is 2\n");
    EXPECT_EQ(one.at("point"), "the guest asks");
    EXPECT_EQ(one.at("registers").at("rax"), "0x2");
    EXPECT_GE(one.at("end_ns"), one.at("first_output_ns"));

    const auto many = nlohmann::json::parse(guest.thaw({"--json", "--count", "4"}).out);
    EXPECT_EQ(many.at("count"), 4);
    EXPECT_EQ(many.at("statuses"), (nlohmann::json{{"0", 4}}));
    EXPECT_EQ(lines(many.at("output")).size(), 4u);
    EXPECT_LE(many.at("end").at("p50_ns"), many.at("end").at("max_ns"));
    EXPECT_EQ(many.at("first_output").at("count"), 4);

    const ImageFile file{{}};
    const auto beside = guest.thaw({"--json=" + file.path()});
    EXPECT_EQ(beside.out, "thaw 1: prime 1 is 2\n");
    EXPECT_EQ(nlohmann::json::parse(file.text()).at("status"), 0);
}

TEST(ThawCommand, InterruptEndsMany)
{
    const ImageFile image{bytes(0xB8, 0x01, 0x00, 0x00, 0x00, 0xE7, 0xF5, 0xE5, 0xF5,  // asks to be frozen
                                0xFF, 0xC8, 0x75, 0xFE,                                // all but the first spin
                                0xB0, 'x', 0xE6, 0xE9, 0xF4)};
    const FrozenImage guest{image.path()};
    Running husk{{"thaw", guest.path(), "--count", "10", "--parallel", "2"}};
    EXPECT_EQ(husk.read(1), "x");
    husk.send(SIGTERM);
    const auto run = husk.wait();
    EXPECT_EQ(run.status, 143);
    EXPECT_THAT(run.err, HasSubstr("cancelled"));
}

std::string text_of(const std::string& path)
{
    std::ifstream file{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
}

/// What each of the commands that read a frozen file says of this one, which is no good.
void expect_refused(const std::string& path, const std::string& message, std::vector<std::string> commands = {"thaw", "inspect"})
{
    for (const auto& command : commands) {
        const auto run = run_husk({command, path});
        EXPECT_EQ(run.status, 121) << run.err;
        EXPECT_EQ(run.out, "");
        EXPECT_THAT(run.err, HasSubstr(path));
        EXPECT_THAT(run.err, HasSubstr(message));
    }
}

TEST(BadFrozenFile, IsRefusedByBothCommands)
{
    const TempFolder folder;
    expect_refused(folder / "nothing", "No such file or directory");
    expect_refused(folder.path(), "Is a directory");
    expect_refused(folder.write("text", "hello"), "`husk freeze` makes them", {"thaw"});
    expect_refused(folder.write("empty", ""), "`husk freeze` makes them", {"thaw"});
    ASSERT_EQ(::mkfifo((folder / "fifo").c_str(), 0600), 0);
    expect_refused(folder / "fifo", "not a regular file");
    expect_refused("/dev/null", "not a regular file");
    expect_refused(kPrimes, "`husk freeze` makes them", {"thaw"});
}

TEST(BadFrozenFile, DamageIsFound)
{
    const FrozenImage guest;
    const TempFolder folder;
    const std::string good = text_of(guest.path());
    auto damaged = good;
    damaged[0x50] = static_cast<char>(damaged[0x50] ^ 1);  // in the metadata
    expect_refused(folder.write("damaged", damaged), "damaged");
    auto newer = good;
    newer[8] = 99;
    expect_refused(folder.write("newer", newer), "99, and this husk knows version");
    expect_refused(folder.write("short", good.substr(0, good.size() / 2)), "cut short");
}

TEST(BadThawWords, AreRefusedWithTheirReason)
{
    const FrozenImage guest;
    const std::vector<std::pair<std::vector<std::string>, std::string>> cases{
        {{"--count", "0"}, "--count: '0' must be more than 0"},
        {{"--count", "-1"}, "--count: '-1' is not a number"},
        {{"--count", "many"}, "--count: 'many' is not a number"},
        {{"--count", "99999999999"}, "--count: '99999999999' is more than"},
        {{"--count", "2", "--parallel", "0"}, "--parallel: '0' must be more than 0"},
        {{"--count", "2", "--parallel", "1000"}, "--parallel: '1000' is more than 256"},
        {{"--parallel", "2"}, "--parallel: needs --count"},
        {{"--anew"}, "--anew: needs --count"},
        {{"--timeout", "never"}, "'never' is not a number of seconds"},
        {{"--engine", "xen"}, "'xen' is not auto, kvm or soft"},
        {{"--frob"}, "--frob"}};
    for (const auto& [words, message] : cases) {
        const auto run = guest.thaw(words);
        EXPECT_EQ(run.status, 120) << message;
        EXPECT_THAT(run.err, HasSubstr(message));
        EXPECT_EQ(run.out, "");
    }
    EXPECT_EQ(run_husk({"thaw"}).status, 120);
    EXPECT_EQ(guest.thaw({"--input", "/nonexistent"}).status, 121);
    EXPECT_EQ(guest.thaw({"--debugcon", "/nonexistent/file"}).status, 122);
}

TEST(ThawCommand, RefusesAnotherProcessorByName)
{
    const FrozenImage guest;
    need_feature(guest.path(), "time_travel");
    for (const auto& options : {std::vector<std::string>{}, {"--count", "3"}, {"--count", "3", "--parallel", "2", "--anew"}}) {
        const auto run = guest.thaw(options);
        EXPECT_EQ(run.status, 122);
        EXPECT_EQ(run.out, "");
        EXPECT_THAT(run.err, HasSubstr("husk: thaw: Operation not supported\n  it was frozen where CPUID shows more than "));
        EXPECT_THAT(run.err, HasSubstr("with --any-cpu (any_cpu in the library): time_travel\n"));
        auto words = options;
        words.emplace_back("--any-cpu");
        EXPECT_EQ(guest.thaw(words).status, 0);
    }
}

TEST(ThawCommand, GdbHoldsAnImageWhereItWasFrozen)
{
    const FrozenImage guest;
    const TempFolder folder;
    const auto words = [&](const std::string& engine) {
        return std::vector<std::string>{"thaw", guest.path(), "--engine", engine, "--any-cpu", "--gdb", "unix:" + folder / "gdb"};
    };
    for (const std::string engine : {"auto", "soft"}) {
        if (engine == "soft" && !HUSK_SOFT_ENGINE) continue;
        Running husk{words(engine)};
        RawDebugger debugger{folder / "gdb"};
        EXPECT_EQ(debugger.ask("?"), "T05thread:1;");
        EXPECT_EQ(debugger.ask("vCont;s:1"), "T05thread:1;");
        EXPECT_THAT(debugger.ask("qRcmd,7265736574"), testing::StartsWith("7468652067756573742069"))
            << "reset: where it was frozen";
        EXPECT_THAT(debugger.ask("vCont;c"), testing::StartsWith("O6875736b3a")) << "husk: halted …";
        EXPECT_EQ(debugger.answer(), "W00");
        const Finished end = husk.wait();
        EXPECT_EQ(end.status, 0);
        EXPECT_EQ(end.out, "thaw 1: prime 1 is 2\n") << engine;
    }
}

TEST(ThawCommand, GdbIsForOneThawAndLearnsNothing)
{
    const FrozenImage guest;
    for (const std::vector<std::string>& more : {std::vector<std::string>{"--count", "2"}, {"--count", "1"}, {"--learn"}}) {
        std::vector<std::string> words{"--gdb", "0"};
        words.insert(words.end(), more.begin(), more.end());
        const auto run = guest.thaw(words);
        EXPECT_EQ(run.status, 120);
        EXPECT_THAT(run.err, HasSubstr("--")) << more.front();
    }
    EXPECT_EQ(guest.thaw({"--gdb", "nowhere"}).status, 120);
}

TEST(InspectCommand, TellsWhatIsNeededOfTheProcessor)
{
    const FrozenImage guest;
    const auto before = run_husk({"inspect", guest.path()});
    EXPECT_THAT(before.out, HasSubstr("\ncpu       x86-64-v"));
    EXPECT_THAT(before.out, HasSubstr(" has all of that\n"));
    need_feature(guest.path(), "time_travel");
    const auto run = run_husk({"inspect", guest.path()});
    EXPECT_EQ(run.status, 0);
    EXPECT_THAT(run.out, HasSubstr(" time_travel\n"));
    EXPECT_THAT(run.out, HasSubstr(" lacks time_travel: a thaw needs --any-cpu\n"));
    const auto object = nlohmann::json::parse(run_husk({"inspect", guest.path(), "--json"}).out);
    EXPECT_EQ(object.at("info").at("cpu_features").back(), "time_travel");
    EXPECT_EQ(object.at("here").at("missing_cpu_features"), nlohmann::json::array({"time_travel"}));
    change_metadata(guest.path(), [](frozen::Json& all) { all["info"].erase("cpu_features"); });
    EXPECT_THAT(run_husk({"inspect", guest.path()}).out, HasSubstr("cpu       not recorded: no thaw checks it\n"));
    EXPECT_EQ(run_husk({"inspect", guest.path(), "--engine", "xen"}).status, 120);
}

TEST(InspectCommand, TellsWhatThereIs)
{
    const FrozenImage guest{kPrimes, {"--memory", "16M", "--no-mergeable"}};
    const auto run = run_husk({"inspect", guest.path()});
    EXPECT_EQ(run.status, 0) << run.err;
    for (const auto& words :
         std::vector<std::string>{"kind      image", "origin    " + kPrimes, "point     the guest asks", "version 1",
                                  "long, 64-bit code", "asked to be frozen, and waits for the answer", "rax 0000000000000001",
                                  "cr0 80050033 (PE MP ET NE WP AM PG)", "16 MiB", "KiB touched, not for KSM"})
        EXPECT_THAT(run.out, HasSubstr(words));
}

TEST(InspectCommand, JsonHasIt)
{
    const FrozenImage guest;
    const auto object = nlohmann::json::parse(run_husk({"inspect", guest.path(), "--json"}).out);
    EXPECT_EQ(object.at("info").at("kind"), "image");
    EXPECT_EQ(object.at("version"), 1);
    EXPECT_EQ(object.at("mode"), "long");
    EXPECT_EQ(object.at("info").at("origin"), kPrimes);
    EXPECT_EQ(object.at("memory").at(0).at("size"), "0x200000");
    EXPECT_LT(object.at("memory").at(0).at("touched"), 100'000);
    EXPECT_LT(object.at("size_on_disk"), 200'000);
    EXPECT_EQ(object.at("state").at("registers").at("rax"), "0x1");
}

TEST(InspectCommand, ShowsNoControlCharacters)
{
    const TempFolder folder;
    const std::string image = folder.write("\033[31mred", text_of(kPrimes));
    const FrozenImage guest{image};
    const auto run = run_husk({"inspect", guest.path()});
    EXPECT_THAT(run.out, HasSubstr("\\x1b[31mred"));
    EXPECT_EQ(run.out.find('\033'), std::string::npos);
}

}  // namespace
}  // namespace husk::test
