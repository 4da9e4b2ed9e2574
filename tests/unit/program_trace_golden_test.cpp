#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "program/trace/call_text.hpp"

// tests/golden/trace/calls.txt has system calls with what was in memory before and after them, and the lines that strace wrote of
// them: tests/golden/trace/record.sh made it.
namespace husk::program {
namespace {

constexpr std::uint64_t kArena = 0x100000000;
constexpr std::uint64_t kArenaSize = 0x10000;

/// The arena that all pointers of the recorded calls point into, but those that are meant to be bad.
class Arena {
public:
    Arena() : bytes_(kArenaSize) {}
    void put(std::uint64_t at, const std::string& digits)
    {
        for (std::size_t i = 0; i * 2 < digits.size(); ++i)
            bytes_.at(at - kArena + i) = static_cast<std::byte>(std::stoul(digits.substr(i * 2, 2), nullptr, 16));
    }
    Reader reader() const
    {
        return [this](std::uint64_t at, std::span<std::byte> into) {
            if (at < kArena || at - kArena > kArenaSize || into.size() > kArenaSize - (at - kArena)) return false;
            std::ranges::copy(std::span{bytes_}.subspan(at - kArena, into.size()), into.begin());
            return true;
        };
    }

private:
    std::vector<std::byte> bytes_;
};

struct Recorded {
    std::uint64_t number = 0;
    Values values{};
    Arena before, after;
    std::int64_t result = 0;
    std::string line;
};

std::vector<Recorded> recorded()
{
    std::vector<Recorded> calls;
    std::ifstream file{HUSK_SOURCE_DIR "/tests/golden/trace/calls.txt"};
    for (std::string line; std::getline(file, line);) {
        std::istringstream words{line};
        std::string what, digits;
        std::uint64_t at = 0;
        words >> what;
        if (what == "call") {
            Recorded& call = calls.emplace_back();
            words >> call.number >> std::hex;
            for (std::uint64_t& value : call.values) words >> value;
        } else if (what == "before" || what == "after") {
            words >> std::hex >> at >> digits;
            (what == "before" ? calls.back().before : calls.back().after).put(at, digits);
        } else if (what == "result") {
            words >> calls.back().result;
        } else {
            calls.back().line = line.substr(what.size() + 1);
        }
    }
    return calls;
}

TEST(TraceGolden, EveryCallReadsAsStraceHasIt)
{
    const std::vector<Recorded> calls = recorded();
    EXPECT_GT(calls.size(), 190U);
    for (const Recorded& call : calls) {
        const CallText text{call.number, call.values, call.before.reader(), Limits{}};
        EXPECT_EQ(text.start() + text.rest(call.result, call.after.reader()), call.line);
    }
}

TEST(TraceGolden, NoCallNeedsItsMemory)
{
    // Without it, pointers are numbers.
    const Reader nothing = [](std::uint64_t, std::span<std::byte>) { return false; };
    for (const Recorded& call : recorded()) {
        const CallText text{call.number, call.values, nothing, Limits{}};
        // No bytes need no memory either.
        const std::string line = std::regex_replace(text.start() + text.rest(call.result, nothing), std::regex{"\"\""}, "");
        EXPECT_EQ(line.find('"'), std::string::npos) << line;
    }
}

}  // namespace
}  // namespace husk::program
