#include "trace/reader.hpp"

#include "trace/writer.hpp"

#include <gmock/gmock.h>

#include <string>
#include <string_view>

namespace husk::trace {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

const std::string kFirstLine = R"({"name":"husk_trace","cat":"__metadata","ph":"M","pid":0,"tid":0,"ts":0.000,"args":{"version":1}})";

std::string event(std::string_view category, std::string_view name, std::string_view more, int thread = 1)
{
    return fmt::format(R"({{"name":"{}","cat":"{}","ph":"X","pid":9,"tid":{},{}}})", name, category, thread, more);
}

/// A file of these lines, each with what separates it.
std::string file_of(const std::vector<std::string>& lines, bool whole = true)
{
    std::string text = "[\n" + kFirstLine;
    for (const auto& line : lines) text += ",\n" + line;
    return text + (whole ? "\n]\n" : ",\n");
}

struct Outcome {
    TraceReader reader;
    std::string problem;  ///< "line: what"; empty if there is none
};

Outcome read(std::string_view text, std::size_t piece = std::string_view::npos)
{
    Outcome outcome;
    const auto note = [&](const tl::expected<void, TraceError>& done) {
        if (!done) outcome.problem = fmt::format("{}: {}", done.error().line, done.error().problem);
        return done.has_value();
    };
    for (std::size_t at = 0; at < text.size(); at += std::min(piece, text.size()))
        if (!note(outcome.reader.add(text.substr(at, piece)))) return outcome;
    note(outcome.reader.finish());
    return outcome;
}

const std::vector<std::string> kLines{
    R"({"name":"process_name","cat":"__metadata","ph":"M","pid":9,"tid":9,"ts":0,"args":{"name":"sh"}})",
    R"({"name":"process_labels","cat":"__metadata","ph":"M","pid":9,"tid":9,"ts":0,"args":{"labels":"kvm"}})",
    R"({"name":"thread_name","cat":"__metadata","ph":"M","pid":9,"tid":1,"ts":0,"args":{"name":"main"}})",
    event("guest", "guest", R"("ts":1.000,"dur":2.500)"),
    event("syscall", "read", R"("ts":4.000,"dur":5.000,"args":{"arguments":"0, \"\", 1","result":"0","value":0})"),
    event("exit", "system call", R"("ts":3.500,"dur":6.000,"args":{"kind":"system call","rip":"0x10","symbol":"read+0x2","call":"read"})"),
    event("guest", "guest", R"("ts":9.500,"dur":0.500)"),
    event("syscall", "read", R"("ts":10.100,"dur":1.000,"args":{"result":"-1 EBADF","value":-9,"errno":9})"),
    event("exit", "system call", R"("ts":10.000,"dur":2.000,"args":{"kind":"system call","rip":"0x99","call":"read"})"),
    event("guest", "guest", R"("ts":1.000,"dur":1.000)", 2),
    event("exit", "#PF page fault", R"("ts":2.000,"dur":100.000,"args":{"kind":"exception","rip":"0x7"})", 2),
    R"({"name":"exited with status 0","cat":"stop","ph":"i","pid":9,"tid":1,"ts":102.000,"s":"t"})",
};

TEST(TraceReader, SumsUp)
{
    const Outcome outcome = read(file_of(kLines));
    ASSERT_EQ(outcome.problem, "");
    EXPECT_TRUE(outcome.reader.complete());
    const Summary& summary = outcome.reader.summary();
    EXPECT_EQ(summary.events, 9u);
    EXPECT_EQ(summary.end, 102us);
    EXPECT_EQ(summary.guest, 4us);
    EXPECT_EQ(summary.host, 108us);
    EXPECT_EQ(summary.processes.at(9).name, "sh");
    EXPECT_EQ(summary.processes.at(9).engine, "kvm");
    const ThreadSummary& main = summary.threads.at({9, 1});
    EXPECT_EQ(main.name, "main");
    EXPECT_EQ(main.guest, 3us);
    EXPECT_EQ(main.host, 8us);
    EXPECT_EQ(main.exits, 2u);
    EXPECT_EQ(main.calls, 2u);
    const Row& calls = summary.calls.at("read");
    EXPECT_EQ(calls.count, 2u);
    EXPECT_EQ(calls.errors, 1u);
    EXPECT_EQ(calls.total, 6us);
    EXPECT_EQ(calls.longest, 5us);
    EXPECT_EQ(calls.mean(), 3us);
    EXPECT_EQ(summary.causes.at("system call").guest, 3us);
    EXPECT_EQ(sorted(summary.causes).front().first, "#PF page fault") << "what took most comes first";
    EXPECT_EQ(summary.places.count({"read+0x2", "read"}), 1u);
    EXPECT_EQ(summary.places.count({"0x99", "read"}), 1u) << "without a symbol, the address";
    EXPECT_EQ(summary.happenings.at("exited with status 0"), 1u);
}

TEST(TraceReader, PiecesOfAnySizeAreTheSame)
{
    const std::string text = file_of(kLines);
    for (const std::size_t piece : {1u, 2u, 7u, 64u, 1000u}) {
        const Outcome outcome = read(text, piece);
        EXPECT_EQ(outcome.problem, "");
        EXPECT_EQ(outcome.reader.summary().host, 108us);
        EXPECT_EQ(outcome.reader.last_line(), read(text).reader.last_line());
    }
}

/// Wherever it is cut, behind its first event, what is there is summed up.
TEST(TraceReader, OneThatWasCutOffIsSummedUp)
{
    const std::string text = file_of(kLines);
    const std::size_t first_end = text.find('\n', 2);
    for (std::size_t size = first_end + 1; size < text.size(); ++size) {
        const Outcome outcome = read(std::string_view{text}.substr(0, size));
        ASSERT_EQ(outcome.problem, "") << size;
        const bool has_end = size >= text.size() - 1;  // its last line's end may be missing
        EXPECT_EQ(outcome.reader.complete(), has_end) << size;
        EXPECT_LE(outcome.reader.summary().events, 9u);
    }
    EXPECT_EQ(read(file_of(kLines, false)).reader.summary().events, 9u);
}

TEST(TraceReader, BeforeItsFirstEventItIsSaidSo)
{
    EXPECT_THAT(read("").problem, HasSubstr("1: empty, or cut off"));
    for (const std::string_view text : {"[", "[\n", "[\n{\"name\":\"husk_tr"})
        EXPECT_THAT(read(text).problem, HasSubstr("cut off before its first event")) << text;
}

TEST(TraceReader, FilesOfOthersAreRefused)
{
    for (const std::string_view text :
         {"text\n", "{\"traceEvents\":[]}\n", "[]\n", "\x7f" "ELF\n", "[\n{\"name\":\"x\",\"ph\":\"X\",\"ts\":1,\"dur\":1,\"pid\":1,\"tid\":1},\n",
          "[\n{}\n]\n", "[\n[\n", "[\n\"husk_trace\",\n", " [\n"})
        EXPECT_THAT(read(text).problem, HasSubstr("not a trace that Husk wrote")) << text;
    EXPECT_THAT(read("[\n" R"({"name":"husk_trace","ph":"M","pid":0,"tid":0,"ts":0,"args":{"version":2}},)" "\n").problem,
                "2: a trace of version 2, and this Husk reads version 1");
}

TEST(TraceReader, LinesThatMakeNoSenseAreNamed)
{
    const auto problem = [](const std::string& line) { return read(file_of({kLines[0], line, kLines[1]})).problem; };
    EXPECT_THAT(problem("{"), HasSubstr("4: column 2: no JSON"));
    EXPECT_THAT(problem(""), HasSubstr("4: column 1: no JSON"));
    EXPECT_THAT(problem("{} {}"), HasSubstr("no JSON"));
    EXPECT_THAT(problem(std::string("{}\0", 3)), HasSubstr("a zero byte"));
    EXPECT_THAT(problem("7"), HasSubstr("it is no object"));
    EXPECT_THAT(problem("[]"), HasSubstr("it is an array"));
    EXPECT_THAT(problem(R"({"name":"x","ph":"X","pid":1,"tid":1,"ts":1})"), HasSubstr("4: 'dur' is missing"));
    EXPECT_THAT(problem(R"({"ph":"i","pid":1,"tid":1,"ts":1})"), HasSubstr("'name' is missing"));
    EXPECT_THAT(problem(R"({"name":"x","ph":"B","pid":1,"tid":1,"ts":1})"), HasSubstr("'ph' is 'B'"));
    EXPECT_THAT(problem(R"({"name":"x","ph":"i","pid":1,"tid":1,"ts":-1})"), HasSubstr("'ts' is -1, no time"));
    EXPECT_THAT(problem(R"({"name":"x","ph":"i","pid":1,"tid":1,"ts":1e300})"), HasSubstr("no time"));
    EXPECT_THAT(problem(R"({"name":"x","ph":"i","pid":1,"tid":1,"ts":"1"})"), HasSubstr("'ts' is no number"));
    EXPECT_THAT(problem(R"({"name":"x","ph":"i","pid":1.5,"tid":1,"ts":1})"), HasSubstr("'pid' is 1.5"));
    EXPECT_THAT(problem(R"({"name":"x","ph":"i","pid":1,"tid":1e20,"ts":1})"), HasSubstr("'tid' is"));
    EXPECT_THAT(problem(R"({"name":"x","name":"y","ph":"i","pid":1,"tid":1,"ts":1})"), HasSubstr("'name' is there twice"));
    EXPECT_THAT(problem(R"({"name":{},"ph":"i","pid":1,"tid":1,"ts":1})"), HasSubstr("'name' is an object"));
    EXPECT_THAT(problem(R"({"name":null,"ph":"i","pid":1,"tid":1,"ts":1})"), HasSubstr("'name' is neither"));
    EXPECT_THAT(problem(R"({"name":"x","args":{"a":{"b":1}},"ph":"i","pid":1,"tid":1,"ts":1})"), HasSubstr("within the arguments"));
    EXPECT_THAT(problem("{\"name\":\"\xff\",\"ph\":\"i\",\"pid\":1,\"tid\":1,\"ts\":1}"), HasSubstr("no JSON"));
    EXPECT_THAT(problem(std::string(2u << 20, ' ')), HasSubstr("4: longer than"));
    EXPECT_THAT(problem(std::string(1u << 19, '[')), HasSubstr("4: it is an array")) << "depth takes no stack";
    EXPECT_THAT(problem("{\"args\":" + std::string(1u << 18, '{')), HasSubstr("4: "));
    EXPECT_THAT(read(file_of(kLines) + "more\n").problem, HasSubstr("behind the end"));
    EXPECT_THAT(read(file_of(kLines) + "more").problem, HasSubstr("behind the end"));
}

TEST(TraceReader, WhatItCannotKnowItLetsPass)
{
    const Outcome outcome = read(file_of({
        R"({"name":"later","cat":"new","ph":"i","pid":1,"tid":1,"ts":1,"s":"t","args":{"kind":7,"what":[1,2],"x":null}})",
    }));
    EXPECT_THAT(outcome.problem, HasSubstr("'what' is an array"));
    EXPECT_EQ(read(file_of({R"({"name":"later","cat":"new","ph":"i","pid":1,"tid":1,"ts":1,"args":{"kind":7,"x":null}})"})).problem, "");
}

TEST(TraceReader, RowsHaveABound)
{
    constexpr int kNames = 70000;
    TraceReader reader;
    ASSERT_TRUE(reader.add("[\n" + kFirstLine + ",\n"));
    for (int i = 0; i < kNames; ++i)
        ASSERT_TRUE(reader.add(event("syscall", std::to_string(i), R"("ts":1,"dur":1)", i) + ",\n"));
    ASSERT_TRUE(reader.finish());
    EXPECT_LE(reader.summary().calls.size(), 65537u);
    EXPECT_GT(reader.summary().calls.at("(others)").count, 4000u);
    EXPECT_LE(reader.summary().threads.size(), 65537u);
}

}  // namespace
}  // namespace husk::trace
