// The multiboot information structure, read as a kernel reads it.
#include "load/multiboot_info.hpp"
#include "memory/map.hpp"
#include "support/bytes.hpp"

#include <gtest/gtest.h>

#include <string>

namespace husk {
namespace {

/// The structure's page, by the specification's offsets.
class Kernel {
public:
    explicit Kernel(std::vector<std::byte> page) : page_{std::move(page)} {}

    std::uint32_t word(std::uint32_t offset) const { return test::get<std::uint32_t>(page_, offset); }
    std::uint64_t quad(std::uint32_t offset) const { return test::get<std::uint64_t>(page_, offset); }
    /// A pointer it was given, as an offset again.
    std::uint32_t at(std::uint32_t offset) const { return word(offset) - static_cast<std::uint32_t>(map::kMultibootInfo.value); }
    std::string text(std::uint32_t offset) const
    {
        std::string text;
        for (auto next = at(offset); page_.at(next) != std::byte{0}; ++next) text += static_cast<char>(page_[next]);
        return text;
    }

private:
    std::vector<std::byte> page_;
};

Kernel kernel_given(const std::vector<Extent>& memory, std::string_view command_line = "")
{
    auto page = multiboot::information(memory, command_line);
    EXPECT_TRUE(page);
    return Kernel{*page};
}

TEST(LoadMultibootInfo, TellsMemoryCommandLineAndLoader)
{
    const auto kernel = kernel_given({{GuestPhys{0}, GuestPhys{2_MiB}}}, "root=/dev/null quiet");
    EXPECT_EQ(kernel.word(0), 1u << 0 | 1u << 2 | 1u << 6 | 1u << 9);
    EXPECT_EQ(kernel.word(4), 640u);
    EXPECT_EQ(kernel.word(8), 1024u);
    EXPECT_EQ(kernel.text(16), "root=/dev/null quiet");
    EXPECT_EQ(kernel.text(64), "Husk");
    EXPECT_EQ(kernel.word(20), 0u);  // mods_count
}

TEST(LoadMultibootInfo, MemoryMapHasEveryRegion)
{
    const auto kernel = kernel_given({{GuestPhys{0}, GuestPhys{512_KiB}}, {GuestPhys{8_GiB}, GuestPhys{9_GiB}}});
    EXPECT_EQ(kernel.word(44), 48u);
    const auto map = kernel.at(48);
    EXPECT_EQ(kernel.word(map), 20u);
    EXPECT_EQ(kernel.quad(map + 4), 0u);
    EXPECT_EQ(kernel.quad(map + 12), 512_KiB);
    EXPECT_EQ(kernel.word(map + 20), 1u);
    EXPECT_EQ(kernel.quad(map + 24 + 4), 8_GiB);
    EXPECT_EQ(kernel.quad(map + 24 + 12), 1_GiB);
    EXPECT_EQ(kernel.word(map + 24 + 20), 1u);
}

TEST(LoadMultibootInfo, LowerAndUpperMemoryEndAtTheFirstHole)
{
    const auto holes = kernel_given({{GuestPhys{0}, GuestPhys{64_KiB}}, {GuestPhys{2_MiB}, GuestPhys{4_MiB}}});
    EXPECT_EQ(holes.word(4), 64u);
    EXPECT_EQ(holes.word(8), 0u);
    const auto late = kernel_given({{GuestPhys{0}, GuestPhys{640_KiB}}, {GuestPhys{1_MiB}, GuestPhys{17_MiB}}});
    EXPECT_EQ(late.word(4), 640u);
    EXPECT_EQ(late.word(8), 16384u);
}

TEST(LoadMultibootInfo, MoreUpperMemoryThanTheFieldCanTellIsTheMostItCan)
{
    EXPECT_EQ(kernel_given({{GuestPhys{0}, GuestPhys{1ull << 50}}}).word(8), 0xFFFFFFFFu);
}

TEST(LoadMultibootInfo, WhatDoesNotFitThePageIsRefused)
{
    const std::vector<Extent> memory{{GuestPhys{0}, GuestPhys{2_MiB}}};
    const auto room = map::kMultibootInfoSize - 88 - 24 - 1 - sizeof "Husk";
    EXPECT_TRUE(multiboot::information(memory, std::string(room, 'x')));
    const auto refused = multiboot::information(memory, std::string(room + 1, 'x'));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().field, "multiboot information");
    EXPECT_NE(refused.error().problem.find(std::to_string(room + 1)), std::string::npos);
}

}  // namespace
}  // namespace husk
