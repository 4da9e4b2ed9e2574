// What a debugger is told of a program's libraries, from memory that the program may have filled with anything.
#include "program/debug/link_map.hpp"

#include <elf.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <utility>

namespace husk::program {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

/// A program's memory from kBase on, with what a dynamic linker leaves there.
class LinkMapTest : public testing::Test {
protected:
    static constexpr std::uint64_t kBase = 0x10000, kHeaders = kBase + 0x40, kDynamic = kBase + 0x200, kDebug = kBase + 0x400,
                                   kMaps = kBase + 0x1000, kNames = kBase + 0x8000;
    static constexpr std::size_t kSize = 0x40000, kMapSize = 0x40;

    LinkMapTest()
    {
        // A position-independent program: its addresses are raised by kBase.
        header(0, PT_PHDR, 0, kHeaders - kBase);
        header(1, PT_DYNAMIC, 0, kDynamic - kBase);
        put(kDynamic, Elf64_Dyn{.d_tag = DT_NEEDED, .d_un = {.d_val = 1}});
        put(kDynamic + 16, Elf64_Dyn{.d_tag = DT_DEBUG, .d_un = {.d_ptr = kDebug}});
        debug(kDebug, 1, map(0));
        object(0, "", map(1));
        object(1, "/lib/libc.so.6", map(2));
        object(2, "/lib/ld.so", 0);
    }

    template <typename Value>
    void put(std::uint64_t at, const Value& value)
    {
        std::memcpy(memory_.data() + (at - kBase), &value, sizeof value);
    }
    void header(std::size_t number, std::uint32_t type, std::uint64_t offset, std::uint64_t address)
    {
        Elf64_Phdr made{};
        made.p_type = type;
        made.p_offset = offset;
        made.p_vaddr = address;
        put(kHeaders + number * sizeof made, made);
    }
    void debug(std::uint64_t at, std::uint64_t version, std::uint64_t first)
    {
        put(at, version);
        put(at + 8, first);
    }
    static std::uint64_t map(std::size_t number) { return kMaps + number * kMapSize; }
    static std::uint64_t name(std::size_t number) { return kNames + number * 0x40; }
    void object(std::size_t number, const std::string& text, std::uint64_t next)
    {
        put(map(number), std::uint64_t{0x1000} * number);
        put(map(number) + 8, name(number));
        put(map(number) + 16, std::uint64_t{0x1000} * number + 0x10);
        put(map(number) + 24, next);
        std::memcpy(memory_.data() + (name(number) - kBase), text.c_str(), text.size() + 1);
    }

    LinkMap read(std::vector<std::pair<std::uint64_t, std::uint64_t>> auxiliary = {
                     {AT_PAGESZ, 4096}, {AT_PHDR, kHeaders}, {AT_PHNUM, 2}, {AT_NULL, 0}}) const
    {
        const auto memory = [this](std::uint64_t at, std::span<std::byte> into) -> std::size_t {
            if (at < kBase || at - kBase >= kSize) return 0;
            const std::size_t size = std::min<std::size_t>(into.size(), kSize - (at - kBase));
            std::memcpy(into.data(), memory_.data() + (at - kBase), size);
            return size;
        };
        return read_link_map(memory, std::as_bytes(std::span{auxiliary}));
    }
    static std::vector<std::string> names(const LinkMap& found)
    {
        std::vector<std::string> all;
        for (const LinkedObject& each : found.libraries) all.push_back(each.name);
        return all;
    }

    std::vector<char> memory_ = std::vector<char>(kSize);
};

TEST_F(LinkMapTest, HasTheLibrariesAndNotTheProgram)
{
    const LinkMap found = read();
    EXPECT_EQ(found.program, map(0));
    EXPECT_THAT(found.libraries, ElementsAre(LinkedObject{map(1), 0x1000, 0x1010, kDebug, "/lib/libc.so.6"},
                                             LinkedObject{map(2), 0x2000, 0x2010, kDebug, "/lib/ld.so"}));
    EXPECT_EQ(library_list(found),
              "<library-list-svr4 version=\"1.0\" main-lm=\"0x11000\">\n"
              "<library name=\"/lib/libc.so.6\" lm=\"0x11040\" l_addr=\"0x1000\" l_ld=\"0x1010\" lmid=\"0x10400\"/>\n"
              "<library name=\"/lib/ld.so\" lm=\"0x11080\" l_addr=\"0x2000\" l_ld=\"0x2010\" lmid=\"0x10400\"/>\n"
              "</library-list-svr4>\n");
}

TEST_F(LinkMapTest, AProgramThatDoesNotSayWhereItsHeadersAreIsPlacedByItsFirstSegment)
{
    header(0, PT_LOAD, 0, 0);
    EXPECT_THAT(names(read()), SizeIs(2));
    header(0, PT_LOAD, 0, 0x1000);
    EXPECT_THAT(names(read()), IsEmpty()) << "its dynamic section would be elsewhere";
}

TEST_F(LinkMapTest, IsEmptyBeforeTheLinkerHasRunAndWithoutOne)
{
    put(kDynamic + 16, Elf64_Dyn{.d_tag = DT_DEBUG, .d_un = {.d_ptr = 0}});
    EXPECT_EQ(library_list(read()), "<library-list-svr4 version=\"1.0\">\n</library-list-svr4>\n");
    header(1, PT_LOAD, 0x1000, 0);
    EXPECT_THAT(read().libraries, IsEmpty());
    EXPECT_THAT(read({}).libraries, IsEmpty());
    EXPECT_THAT(read({{AT_PHDR, ~std::uint64_t{0} - 8}, {AT_PHNUM, ~std::uint64_t{0}}}).libraries, IsEmpty());
}

TEST_F(LinkMapTest, HasWhatOtherNamespacesLoaded)
{
    constexpr std::uint64_t kSecond = kDebug + 0x100;
    debug(kDebug, 2, map(0));
    put(kDebug + 40, kSecond);  // behind struct r_debug
    debug(kSecond, 2, map(3));
    object(3, "/lib/apart.so", 0);
    const LinkMap found = read();
    ASSERT_THAT(names(found), ElementsAre("/lib/libc.so.6", "/lib/ld.so", "/lib/apart.so"));
    EXPECT_EQ(found.libraries[2].in_namespace, kSecond);
    put(kSecond + 40, kDebug);
    EXPECT_THAT(names(read()), SizeIs(3)) << "namespaces that go round";
}

TEST_F(LinkMapTest, AListThatGoesRoundEnds)
{
    object(2, "/lib/ld.so", map(1));
    EXPECT_THAT(names(read()), SizeIs(2));
    object(0, "", map(0));
    EXPECT_THAT(names(read()), IsEmpty());
}

TEST_F(LinkMapTest, WildPointersEndIt)
{
    for (const std::uint64_t wild : {std::uint64_t{8}, kBase + kSize, std::uint64_t{0x8000'0000'0000}, ~std::uint64_t{0}}) {
        object(1, "/lib/libc.so.6", wild);
        EXPECT_THAT(names(read()), ElementsAre("/lib/libc.so.6")) << wild;
        put(map(1) + 8, wild);
        EXPECT_THAT(names(read()), IsEmpty()) << "a name at " << wild;
        debug(kDebug, 2, map(0));
        put(kDebug + 40, wild);
        (void)read();
        debug(kDebug, 1, wild);
        EXPECT_EQ(read().program, 0u);
        put(kDynamic + 16, Elf64_Dyn{.d_tag = DT_DEBUG, .d_un = {.d_ptr = wild}});
        EXPECT_EQ(read().program, 0u);
        put(kDynamic + 16, Elf64_Dyn{.d_tag = DT_DEBUG, .d_un = {.d_ptr = kDebug}});
        debug(kDebug, 1, map(0));
        EXPECT_THAT(read({{AT_PHDR, wild}, {AT_PHNUM, 2}}).libraries, IsEmpty());
    }
}

TEST_F(LinkMapTest, EndlessListsAndTablesAreCut)
{
    constexpr std::size_t kMany = (kNames - kMaps) / kMapSize;
    for (std::size_t i = 0; i < kMany; ++i) {
        object(i, "", map(i + 1));
        put(map(i) + 8, kNames);
    }
    EXPECT_LE(read().libraries.size(), LinkMap::kMostObjects);
    // A dynamic section without end or r_debug.
    for (std::uint64_t at = kDynamic; at + 16 < kBase + kSize; at += 16)
        put(at, Elf64_Dyn{.d_tag = DT_NEEDED, .d_un = {.d_val = 1}});
    EXPECT_THAT(read().libraries, IsEmpty());
}

TEST_F(LinkMapTest, ANameWithoutEndIsNone)
{
    std::memset(memory_.data() + (name(1) - kBase), 'x', kSize - (name(1) - kBase));
    put(map(2) + 8, kBase + kSize - 16);
    EXPECT_THAT(names(read()), IsEmpty());
    memory_[name(1) - kBase + LinkMap::kLongestName - 1] = 0;
    ASSERT_THAT(names(read()), SizeIs(1));
    EXPECT_EQ(names(read())[0].size(), LinkMap::kLongestName - 1);
}

TEST_F(LinkMapTest, ANameStaysWithinItsXml)
{
    object(1, "/a\"/><b>&\n\x80", 0);
    const std::string list = library_list(read());
    EXPECT_THAT(list, HasSubstr("name=\"/a&quot;/&gt;&lt;b&gt;&amp;??\""));
    EXPECT_THAT(list, Not(HasSubstr("<b>")));
}

}  // namespace
}  // namespace husk::program
