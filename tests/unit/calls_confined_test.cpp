#include "program/abi/system_calls.hpp"
#include "program/calls/handlers.hpp"
#include "program/sandbox/policy.hpp"

#include <gtest/gtest.h>

#include <iterator>
#include <set>
#include <sstream>
#include <string>

// What handlers ask of the host, its filter lets through.
namespace husk::test {
namespace {

using namespace program;

std::set<std::string> words_of(const std::string& text)
{
    std::istringstream words{text};
    return {std::istream_iterator<std::string>{words}, {}};
}

std::set<std::string> allowed()
{
    std::set<std::string> names;
    for (const Rule& rule : kAllowed) names.merge(words_of(rule.calls));
    return names;
}

/// Answered without the host, or by another call of it.
const std::string kAnswered =
    "eventfd inotify_init setuid setgid setreuid setregid setresuid setresgid setfsuid setfsgid setgroups "
    "getrlimit setrlimit capget capset personality arch_prctl adjtimex clock_adjtime clock_settime "
    "settimeofday";

TEST(CallsConfined, EveryServedCallIsAllowedOrAnsweredWithoutTheHost)
{
    std::set<std::string> fine = allowed();
    fine.merge(words_of(kAnswered));
    for (const auto group : {descriptor_calls(), time_calls(), information_calls()})
        for (const Served& served : group) {
            const std::string name = name_of_call(static_cast<std::uint64_t>(served.number));
            EXPECT_TRUE(fine.contains(name)) << name;
        }
}

TEST(CallsConfined, NoCallIsServedTwice)
{
    std::set<long> seen;
    for (const auto group : {descriptor_calls(), time_calls(), information_calls()})
        for (const Served& served : group) EXPECT_TRUE(seen.insert(served.number).second) << served.number;
}

}  // namespace
}  // namespace husk::test
