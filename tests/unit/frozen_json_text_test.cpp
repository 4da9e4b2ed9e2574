// JSON as frozen files have it: read as it is meant, and refused where it is none.
#include "frozen/json_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <random>
#include <string>

namespace husk::test {
namespace {

using frozen::JsonText;
using frozen::JsonValue;
using testing::ElementsAre;

bool is_json(std::string_view text)
{
    return JsonText::parse(std::string{text}).has_value();
}

std::string string_of(std::string_view text)
{
    const auto json = JsonText::parse(std::string{text});
    return json && json->root().is_string() ? std::string{json->root().text()} : "none";
}

/// As text again: values in brackets, names before them.
std::string told(JsonValue value)
{
    const auto inner = [&] {
        std::string all;
        for (auto each = value.first(); each; each = each->next())
            all += (value.is_object() ? std::string{each->name()} + "=" : "") + told(*each) + ";";
        return all;
    };
    switch (value.kind()) {
        case JsonValue::Kind::Null: return "null";
        case JsonValue::Kind::False: return "false";
        case JsonValue::Kind::True: return "true";
        case JsonValue::Kind::Number: return "#" + std::string{value.text()};
        case JsonValue::Kind::String: return "'" + std::string{value.text()} + "'";
        case JsonValue::Kind::Array: return "[" + inner() + "]";
        case JsonValue::Kind::Object: return "{" + inner() + "}";
    }
    return "?";
}

TEST(JsonTextTest, IsReadAsItIsMeant)
{
    constexpr std::string_view kText = R"( { "a" : [ 1 , -2.5e+3, [], {} ] , "b":{"c":null,"d":[true,false]},
        "e": "x" } )";
    const auto json = JsonText::parse(std::string{kText});
    ASSERT_TRUE(json);
    EXPECT_EQ(told(json->root()), "{a=[#1;#-2.5e+3;[];{};];b={c=null;d=[true;false;];};e='x';}");
    EXPECT_EQ(json->root().size(), 3u);
    EXPECT_EQ(json->root().find("a")->size(), 4u);
    EXPECT_EQ(told(*json->root().find("b")->find("d")), "[true;false;]");
    EXPECT_FALSE(json->root().find("c"));
    EXPECT_FALSE(json->root().find("a")->find("c"));
    EXPECT_FALSE(json->root().find("e")->first());
    EXPECT_FALSE(json->root().next());
}

TEST(JsonTextTest, StringsHaveEscapes)
{
    EXPECT_EQ(string_of(R"("\"\\\/\b\f\n\r\t")"), "\"\\/\b\f\n\r\t");
    EXPECT_EQ(string_of(R"("a\u0041b\u00e9\u20ac\ud83d\ude00c")"), "aAb\u00e9\u20ac\U0001F600c");
    EXPECT_EQ(string_of("\"\u00e9\u20ac\U0001F600\U0010FFFF\""), "\u00e9\u20ac\U0001F600\U0010FFFF");
    EXPECT_EQ(string_of(R"("\u0000x")"), std::string("\0x", 2));
    for (const std::string_view bad : {R"("\x")", R"("\u12")", R"("\u12g4")", R"("\ud800")", R"("\ud800x")", R"("\ud800\u0041")",
                                       R"("\udc00")", R"({"\udfff":1})", R"("\)", "\"\n\"", "\"\x1f\"", "\"abc"})
        EXPECT_FALSE(is_json(bad)) << bad;
}

// RFC 3629: no bytes that are none, none left out, no longer form than is needed, no surrogates, nothing beyond 10FFFF.
TEST(JsonTextTest, StringsAreUtf8)
{
    for (const std::string_view bad :
         {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xC3", "\xC3(", "\xE0\x80\x80", "\xE2\x82", "\xED\xA0\x80", "\xED\xBF\xBF",
          "\xF0\x80\x80\x80", "\xF0\x9F\x98", "\xF4\x90\x80\x80", "\xF8\x88\x80\x80\x80", "\xFF"}) {
        EXPECT_FALSE(is_json("\"" + std::string{bad} + "\""));
        EXPECT_FALSE(is_json("{\"" + std::string{bad} + "\":1}"));
    }
}

TEST(JsonTextTest, WhatIsNoneIsRefused)
{
    for (const std::string_view bad : {"",    " ",         "{",         "}",     "[",       "]",        "[1",
                                       "[1,", "[1,]",      "[,1]",      "[1 2]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}",
                                       "{,}", "{1:2}",     "{\"a\" 1}", "nul",   "nulll",   "True",     "tru",
                                       "01",  "-",         "-x",        "1.",    ".5",      "1e",       "1e+",
                                       "+1",  "0x10",      "NaN",       "1 1",   "[]]",     "{}x",      "\xEF\xBB\xBF{}",
                                       "'a'", "[\"a\":1]", "\v1"})
        EXPECT_FALSE(is_json(bad)) << bad;
}

TEST(JsonTextTest, DepthAndNumberAreBounded)
{
    const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
    EXPECT_TRUE(is_json(nested(JsonText::kDeepest)));
    EXPECT_FALSE(is_json(nested(JsonText::kDeepest + 1)));
    EXPECT_FALSE(is_json(std::string(1 << 20, '[')));
    std::string many = "[0";
    while (many.size() < 2 * JsonText::kMostValues) many += ",0";
    EXPECT_FALSE(is_json(many + "]"));
}

TEST(JsonTextTest, TheFirstValueAloneIsRead)
{
    const auto first = [](std::string_view text) {
        const auto json = JsonText::parse_first(text, "info");
        return json ? told(json->root()) : "none";
    };
    EXPECT_EQ(first(R"( { "info" : {"a":[1,2]} , what follows)"), "{a=[#1;#2;];}");
    EXPECT_EQ(first(R"({"info":7})"), "#7");
    for (const std::string_view other : {R"({"other":7,"info":7})", R"({"info":})", R"(["info"])", R"({"info" 7})", "", "{"})
        EXPECT_EQ(first(other), "none") << other;
}

// What the other reader of JSON that there is here takes, and as what; but for values that are nested too deeply.
TEST(JsonTextTest, AgreesWithAnotherReader)
{
    constexpr std::string_view kGood = R"({"a":[1,-2.5e3,"x\u00e9\n",null,true],"b":{"c":[[]],"d":"é"}})";
    constexpr std::string_view kOdd = "{}[]\",:\\u0123e-+.tfn \xC3\xA9";
    std::mt19937 random{7};  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same texts each time
    const auto below = [&](std::size_t end) { return random() % end; };
    for (int i = 0; i < 20'000; ++i) {
        std::string text{kGood};
        for (std::size_t n = 0; n <= below(3); ++n) {
            const std::size_t at = below(text.size());
            if (below(3) == 0)
                text.erase(at, 1 + below(4));
            else
                text[at] = kOdd[below(kOdd.size())];
            if (text.empty()) text = "0";
        }
        EXPECT_EQ(is_json(text), nlohmann::json::accept(text)) << text;
    }
}

}  // namespace
}  // namespace husk::test
