// What a guest's memory is, what of it was touched, and what KSM has merged, where the host tells.
#include "debug/memory_map.hpp"

#include "memory/merged_pages.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

namespace husk::debug {
namespace {

using testing::HasSubstr;

TEST(MemoryMap, TellsWhatWasTouched)
{
    GuestMemory memory{std::array{MemoryRegion{.base = {}, .size = 2_MiB},
                                  MemoryRegion{.base = GuestPhys{1_GiB}, .size = 64_KiB, .mergeable = false}}};
    ASSERT_TRUE(memory.store(GuestPhys{0x5000}, 1u));
    ASSERT_TRUE(memory.store(GuestPhys{0x6FFF}, std::byte{1}));
    ASSERT_TRUE(memory.store(GuestPhys{1_GiB + 0x8000}, 1u));
    (void)memory.load<int>(GuestPhys{0x9000});
    const auto regions = explain_memory(memory);
    ASSERT_EQ(regions.size(), 2u);
    ASSERT_TRUE(regions[0].touched);
    EXPECT_EQ(*regions[0].touched, (std::vector<PhysicalRange>{{GuestPhys{0x5000}, 8_KiB}})) << "to read is not to touch";
    EXPECT_EQ(regions[1].touched_bytes(), 4_KiB);
    EXPECT_FALSE(regions[0].of_image);
}

TEST(MemoryMap, MemoryOfAnImage)
{
    GuestMemory first{std::array{MemoryRegion{.base = {}, .size = 1_MiB}}};
    ASSERT_TRUE(first.store(GuestPhys{0x1000}, 1u));
    GuestMemory memory{MemoryImage::of(first)};
    ASSERT_TRUE(memory.store(GuestPhys{0x3000}, 1u));
    const auto regions = explain_memory(memory);
    EXPECT_TRUE(regions[0].of_image);
    EXPECT_EQ(*regions[0].touched, (std::vector<PhysicalRange>{{GuestPhys{0x3000}, 4_KiB}})) << "the rest is the image's";
}

TEST(MemoryMap, Text)
{
    RegionWords words{.region = {.base = GuestPhys{0x1000}, .size = 64_KiB, .mergeable = true, .prefer_hugepages = true},
                      .touched = std::vector<PhysicalRange>{{GuestPhys{0x2000}, 8_KiB}, {GuestPhys{0x8000}, 4_KiB}},
                      .merged = 4_KiB};
    EXPECT_EQ(text_of({words}),
              "0x1000 to 0x10fff  64 KiB, anonymous, offered to KSM, huge pages preferred\n"
              "  12 KiB touched; 4 KiB merged by KSM\n"
              "  0x2000 to 0x3fff\n"
              "  0x8000 to 0x8fff\n");
    words.merged.reset();
    EXPECT_THAT(text_of({words}), HasSubstr("12 KiB touched; the host does not tell what KSM has merged\n"));
    words.touched.reset();
    EXPECT_THAT(text_of({words}), HasSubstr("  the host does not tell what was touched; the host"));
    EXPECT_EQ(json_of({words}).at(0).at("touched"), nullptr);
    words.region.mergeable = false;
    words.touched = std::vector<PhysicalRange>{};
    EXPECT_THAT(text_of({words}), HasSubstr("not for KSM, huge pages preferred\n  0 bytes touched\n"));
}

TEST(MemoryMap, EveryOtherPageIsBoundedText)
{
    RegionWords words{.region = {.base = {}, .size = 1_GiB}, .touched = std::vector<PhysicalRange>{}};
    for (std::uint64_t at = 0; at < 1_GiB; at += 8_KiB) words.touched->push_back({GuestPhys{at}, 4_KiB});
    EXPECT_THAT(text_of({words}), HasSubstr("512 MiB touched"));
    EXPECT_THAT(text_of({words}), HasSubstr("and 131056 more ranges\n"));
}

constexpr std::string_view kSmaps =
    "1000-3000 rw-p 00000000 00:00 0 \n"
    "Size:                  8 kB\n"
    "KSM:                   4 kB\n"
    "VmFlags: rd wr mr mw me mg \n"
    "3000-4000 rw-p 00000000 00:00 0                          [anon:KSM: 99 kB]\n"
    "KSM:                   4 kB\n"
    "7fff00000000-7fff00001000 r--p 00000000 00:00 0 \n"
    "KSM:                   4 kB\n";

TEST(MergedPages, OfTheMappingsWithin)
{
    EXPECT_EQ(merged_bytes(kSmaps, 0x1000, 0x4000), 8_KiB);
    EXPECT_EQ(merged_bytes(kSmaps, 0x1000, 0x3000), 4_KiB);
    EXPECT_EQ(merged_bytes(kSmaps, 0x7FFF'0000'0000, 0x7FFF'0000'1000), 4_KiB);
    EXPECT_EQ(merged_bytes(kSmaps, 0x2000, 0x4000), 8_KiB) << "of a larger mapping no more than there can be";
    EXPECT_EQ(merged_bytes(kSmaps, 0x3800, 0x4000), 2_KiB);
}

TEST(MergedPages, KernelsThatDoNotTell)
{
    EXPECT_EQ(merged_bytes("1000-3000 rw-p 00000000 00:00 0 \nSize: 8 kB\n", 0x1000, 0x4000), std::nullopt);
    EXPECT_EQ(merged_bytes("", 0, ~0ull), std::nullopt);
    EXPECT_EQ(merged_bytes(kSmaps, 0x5000, 0x6000), std::nullopt);
}

TEST(MergedPages, NonsenseIsNotCounted)
{
    for (const std::string_view text :
         {"KSM: 4 kB\n", "1000-3000\nKSM:", "1000-2000 \nKSM: many kB", "-\nKSM: 4 kB", "1000 2000\nKSM: 4 kB"})
        EXPECT_EQ(merged_bytes(text, 0, ~0ull), std::nullopt) << text;
}

}  // namespace
}  // namespace husk::debug
