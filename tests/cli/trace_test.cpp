// husk boot, run and thaw with --trace, and husk trace-summary.
#include "guests/images.hpp"
#include "support/command.hpp"
#include "support/image_file.hpp"
#include "support/temp_folder.hpp"
#include "support/trace_events.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

namespace husk::test {
namespace {

using nlohmann::json;
using testing::AnyOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class TraceOption : public testing::Test {
protected:
    std::vector<json> events() const
    {
        auto all = trace_events(path_);
        EXPECT_EQ(trace_problem(all), "");
        return all;
    }
    /// The engines of this machine.
    static std::vector<std::string> engines()
    {
        std::vector<std::string> found{"soft"};
        if (!HUSK_SOFT_ENGINE) found.clear();
        if (::access("/dev/kvm", R_OK | W_OK) == 0) found.emplace_back("kvm");
        return found;
    }

    TempFolder folder_;
    std::string path_ = folder_ / "trace.json";
};

TEST_F(TraceOption, OfABootedImage)
{
    const ImageFile image{guests::long_elf()};
    for (const std::string& engine : engines()) {
        const Finished run = run_husk({"boot", image.path(), "--engine", engine, "--trace", path_});
        EXPECT_EQ(run.status, 0) << run.err;
        EXPECT_EQ(run.out, run_husk({"boot", image.path(), "--engine", engine}).out);
        const auto all = events();
        std::string printed;
        for (const json& exit : events_of(all, "exit"))
            if (exit["name"] == "out 0xe9") {
                printed += static_cast<char>(std::stoul(exit["args"]["value"].get<std::string>(), nullptr, 0));
                EXPECT_THAT(exit["args"]["symbol"].get<std::string>(), StartsWith("print+")) << "as the ELF file calls it";
            }
        EXPECT_EQ(printed, run.out);
        EXPECT_EQ(all[2]["args"]["labels"], engine);

        const Finished summary = run_husk({"trace-summary", path_});
        EXPECT_EQ(summary.status, 0);
        EXPECT_EQ(summary.err, "");
        for (const char* const part : {"exits by cause", "out 0xe9", "exits by place", "print+", "complete", "in the guest", "halt"})
            EXPECT_THAT(summary.out, HasSubstr(part)) << engine;
    }
}

TEST_F(TraceOption, SymbolsMayBeThoseOfAnotherFile)
{
    const ImageFile image{guests::long_elf()};
    const auto thaw = [&](const std::vector<std::string>& more) {
        std::vector<std::string> words{"boot", image.path(), "--trace", path_};
        words.insert(words.end(), more.begin(), more.end());
        return run_husk(words);
    };
    EXPECT_EQ(thaw({"--symbols", image.path()}).status, 0);
    const std::string none = folder_.write("none", "text");
    EXPECT_THAT(thaw({"--symbols", none}).err, HasSubstr("--symbols " + none + ": not an ELF file, or it has no symbols"));
    EXPECT_EQ(thaw({"--symbols", none}).status, 121);
    EXPECT_EQ(thaw({"--symbols", folder_ / "nothing"}).status, 121);
    const Finished alone = run_husk({"boot", image.path(), "--symbols", image.path()});
    EXPECT_EQ(alone.status, 120);
    EXPECT_THAT(alone.err, HasSubstr("--symbols: is for --trace"));
}

class TraceOfRuns : public TraceOption {
protected:
    void SetUp() override
    {
        if (const std::string why = why_no_programs(); !why.empty()) GTEST_SKIP() << why;
    }
};

TEST_F(TraceOfRuns, TellsCallsAndSpeaksJson)
{
    const Finished run = run_husk({"run", "--trace", path_, "/bin/sh", "-c", "echo hello; exit 5"});
    EXPECT_EQ(run.status, 5);
    EXPECT_EQ(run.out, "hello\n");
    const auto calls = events_of(events(), "syscall");
    std::vector<std::string> told;
    for (const json& call : calls)
        told.push_back(call["name"].get<std::string>() + "(" + call["args"]["arguments"].get<std::string>() + ")");
    EXPECT_THAT(told, Contains(R"(write(1, "hello\n", 6))"));
    if (std::system("python3 -c '' 2>/dev/null") == 0) {
        EXPECT_EQ(std::system(("python3 -c 'import json, sys; json.load(open(sys.argv[1]))' " + path_).c_str()), 0);
    }
    const json summary = json::parse(run_husk({"trace-summary", "--json", path_}).out);
    EXPECT_TRUE(summary["complete"]);
    std::size_t sum = 0;
    for (const json& call : summary["system_calls"]) sum += call["count"].get<std::size_t>();
    EXPECT_EQ(sum, calls.size());
    EXPECT_EQ(summary["threads"].size(), 1u);
}

TEST_F(TraceOfRuns, GoesWithTheTextOfCallsAndIsNothingTheProgramSees)
{
    const Finished run = run_husk({"run", "--trace", path_, "--strace", "/bin/sh", "-c", "exec 2>&-; echo x >&1023 || ls /proc/self/fd"});
    EXPECT_THAT(run.err, HasSubstr("exit_group("));
    EXPECT_THAT(events_of(events(), "syscall").back()["name"].get<std::string>(), "exit_group");
}

TEST_F(TraceOfRuns, ThatAreKilledAreSummedUp)
{
    Running running{{"run", "--trace", path_, "/bin/sh", "-c", "echo go; read x; echo $x"}, -1};
    (void)running.wait();
    const std::string whole = text_of(path_);
    // As a kill, or a disk that is full, leaves it: in the midst of a line.
    const std::string cut = folder_.write("cut.json", std::string_view{whole}.substr(0, whole.size() / 2));
    const Finished summary = run_husk({"trace-summary", cut});
    EXPECT_EQ(summary.status, 0);
    EXPECT_THAT(summary.err, HasSubstr("cut.json: the trace is cut off in line "));
    EXPECT_THAT(summary.out, HasSubstr("cut off"));
    EXPECT_THAT(summary.out, HasSubstr("system calls"));
}

TEST_F(TraceOfRuns, AFullDiskEndsWithAStatusOfItsOwn)
{
    if (::access("/dev/full", W_OK) != 0) GTEST_SKIP() << "no /dev/full";
    const Finished run = run_husk({"run", "--trace", "/dev/full", "/bin/sh", "-c", "echo done; exit 3"});
    EXPECT_EQ(run.status, 122);
    EXPECT_EQ(run.out, "done\n") << "the guest is not disturbed";
    EXPECT_THAT(run.err, HasSubstr("--trace: "));
    EXPECT_THAT(run.err, HasSubstr("No space left on device"));
    EXPECT_THAT(run.err, HasSubstr("the guest's own status is 3"));
    const ImageFile image{guests::long_elf()};
    EXPECT_EQ(run_husk({"boot", image.path(), "--trace", "/dev/full"}).status, 122);
}

TEST_F(TraceOfRuns, WhatIsNoTraceIsNotWrittenOver)
{
    const std::string script = folder_.write("script.sh", "#!/bin/sh\n", true);
    const Finished run = run_husk({"run", "--trace", script, "/bin/sh", "-c", "exit 0"});
    EXPECT_EQ(run.status, 122);
    EXPECT_THAT(run.err, HasSubstr("is no trace: it is not written over"));
    EXPECT_EQ(text_of(script), "#!/bin/sh\n");
    EXPECT_EQ(run_husk({"run", "--trace", "-", "/bin/true"}).status, 120);
    EXPECT_EQ(run_husk({"run", "--trace", folder_ / "no/folder", "/bin/true"}).status, 122);
}

TEST_F(TraceOfRuns, OfThawsOfBothKinds)
{
    const std::string frozen = folder_ / "sh.frozen";
    ASSERT_EQ(run_husk({"freeze", "-o", frozen, "/bin/sh", "-c", "read line; echo \"$line\""}).status, 0);
    const Finished thaw = run_husk({"thaw", frozen, "--trace", path_}, "word\n");
    EXPECT_EQ(thaw.out, "word\n") << thaw.err;
    std::vector<std::string> names;
    for (const json& call : events_of(events(), "syscall")) names.push_back(call["name"]);
    EXPECT_EQ(names.front(), "read") << "at which it was frozen";
    EXPECT_THAT(names, Contains("write"));
    const Finished many = run_husk({"thaw", frozen, "--trace", path_, "--count", "2"});
    EXPECT_EQ(many.status, 120);
    EXPECT_THAT(many.err, HasSubstr("--trace: is for one thaw"));

    const ImageFile image{guests::long_elf()};
    ASSERT_EQ(run_husk({"freeze", "-o", frozen, "--boot", image.path(), "--at", "symbol:print"}).status, 0);
    EXPECT_EQ(run_husk({"thaw", frozen, "--trace", path_, "--symbols", image.path()}).status, 0);
    const auto exits = events_of(events(), "exit");
    ASSERT_FALSE(exits.empty());
    EXPECT_THAT(exits[0]["args"]["symbol"].get<std::string>(), StartsWith("print+"));
}

TEST_F(TraceOption, FilesOfOthersAreRefusedWithTheirLine)
{
    const auto refused = [&](std::string_view text) {
        const std::string file = folder_.write("foreign", text);
        const Finished run = run_husk({"trace-summary", file});
        EXPECT_EQ(run.status, 121) << text;
        EXPECT_EQ(run.out, "");
        EXPECT_THAT(run.err, StartsWith("husk: " + file));
        return run.err;
    };
    EXPECT_THAT(refused(""), HasSubstr(":1: empty"));
    EXPECT_THAT(refused("{\"traceEvents\": []}"), HasSubstr(":1: not a trace that Husk wrote"));
    EXPECT_THAT(refused("[\n{\"name\":\"\x1b[31m"), Not(HasSubstr("\x1b")));
    const std::string first = R"({"name":"husk_trace","ph":"M","pid":0,"tid":0,"ts":0,"args":{"version":1}})";
    EXPECT_THAT(refused("[\n" + first + ",\nnonsense,\n{},\n"), HasSubstr(":3: column 2: no JSON"));
    EXPECT_EQ(run_husk({"trace-summary", folder_.path()}).status, 121);
    EXPECT_EQ(run_husk({"trace-summary", folder_ / "nothing"}).status, 121);
    EXPECT_EQ(run_husk({"trace-summary"}).status, 120);
    EXPECT_EQ(run_husk({"trace-summary", "--top", "many", path_}).status, 120);
}

TEST_F(TraceOption, TheOldNameOfTheTextTakesNoProgramForItsFile)
{
    const Finished run = run_husk({"run", "--trace", "/bin/true"});
    EXPECT_EQ(run.status, 120);
    EXPECT_THAT(run.err, HasSubstr("no program given"));
    EXPECT_THAT(run_husk({"run", "--help"}).out, HasSubstr("--strace[=FILE]"));
    EXPECT_THAT(run_husk({"boot", "--help"}).out, HasSubstr("--trace FILE"));
}

}  // namespace
}  // namespace husk::test
