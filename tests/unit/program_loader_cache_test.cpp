// /etc/ld.so.cache: what is found in it, and that damage finds nothing.
#include "program/image/loader_cache.hpp"
#include "support/cache_builder.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstring>
#include <string>

namespace husk::program {
namespace {

using test::CacheBuilder;
using Paths = std::vector<std::string>;

constexpr std::uint64_t kHwcapOfX8664V3 = (std::uint64_t{1} << 62) | 1;

CacheBuilder builder()
{
    return {{{"libc.so.6", "/lib/libc.so.6"}, {"libz.so.1", "/usr/lib/libz.so.1"}}};
}

/// builder()'s file with `value` written at `offset`.
template <typename Value>
LoaderCache cache_with(std::size_t offset, Value value)
{
    auto file = builder().build();
    test::put(file, offset, value);
    return LoaderCache{file};
}

TEST(ProgramLoaderCache, NamesLeadToPaths)
{
    const LoaderCache cache{builder().build()};
    EXPECT_EQ(cache.size(), 2u);
    EXPECT_EQ(cache.find("libc.so.6"), Paths{"/lib/libc.so.6"});
    EXPECT_EQ(cache.find("libz.so.1"), Paths{"/usr/lib/libz.so.1"});
    EXPECT_EQ(cache.find("libz.so"), Paths{});
    EXPECT_EQ(cache.find(""), Paths{});
    EXPECT_EQ(LoaderCache{}.find("libc.so.6"), Paths{});
}

TEST(ProgramLoaderCache, AllForParticularProcessorsAndTheFirstForAll)
{
    const CacheBuilder several{{{"libx.so", "/hwcaps/v3/libx.so", kHwcapOfX8664V3},
                                {"libx.so", "/hwcaps/v2/libx.so", kHwcapOfX8664V3 + 1},
                                {"libx.so", "/first/libx.so"},
                                {"libx.so", "/second/libx.so"}}};
    EXPECT_EQ(LoaderCache{several.build()}.find("libx.so"), (Paths{"/hwcaps/v3/libx.so", "/hwcaps/v2/libx.so", "/first/libx.so"}));
    const CacheBuilder particular{{{"libx.so", "/hwcaps/v3/libx.so", kHwcapOfX8664V3}}};
    EXPECT_EQ(LoaderCache{particular.build()}.find("libx.so"), Paths{"/hwcaps/v3/libx.so"});
    CacheBuilder many;
    for (std::uint64_t i = 0; i < 1000; ++i) many.entries.push_back({"libx.so", "/libx.so", kHwcapOfX8664V3 + i});
    EXPECT_EQ(LoaderCache{many.build()}.find("libx.so").size(), 8u);
}

TEST(ProgramLoaderCache, OtherProcessorsAreLeftOut)
{
    const CacheBuilder mixed{
        {{"libx.so", "/lib32/libx.so", 0, 0x0003}, {"libx.so", "/libx32/libx.so", 0, 0x0803}, {"libx.so", "/lib64/libx.so"}}};
    EXPECT_EQ(LoaderCache{mixed.build()}.find("libx.so"), Paths{"/lib64/libx.so"});
}

TEST(ProgramLoaderCache, BehindTheOldFormat)
{
    for (const std::uint32_t count : {0u, 1u, 2u}) {
        std::vector<std::byte> file(16 + count * 12);
        std::memcpy(file.data(), "ld.so-1.7.0", 11);
        test::put(file, 12, count);
        file.resize((file.size() + 7) / 8 * 8);
        const auto modern = builder().build();
        file.insert(file.end(), modern.begin(), modern.end());
        EXPECT_EQ(LoaderCache{file}.find("libz.so.1"), Paths{"/usr/lib/libz.so.1"}) << count;
        // The old one alone, and one that claims to be longer.
        EXPECT_EQ(LoaderCache{std::vector<std::byte>(file.begin(), file.begin() + 16)}.size(), 0u);
        test::put(file, 12, ~0u);
        EXPECT_EQ(LoaderCache{file}.size(), 0u);
    }
}

TEST(ProgramLoaderCache, OtherFormatsFindNothing)
{
    EXPECT_EQ(cache_with(0, 'G').size(), 0u);
    EXPECT_EQ(cache_with(19, '2').size(), 0u);
    EXPECT_EQ(cache_with(offsetof(CacheBuilder::Header, flags), '\1').size(), 0u);
    EXPECT_EQ(cache_with(offsetof(CacheBuilder::Header, flags), '\3').size(), 0u);
    EXPECT_EQ(cache_with(offsetof(CacheBuilder::Header, flags), '\0').size(), 2u);
    EXPECT_EQ(LoaderCache{std::vector<std::byte>{}}.size(), 0u);
}

TEST(ProgramLoaderCache, CountBeyondTheFileFindsNothing)
{
    EXPECT_EQ(cache_with(offsetof(CacheBuilder::Header, count), 1000u).size(), 0u);
    EXPECT_EQ(cache_with(offsetof(CacheBuilder::Header, count), ~0u).size(), 0u);
    EXPECT_EQ(cache_with(offsetof(CacheBuilder::Header, count), 1u).size(), 1u);
}

TEST(ProgramLoaderCache, DamagedEntryIsNotThereAndOthersAre)
{
    const auto size = static_cast<std::uint32_t>(builder().build().size());
    const auto key = CacheBuilder::record_at(0) + offsetof(CacheBuilder::Record, key);
    const auto value = CacheBuilder::record_at(0) + offsetof(CacheBuilder::Record, value);
    for (const std::uint32_t offset : {size, size - 1, ~0u}) {
        for (const std::size_t field : {key, value}) {
            const auto cache = cache_with(field, offset);
            EXPECT_EQ(cache.find("libc.so.6"), Paths{}) << offset;
            EXPECT_EQ(cache.find("libz.so.1"), Paths{"/usr/lib/libz.so.1"}) << offset;
        }
    }
    // A path that is none.
    EXPECT_EQ(cache_with(value, 0u).find("libc.so.6"), Paths{});
}

TEST(ProgramLoaderCache, EveryValueOfEveryByteAndEveryLength)
{
    const auto good = builder().build();
    for (std::size_t at = 0; at < good.size(); ++at) {
        auto file = good;
        for (unsigned value = 0; value < 256; ++value) {
            file[at] = static_cast<std::byte>(value);
            for (const std::string& path : LoaderCache{file}.find("libz.so.1")) EXPECT_TRUE(path.starts_with('/'));
        }
        LoaderCache{std::vector<std::byte>(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(at))}.find("libz.so.1");
    }
}

TEST(ProgramLoaderCache, EntriesThatShareALongStringStaySmall)
{
    // 170,000 entries, all the cache of 4 MiB has room for, whose names are all the ends of one string.
    CacheBuilder many;
    many.entries.assign(170'000, {"", ""});
    auto file = many.build();
    const auto strings = static_cast<std::uint32_t>(file.size());
    file.resize(file.size() + 4000, std::byte{'/'});
    file.push_back(std::byte{0});
    for (std::uint32_t i = 0; i < many.entries.size(); ++i) {
        test::put(file, CacheBuilder::record_at(i) + offsetof(CacheBuilder::Record, key), strings + 3800 + i % 200);
        test::put(file, CacheBuilder::record_at(i) + offsetof(CacheBuilder::Record, value), strings);
    }
    const LoaderCache cache{std::move(file)};
    EXPECT_EQ(cache.size(), 200u);
    EXPECT_EQ(cache.find("/"), Paths{std::string(4000, '/')});
}

}  // namespace
}  // namespace husk::program
