#include "program/hostile_runs.hpp"

#include <algorithm>
#include <cctype>
#include <csignal>

namespace husk::test {
namespace {

constexpr int kBySignal = 128;       // 128 + the signal, as a shell says it
constexpr int kCannotExecute = 105;  // what `husk run --help` lists
constexpr int kCpuTime = 106;
constexpr int kOutput = 107;
constexpr int kTimeout = 124;

const std::vector<int> kWell{0};
const std::vector<int> kFault{kBySignal + SIGSEGV};
/// Where a guest goes astray at random.
const std::vector<int> kAnyFault{
    0, kBySignal + SIGXFSZ, kBySignal + SIGSEGV, kBySignal + SIGBUS, kBySignal + SIGILL, kBySignal + SIGTRAP};

void add_calls(std::vector<HostileRun>& runs)
{
    runs.push_back({"bad_arguments", {}, {"--timeout", "100"}, kWell});
    for (const char* seed : {"1", "2"}) runs.push_back({"random_calls", {seed, "10000"}, {"--timeout", "100"}, kAnyFault});
    for (const char* seed : {"1", "2", "3", "4"})
        runs.push_back({"random_memory", {seed, "2000"}, {"--timeout", "100", "--memory", "256M"}, kAnyFault});
    runs.push_back({"nested_flips", {}, {}, kWell, true});
    runs.push_back({"descriptors", {}, {}, kWell});
    runs.push_back({"descriptor_race", {}, {}, kWell, true});
    runs.push_back({"path_tricks", {}, {}, kWell});
    runs.push_back({"path_tricks", {"race"}, {}, kWell, true});
}

void add_bombs(std::vector<HostileRun>& runs)
{
    runs.push_back({"thread_bomb", {"20"}, {"--threads", "20"}, kWell, true});
    runs.push_back({"memory_bomb", {"64"}, {"--memory", "64M"}, kWell});
    runs.push_back({"area_bomb", {}, {}, kWell});
    runs.push_back({"huge_pages", {}, {}, kWell});
    for (const char* way : {"write", "error", "duplicate", "vectors"})
        runs.push_back({"output_bomb", {way}, {"--output", "100K"}, {kOutput}, false, "too much output"});
    runs.push_back({"file_bomb", {"64"}, {"--files", "64"}, kWell});
    runs.push_back({"size_bomb", {"100000"}, {"--fsize", "100000"}, kWell});
    runs.push_back({"signal_flood", {}, {}, kWell});
    runs.push_back({"signal_flood", {"threads"}, {}, kWell, true});
    for (const char* way : {"plain", "no-stack"}) runs.push_back({"recursion", {way}, {}, kFault});
    runs.push_back({"recursion", {"caught"}, {}, kWell});
    for (const char* way : {"spinning", "sleeping", "calling", "reading", "faulting"})
        runs.push_back({"endless", {way}, {"--timeout", "0.5"}, {kTimeout}, false, "out of time"});
    runs.push_back({"endless", {"threads"}, {"--timeout", "0.5"}, {kTimeout}, true, "out of time"});
    for (const char* way : {"spinning", "calling"})
        runs.push_back({"endless", {way}, {"--cpu-time", "0.3"}, {kCpuTime}, false, "out of processor time"});
    runs.push_back({"endless", {"threads"}, {"--cpu-time", "0.3"}, {kCpuTime}, true, "out of processor time"});
    // Each time the handlers' stack runs out, it is begun anew: so it is natively.
    runs.push_back({"recursion", {"nested"}, {"--timeout", "0.5"}, {kTimeout}});
}

void add_processor(std::vector<HostileRun>& runs)
{
    runs.push_back({"stub_tricks", {}, {"--timeout", "100"}, kWell});
    for (const char* way : {"0", "1", "2"}) runs.push_back({"processor_tricks", {way}, {"--timeout", "60"}, {0, kCannotExecute}});
    for (const char* way : {"in", "string-in", "out"})
        runs.push_back({"port_read", {way}, {"--timeout", "60"}, {kCannotExecute, kBySignal + SIGSEGV}});
    for (const char* way : {"0", "1", "2"})
        runs.push_back({"compatibility", {way}, {"--timeout", "60"}, {40, kCannotExecute, kBySignal + SIGSEGV}});
    for (const char* seed : {"1", "2", "3", "4", "5", "6"}) {
        std::vector<int> statuses = kAnyFault;
        statuses.push_back(kCannotExecute);
        runs.push_back({"sigreturn_frames", {seed, "2000"}, {"--timeout", "60"}, statuses});
    }
}

}  // namespace

std::string HostileRun::soft_obstacle() const
{
    return threads ? "threads: the software engine runs one" : "";
}

std::string HostileRun::name() const
{
    std::string text = guest;
    for (const std::string& word : arguments) text += "_" + word;
    if (!limits.empty()) text += limits.front();
    std::ranges::replace_if(
        text, [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
    return text;
}

std::vector<HostileRun> hostile_runs()
{
    std::vector<HostileRun> runs;
    add_calls(runs);
    add_bombs(runs);
    add_processor(runs);
    return runs;
}

}  // namespace husk::test
