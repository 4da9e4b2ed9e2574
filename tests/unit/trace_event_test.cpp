#include "trace/event.hpp"

#include "trace/symbol_table.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace husk::trace {
namespace {

using namespace std::chrono_literals;

TEST(TraceEvent, IsAnObjectOfOneLine)
{
    Event event{"out 0xe9", "exit", 'X', {12, 34}, 1234567ns};
    event.text("kind", "out").number("size", 1).hexadecimal("rip", 0xFFFF'FFFF'8100'0000).signed_number("value", -2).time("us", 1500ns);
    event.lasts(2001ns);
    EXPECT_EQ(event.line(),
              R"({"name":"out 0xe9","cat":"exit","ph":"X","pid":12,"tid":34,"ts":1234.567,)"
              R"("args":{"kind":"out","size":1,"rip":"0xffffffff81000000","value":-2,"us":1.500},"dur":2.001})");
}

TEST(TraceEvent, WithoutArgumentsAndDuration)
{
    Event event{"SIGTERM", "signal", 'i', {1, 2}, 0ns};
    event.end();
    EXPECT_EQ(event.line(), R"({"name":"SIGTERM","cat":"signal","ph":"i","pid":1,"tid":2,"ts":0.000,"s":"t"})");
}

TEST(TraceEvent, TimesKeepEveryNanosecondAndAreNeverNegative)
{
    Event late{"a", "b", 'X', {}, 9'007'199'254'740'993ns};
    late.lasts(-5ns);
    EXPECT_NE(late.line().find("\"ts\":9007199254740.993"), std::string::npos) << late.line();
    EXPECT_NE(late.line().find("\"dur\":0.000"), std::string::npos) << late.line();
}

/// Whatever a guest calls itself, a reader of JSON gets it back, but for what is no UTF-8.
TEST(TraceEvent, TextOfAnyBytesIsQuoted)
{
    for (const std::string& text : {std::string{"plain"}, std::string{"\"quo\\ted\""}, std::string{"a\nb\x01\x1b[31m"}, std::string{"\0x", 2},
                                   std::string{"ü € \xF0\x9F\x98\x80"}, std::string{"</script>"}, std::string{}}) {
        Event event{text, "c", 'i', {}, 0ns};
        event.text("t", text).end();
        const auto read = nlohmann::json::parse(event.line());
        EXPECT_EQ(read["name"], text);
        EXPECT_EQ(read["args"]["t"], text);
        EXPECT_EQ(event.line().find('\n'), std::string::npos);
    }
    for (const std::string& bad : std::vector<std::string>{"\xFF", "a\xC3", "\xED\xA0\x80", "\xF8\x88\x80\x80\x80"}) {
        Event event{bad, "c", 'i', {}, 0ns};
        event.end();
        EXPECT_NE(nlohmann::json::parse(event.line())["name"].get<std::string>().find("\xEF\xBF\xBD"), std::string::npos);
    }
}

TEST(TraceSymbols, AreFoundByAddress)
{
    const SymbolTable table{{{0x2000, 0x10, "second"}, {0x1000, 0x20, "first"}, {0x1000, 0, "label"}, {0x3000, 0, "open"}}};
    EXPECT_EQ(table.size(), 4u);
    EXPECT_EQ(table.at(0xFFF), "");
    EXPECT_EQ(table.at(0x1000), "first") << "the one that has a size";
    EXPECT_EQ(table.at(0x101F), "first+0x1f");
    EXPECT_EQ(table.at(0x1020), "") << "behind its end";
    EXPECT_EQ(table.at(0x200F), "second+0xf");
    EXPECT_EQ(table.at(0x3000), "open");
    EXPECT_EQ(table.at(~0ull), "open+0xffffffffffffcfff") << "without a size it goes on to the next";
    EXPECT_EQ(SymbolTable{}.at(0), "");
}

TEST(TraceSymbols, ASizeThatWrapsIsWhatItIs)
{
    const SymbolTable table{{{~0ull - 1, ~0ull, "last"}, {0, ~0ull, "all"}}};
    EXPECT_EQ(table.at(5), "all+0x5");
    EXPECT_EQ(table.at(~0ull), "last+0x1");
}

}  // namespace
}  // namespace husk::trace
