#include "trace/writer.hpp"

#include "support/temp_folder.hpp"
#include "support/trace_events.hpp"
#include "trace/processor_track.hpp"
#include "trace/reader.hpp"

#include <husk/error.hpp>
#include <husk/trace_file.hpp>

#include <gmock/gmock.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <string>
#include <thread>
#include <vector>

namespace husk::trace {
namespace {

using namespace std::chrono_literals;
using test::events_of;
using test::text_of;
using test::trace_events;
using test::trace_problem;
using testing::ElementsAre;
using testing::HasSubstr;

Event instant(Place place, std::string_view name)
{
    Event event{name, "test", 'i', place, 0ns};
    event.end();
    return event;
}

class TraceWriter : public testing::Test {
protected:
    test::TempFolder folder_;
    std::string path_ = folder_ / "trace.json";
};

TEST_F(TraceWriter, WritesAnArrayThatNamesWhatIsInIt)
{
    Writer writer{path_};
    const int process = writer.add_process(7, "guest", "kvm");
    EXPECT_EQ(process, 7);
    const auto track = writer.add_track({process, 1}, "vCPU 0");
    track->add(instant(track->place(), "one"));
    writer.close();
    const auto events = trace_events(path_);
    EXPECT_EQ(trace_problem(events), "");
    ASSERT_EQ(events.size(), 6u);
    EXPECT_EQ(events.front()["name"], kFirstEvent);
    EXPECT_EQ(events[1]["args"]["name"], "guest");
    EXPECT_EQ(events[2]["args"]["labels"], "kvm");
    EXPECT_EQ(events[3]["args"]["name"], "vCPU 0");
    EXPECT_EQ(events[4]["name"], "one");
    EXPECT_EQ(events.back()["name"], kLastEvent);
    EXPECT_TRUE(text_of(path_).starts_with("[\n{")) << "an event a line";
}

TEST_F(TraceWriter, AnEmptyOneIsWholeToo)
{
    TraceFile{path_}.close();
    EXPECT_EQ(trace_events(path_).size(), 2u);
}

TEST_F(TraceWriter, NoTwoProcessesHaveOneNumber)
{
    Writer writer{path_};
    const int first = writer.add_process(5, "a", "soft");
    const int second = writer.add_process(5, "b", "soft");
    const int third = writer.add_process(5, "c", "soft");
    EXPECT_EQ(first, 5);
    EXPECT_NE(second, 5);
    EXPECT_NE(third, second);
}

/// More than a track holds, from several threads at once, while tracks come and go: nothing is lost, nothing is mixed.
TEST_F(TraceWriter, ThreadsWriteSideBySide)
{
    constexpr int kThreads = 4, kEvents = 20000;
    Writer writer{path_};
    {
        std::vector<std::jthread> threads;
        for (int thread = 0; thread < kThreads; ++thread)
            threads.emplace_back([&writer, thread] {
                const auto track = writer.add_track({1, thread}, "worker");
                for (int i = 0; i < kEvents; ++i) track->add(instant(track->place(), "event " + std::to_string(i)));
                track->retire();
            });
    }
    writer.close();
    const auto events = events_of(trace_events(path_), "test");
    ASSERT_EQ(events.size(), std::size_t{kThreads} * kEvents);
    std::vector<int> next(kThreads);
    for (const auto& event : events) {
        const int thread = event["tid"];
        ASSERT_EQ(event["name"], "event " + std::to_string(next.at(static_cast<std::size_t>(thread))++)) << "in its order";
    }
}

TEST_F(TraceWriter, WhatHasHappenedIsThereWhenTheProcessIsKilled)
{
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        Writer writer{path_};
        const auto track = writer.add_track({1, 1}, "t");
        track->add(instant(track->place(), "early"));
        for (;;) ::pause();
    }
    for (int tries = 0; tries < 6000 && text_of(path_).find("early") == std::string::npos; ++tries) std::this_thread::sleep_for(10ms);
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    EXPECT_THAT(text_of(path_), HasSubstr("early"));
    TraceReader reader;
    EXPECT_TRUE(reader.add(text_of(path_)));
    EXPECT_TRUE(reader.finish());
    EXPECT_FALSE(reader.complete());
    EXPECT_EQ(reader.summary().events, 1u);
}

TEST_F(TraceWriter, ADiskThatIsFullIsToldAtTheEndAndStopsNobody)
{
    if (::access("/dev/full", W_OK) != 0) GTEST_SKIP() << "no /dev/full";
    Writer writer{"/dev/full"};
    const auto track = writer.add_track({1, 1}, "t");
    for (int i = 0; i < 50000; ++i) track->add(instant(track->place(), "more than a track holds"));
    try {
        writer.close();
        ADD_FAILURE() << "nothing was said";
    } catch (const Error& error) {
        EXPECT_EQ(error.code().value(), ENOSPC);
        EXPECT_EQ(error.call(), "write");
        EXPECT_THAT(std::string{error.what()}, HasSubstr("/dev/full"));
    }
    writer.close();  // told once
}

TEST_F(TraceWriter, WhatComesAfterItsEndIsLost)
{
    TraceFile file{path_};
    const auto track = file.writer().add_track({1, 1}, "t");
    file.close();
    track->add(instant(track->place(), "late"));
    file.writer().add_track({1, 2}, "late")->add(instant({1, 2}, "late"));
    EXPECT_EQ(text_of(path_).find("late"), std::string::npos);
}

TEST_F(TraceWriter, OnlyTracesAreWrittenOver)
{
    TraceFile{path_}.close();
    EXPECT_NO_THROW(TraceFile{path_}) << "a trace";
    EXPECT_NO_THROW(TraceFile{folder_.write("empty", "")});
    for (const std::string_view text : {"#!/bin/sh\n", "[\n", "[\n{\"name\":\"x\"}]\n", "["}) {
        const std::string mine = folder_.write("mine", text);
        try {
            const TraceFile file{mine};
            ADD_FAILURE() << text;
        } catch (const Error& error) {
            EXPECT_EQ(error.code().value(), EEXIST);
            EXPECT_THAT(std::string{error.hint()}, HasSubstr("is no trace"));
        }
        EXPECT_EQ(text_of(mine), text);
    }
}

TEST_F(TraceWriter, AFileThatCannotBeMadeIsNamed)
{
    try {
        const TraceFile file{folder_ / "nothing/there"};
        ADD_FAILURE();
    } catch (const Error& error) {
        EXPECT_EQ(error.code().value(), ENOENT);
        EXPECT_THAT(std::string{error.what()}, HasSubstr("nothing/there"));
    }
    EXPECT_THROW(TraceFile{folder_.path()}, Error);
}

TEST_F(TraceWriter, APipeThatNobodyReadsIsAnErrorAndNoSignal)
{
    const std::string fifo = folder_ / "fifo";
    ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
    UniqueFd reading{::open(fifo.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)};
    Writer writer{fifo};
    reading = {};
    writer.add_track({1, 1}, "t")->add(instant({1, 1}, "x"));
    try {
        writer.close();
        ADD_FAILURE();
    } catch (const Error& error) {
        EXPECT_EQ(error.code().value(), EPIPE);
    }
}

TEST_F(TraceWriter, AProcessorRunsTheGuestAndTheHostByTurns)
{
    Writer writer{path_};
    {
        ProcessorTrack track{writer, {1, 1}, "vCPU 0"};
        EXPECT_EQ(track.exit(), nullptr);
        track.enters();
        track.left("in 0x60", "in").hexadecimal("port", 0x60);
        const auto begun = std::chrono::steady_clock::now();
        track.add(track.did("inner", "syscall", begun), std::chrono::steady_clock::now() - begun);
        ASSERT_NE(track.exit(), nullptr);
        track.exit()->hexadecimal("value", 5);
        track.enters();
        track.left("halt", "halt");
        track.stops();
        track.add(track.happens("halted", "stop"));
    }
    writer.close();
    const auto events = trace_events(path_);
    EXPECT_EQ(trace_problem(events), "");
    std::vector<std::string> names;
    for (const auto& event : events)
        if (event["ph"] != "M") names.push_back(event["name"]);
    EXPECT_THAT(names, ElementsAre("guest", "inner", "in 0x60", "guest", "halt", "halted"));
    const auto exits = events_of(events, "exit");
    EXPECT_EQ(exits[0]["args"]["value"], "0x5");
    EXPECT_NEAR(exits[0]["args"]["guest_us"].get<double>(), events_of(events, "guest")[0]["dur"].get<double>(), 0.002);
}

}  // namespace
}  // namespace husk::trace
