// What a trace file tells of programs in this process: threads as tracks, calls within their exits.
#include "program/program_lane.hpp"
#include "support/temp_folder.hpp"
#include "support/trace_events.hpp"
#include "trace/reader.hpp"

#include <husk/program.hpp>
#include <husk/trace_file.hpp>

#include <gmock/gmock.h>

#include <memory>
#include <set>
#include <string>
#include <vector>

namespace husk::test {
namespace {

using nlohmann::json;
using testing::Contains;
using testing::HasSubstr;

class TraceOfProgram : public testing::Test {
protected:
    void SetUp() override
    {
        if (!runs_husk()) GTEST_SKIP() << "nothing is traced in a native run";
    }

    ProgramConfig program(const std::string& path, std::vector<std::string> arguments)
    {
        ProgramConfig config;
        config.path = path;
        config.arguments = std::move(arguments);
        config.engine = single_threaded() ? Engine::Soft : Engine::Kvm;
        config.default_grants = true;
        config.on_output = [this](std::span<const std::byte> bytes) {
            for (const std::byte byte : bytes) output_ += static_cast<char>(byte);
        };
        config.trace_file = trace_;
        return config;
    }
    ProgramConfig shell(const std::string& script) { return program("/bin/busybox", {"sh", "-c", script}); }

    std::vector<json> events() { return closed_events(*trace_, path_); }

    TempFolder folder_;
    std::string path_ = folder_ / "trace.json";
    std::shared_ptr<TraceFile> trace_ = std::make_shared<TraceFile>(path_);
    std::string output_;
};

TEST_F(TraceOfProgram, CallsLieWithinTheirExits)
{
    EXPECT_EQ(Program{shell("echo traced; exit 3")}.run(), ProgramStop{stops::Exited{3}});
    EXPECT_EQ(output_, "traced\n");
    const auto all = events();
    const auto calls = events_of(all, "syscall");
    const auto write = std::ranges::find(calls, json("write"), [](const json& event) { return event["name"]; });
    ASSERT_NE(write, calls.end());
    EXPECT_EQ((*write)["args"]["arguments"], R"(1, "traced\n", 7)");
    EXPECT_EQ((*write)["args"]["result"], "7");
    EXPECT_EQ((*write)["args"]["value"], 7);
    EXPECT_EQ(calls.back()["name"], "exit_group");
    std::size_t left = 0;
    for (const json& exit : events_of(all, "exit")) {
        EXPECT_TRUE(exit["args"].contains("rip")) << exit;
        left += exit["args"]["kind"] == "system call" ? 1 : 0;
    }
    EXPECT_EQ(left, calls.size()) << "an exit each";
    EXPECT_EQ(events_of(all, "stop").back()["name"], "exited with status 3");
}

TEST_F(TraceOfProgram, AFailedCallHasItsErrno)
{
    (void)Program{shell("read x </nothing/there")}.run();
    std::size_t failed = 0;
    for (const json& call : events_of(events(), "syscall"))
        if (call["args"].value("errno", 0) == ENOENT) {
            ++failed;
            EXPECT_THAT(call["args"]["result"].get<std::string>(), HasSubstr("-1 ENOENT"));
            EXPECT_EQ(call["args"]["value"], -ENOENT);
        }
    EXPECT_GT(failed, 0u);
}

TEST_F(TraceOfProgram, ThreadsAreTracks)
{
    if (single_threaded()) GTEST_SKIP() << "this engine runs one thread";
    EXPECT_EQ(Program{program(std::string{HUSK_PROGRAM_FOLDER} + "/guests/thread_basic", {"thread_basic"})}.run(),
              ProgramStop{stops::Exited{0}});
    const auto all = events();
    std::set<int> ran;
    std::set<int> named;
    std::set<int> processes;
    for (const json& event : all) {
        if (event["cat"] == "guest") ran.insert(event["tid"].get<int>());
        if (event["name"] == "thread_name") named.insert(event["tid"].get<int>());
        if (event["cat"] != "__metadata") processes.insert(event["pid"].get<int>());
    }
    EXPECT_GT(ran.size(), 1u);
    EXPECT_EQ(ran, named);
    EXPECT_EQ(processes.size(), 1u);
}

TEST_F(TraceOfProgram, CodeIsNamedBySymbols)
{
    (void)Program{program(std::string{HUSK_PROGRAM_FOLDER} + "/guests/exit_status.dynamic", {"exit_status"})}.run();
    std::vector<std::string> symbols;
    for (const json& exit : events_of(events(), "exit")) symbols.push_back(exit["args"].value("symbol", ""));
    EXPECT_THAT(symbols, Contains(HasSubstr("(libc.so.6)"))) << "a library that it mapped itself";
    EXPECT_THAT(symbols, Contains(HasSubstr("ld-linux-x86-64.so.2"))) << "its interpreter";
}

TEST_F(TraceOfProgram, SignalsAreTold)
{
    EXPECT_EQ(Program{shell("kill -TERM $$")}.run(), (ProgramStop{stops::Signalled{SIGTERM}}));
    const auto all = events();
    const auto signals = events_of(all, "signal");
    ASSERT_EQ(signals.size(), 1u);
    EXPECT_EQ(signals[0]["name"], "SIGTERM");
    EXPECT_THAT(signals[0]["args"]["info"].get<std::string>(), HasSubstr("si_signo=SIGTERM"));
    EXPECT_EQ(events_of(all, "stop").back()["name"], "ended by SIGTERM");
}

TEST_F(TraceOfProgram, ProgramsSideBySideAreProcessesOfTheirOwn)
{
    Program first{shell("echo 1")};
    Program second{shell("echo 2")};
    (void)first.run();
    (void)second.run();
    std::set<int> processes;
    for (const json& exit : events_of(events(), "exit")) processes.insert(exit["pid"].get<int>());
    EXPECT_EQ(processes.size(), 2u);
}

TEST_F(TraceOfProgram, ItIsSummedUp)
{
    (void)Program{shell("echo traced")}.run();
    trace_->close();
    trace::TraceReader reader;
    ASSERT_TRUE(reader.add(text_of(path_)));
    ASSERT_TRUE(reader.finish());
    EXPECT_TRUE(reader.complete());
    EXPECT_EQ(reader.summary().calls.at("write").count, 1u);
    EXPECT_GT(reader.summary().guest.count(), 0);
}

}  // namespace
}  // namespace husk::test
