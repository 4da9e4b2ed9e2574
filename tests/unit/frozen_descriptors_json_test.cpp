// Descriptors in the metadata of a frozen file: read as they were written.
#include "frozen/json.hpp"
#include "frozen/json_reader.hpp"
#include "program/frozen/descriptor.hpp"

#include <gmock/gmock.h>

namespace husk::test {
namespace {

using program::FrozenDescriptor;
using testing::HasSubstr;

std::vector<FrozenDescriptor> one_of_each()
{
    using namespace program;
    const std::vector<std::byte> bytes{std::byte{0}, std::byte{0x7F}, std::byte{0xFF}};
    constexpr std::uint64_t kLarge = 0xFEDC'BA98'7654'3210;
    return {
        {.number = 0, .flags = 04000, .standard = 0},
        {.number = 3,
         .close_on_exec = true,
         .flags = 0100000,
         .offset = kLarge,
         .file = FrozenPath{"/a", 1, 2, 3, 4, 5, kLarge, true}},
        {.number = 4, .same_as = 3},
        {.number = 5, .pipe = FrozenPipe{5, 65536, bytes}},
        {.number = 6, .memory = FrozenMemory{6, "name", 0600, 0xF, bytes}},
        {.number = 7, .event = FrozenEvent{kLarge, true}},
        {.number = 8, .timer = FrozenTimer{1, 2, 3, 4, 5, kLarge}},
        {.number = 9, .signals = FrozenSignals{kLarge, bytes}},
        {.number = 10, .epoll = FrozenEpoll{{{3, 0x8000'0001, kLarge}, {5, 1, 0}}}},
    };
}

frozen::JsonText parsed(std::string_view text)
{
    auto json = frozen::JsonText::parse(std::string{text});
    if (!json) throw std::runtime_error{"no JSON"};
    return *std::move(json);
}

std::string error_of_json(const std::string& text)
{
    std::vector<FrozenDescriptor> all;
    frozen::JsonReader reader;
    const auto json = parsed(text);
    reader.read(json.root(), all, "descriptors");
    const auto error = reader.error();
    return error ? describe(*error) : "";
}

TEST(FrozenDescriptorsJson, AreReadAsTheyWereWritten)
{
    const auto all = one_of_each();
    const std::string text = frozen::to_json(all).dump();
    std::vector<FrozenDescriptor> read;
    frozen::JsonReader reader;
    const auto json = parsed(text);
    reader.read(json.root(), read, "descriptors");
    EXPECT_FALSE(reader.error().has_value());
    EXPECT_EQ(read, all);
}

TEST(FrozenDescriptorsJson, WhatIsWrongIsNamed)
{
    const std::string text = frozen::to_json(one_of_each()).dump();
    const auto with = [&](const std::string& what, const std::string& instead) {
        std::string changed = text;
        const auto at = changed.find(what);
        EXPECT_NE(at, std::string::npos) << what;
        return error_of_json(changed.replace(at, what.size(), instead));
    };
    EXPECT_EQ(error_of_json(text), "");
    EXPECT_EQ(with("\"0x3\"", "\"0x100000003\""), "descriptors[1].number: is no number of 32 bits");
    EXPECT_EQ(with("\"0x3\"", "-3"), "descriptors[1].number: is no hexadecimal number");
    EXPECT_EQ(with("\"/a\"", "7"), "descriptors[1].file.path: is no string");
    EXPECT_EQ(with("\"007fff\"", "\"007ff\""), "descriptors[3].pipe.content: is not made of whole bytes");
    EXPECT_EQ(with("\"semaphore\"", "\"other\""), "descriptors[5].event.semaphore: is missing");
    EXPECT_THAT(with("[{\"number\":\"0x3\"", "[7,{\"number\":\"0x3\""), HasSubstr("descriptors[8].epoll.watches[0]: is no object"));
}

}  // namespace
}  // namespace husk::test
