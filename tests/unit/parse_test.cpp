// Numbers as they are written on a command line, and what is said of those that are none.
#include "cli/parse.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace husk::cli {
namespace {

constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();
constexpr auto kNoNumber = " is not a number: write it in decimal, or in hexadecimal with 0x";
constexpr auto kTooLarge = " does not fit into 64 bits";

template <typename Parse>
std::string refusal(Parse parse, std::string_view text)
{
    try {
        parse(text);
    } catch (const UsageError& error) {
        return error.message;
    }
    return {};
}

TEST(Parse, Numbers)
{
    EXPECT_EQ(parse_number("0"), 0u);
    EXPECT_EQ(parse_number("42"), 42u);
    EXPECT_EQ(parse_number("007"), 7u) << "not octal";
    EXPECT_EQ(parse_number("0x7C00"), 0x7C00u);
    EXPECT_EQ(parse_number("0Xff"), 255u);
    EXPECT_EQ(parse_number("18446744073709551615"), kMost);
    EXPECT_EQ(parse_number("0xFFFFFFFFFFFFFFFF"), kMost);
}

TEST(Parse, WhatIsNoNumber)
{
    for (const std::string text :
         {"", " ", "x", "0x", "0xg", "-1", "+1", " 1", "1 ", "1.5", "1e3", "0x-1", "0x0x1", "ff", "12a", "1,000", "2M", "١"})
        EXPECT_EQ(refusal(parse_number, text), "'" + text + "'" + kNoNumber);
    EXPECT_NE(refusal(parse_number, std::string_view{"1\0", 2}), "");
}

TEST(Parse, NumbersThatAreTooLarge)
{
    for (const std::string text : {"18446744073709551616", "0x10000000000000000", "99999999999999999999999"})
        EXPECT_EQ(refusal(parse_number, text), "'" + text + "'" + kTooLarge);
}

TEST(Parse, Sizes)
{
    EXPECT_EQ(parse_size("4096"), 4096u);
    EXPECT_EQ(parse_size("64K"), 64_KiB);
    EXPECT_EQ(parse_size("64k"), 64_KiB);
    EXPECT_EQ(parse_size("2M"), 2_MiB);
    EXPECT_EQ(parse_size("3g"), 3_GiB);
    EXPECT_EQ(parse_size("1T"), 1024_GiB);
    EXPECT_EQ(parse_size("0x10M"), 16_MiB);
    EXPECT_EQ(parse_size("0M"), 0u);
    EXPECT_EQ(parse_size("16777215T"), 16777215ull << 40);
}

TEST(Parse, WhatIsNoSize)
{
    for (const std::string text : {"", "M", "kK", "2MB", "2MiB", "2Q", "2 M", "-2M", "1.5G", "M2", "0xM"})
        EXPECT_EQ(refusal(parse_size, text), "'" + text + "'" + kNoNumber);
}

TEST(Parse, SizesThatAreTooLarge)
{
    for (const std::string text : {"16777216T", "17179869184G", "18446744073709551616", "0xFFFFFFFFFFFFFFFFK"})
        EXPECT_EQ(refusal(parse_size, text), "'" + text + "'" + kTooLarge);
}

TEST(Parse, Seconds)
{
    using namespace std::chrono_literals;
    EXPECT_EQ(parse_seconds("1"), 1s);
    EXPECT_EQ(parse_seconds("0.25"), 250ms);
    EXPECT_EQ(parse_seconds(".5"), 500ms);
    EXPECT_EQ(parse_seconds("1e-3"), 1ms);
    EXPECT_EQ(parse_seconds("1e-12"), 1ns) << "short, but a time";
    EXPECT_EQ(parse_seconds("1e300"), 1'000'000'000s) << "long enough";
}

TEST(Parse, WhatAreNoSeconds)
{
    for (const std::string text : {"", "soon", "1s", "0x10", "1,5", " 1", "1 ", "nan", "inf", "-inf", "1e400", "+1"})
        EXPECT_EQ(refusal(parse_seconds, text), "'" + text + "' is not a number of seconds");
}

TEST(Parse, NoTimeToRunFor)
{
    for (const std::string text : {"0", "-0", "0.0", "-1", "-1e-9"})
        EXPECT_EQ(refusal(parse_seconds, text), "'" + text + "' is not a time to run for: it must be more than 0 seconds");
}

TEST(Parse, ExpectedMemory)
{
    const auto four = parse_expected_memory("0x400=42:4");
    EXPECT_EQ(four.at, GuestPhys{0x400});
    EXPECT_EQ(four.value, 42u);
    EXPECT_EQ(four.bytes, 4u);
    EXPECT_EQ(parse_expected_memory("0=255:1").value, 255u);
    EXPECT_EQ(parse_expected_memory("0=0xFFFF:2").value, 0xFFFFu);
    EXPECT_EQ(parse_expected_memory("0=0xFFFFFFFF:4").value, 0xFFFF'FFFFu);
    EXPECT_EQ(parse_expected_memory("0=0xFFFFFFFFFFFFFFFF:8").value, kMost);
}

TEST(Parse, ExpectedMemoryOfNoSuchForm)
{
    for (const std::string text : {"", "0x400", "0x400=42", "0x400:4", ":=", "4:0x400", "0x400:4=42"})
        EXPECT_EQ(refusal(parse_expected_memory, text), "'" + text + "' is not of the form ADDR=VALUE:BYTES");
    EXPECT_EQ(refusal(parse_expected_memory, "=42:4"), std::string{"''"} + kNoNumber);
    EXPECT_EQ(refusal(parse_expected_memory, "x=42:4"), std::string{"'x'"} + kNoNumber);
    EXPECT_EQ(refusal(parse_expected_memory, "1=y:4"), std::string{"'y'"} + kNoNumber);
    EXPECT_EQ(refusal(parse_expected_memory, "1=2:4:4"), std::string{"'4:4'"} + kNoNumber);
    EXPECT_EQ(refusal(parse_expected_memory, "1=2=3:4"), std::string{"'2=3'"} + kNoNumber);
}

TEST(Parse, ExpectedMemoryOfNoSuchWidth)
{
    for (const std::string bytes : {"0", "3", "5", "16", "0x100000001"})
        EXPECT_EQ(refusal(parse_expected_memory, "0=0:" + bytes),
                  "'0=0:" + bytes + "' asks for a width that is not 1, 2, 4 or 8 bytes");
}

TEST(Parse, ExpectedMemoryThatCannotBe)
{
    EXPECT_EQ(refusal(parse_expected_memory, "0=256:1"), "'0=256:1' has a value of more than 1 bytes");
    EXPECT_NE(refusal(parse_expected_memory, "0=0x10000:2"), "");
    EXPECT_NE(refusal(parse_expected_memory, "0=0x100000000:4"), "");
    EXPECT_EQ(refusal(parse_expected_memory, "0=0x10000000000000000:8"), std::string{"'0x10000000000000000'"} + kTooLarge);
}

}  // namespace
}  // namespace husk::cli
