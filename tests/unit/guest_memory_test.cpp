// Guest-physical memory: which addresses are memory, and what is refused.
#include "support/bytes.hpp"
#include "support/errors.hpp"

#include <husk/memory.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <stdexcept>
#include <utility>

namespace husk {
namespace {

constexpr std::uint64_t kEnd = ~std::uint64_t{0};

MemoryRegion region(std::uint64_t base, std::uint64_t size)
{
    return {.base = GuestPhys{base}, .size = size};
}

GuestMemory make(std::initializer_list<MemoryRegion> regions)
{
    return GuestMemory{std::span{regions.begin(), regions.size()}};
}

std::string refusal(std::initializer_list<MemoryRegion> regions)
{
    return test::message_of<std::invalid_argument>([&] { make(regions); });
}

// Where 16 bytes do not fit into the memory of the tests.
constexpr std::array<std::uint64_t, 6> kNoRoomFor16{0x3FF1, 0x4000, 0x7FFF, 0x9FF1, 0xA000, kEnd - 7};

/// Memory at 0–0x4000 and 0x8000–0xA000, all of it filled with 0x11.
class Holed : public testing::Test {
protected:
    Holed()
    {
        for (const auto& one : memory_.regions()) std::ranges::fill(one.host, std::byte{0x11});
    }

    std::uint64_t untouched() const
    {
        std::uint64_t count = 0;
        for (const auto& one : memory_.regions())
            count += static_cast<std::uint64_t>(std::ranges::count(one.host, std::byte{0x11}));
        return count;
    }

    GuestMemory memory_ = make({region(0x8000, 0x2000), region(0, 0x4000)});
};

TEST_F(Holed, RegionsAreByRisingBase)
{
    ASSERT_EQ(memory_.regions().size(), 2u);
    EXPECT_EQ(memory_.regions()[0].spec.base, GuestPhys{0});
    EXPECT_EQ(memory_.regions()[1].spec.base, GuestPhys{0x8000});
    EXPECT_EQ(memory_.regions()[1].host.size(), 0x2000u);
    EXPECT_EQ(memory_.end(), GuestPhys{0xA000});
}

TEST_F(Holed, WindowsAreTheHostsView)
{
    EXPECT_EQ(memory_.window(GuestPhys{0}, 0x4000)->data(), memory_.regions()[0].host.data());
    const auto window = memory_.window(GuestPhys{0x8FFF}, 0x1001);
    ASSERT_TRUE(window);
    EXPECT_EQ(window->data(), memory_.regions()[1].host.data() + 0xFFF);
    EXPECT_EQ(window->size(), 0x1001u);
}

TEST_F(Holed, WhatIsNotWhollyMemoryIsNoWindow)
{
    const std::pair<std::uint64_t, std::uint64_t> bad[] = {
        {0x4000, 1},      {0x3FFF, 2},     {0, 0x4001},      {0x7FFF, 1},     {0x7FFF, 2},   {0x9FFF, 2},
        {0xA000, 1},      {0, kEnd},       {0x8000, kEnd},   {1, kEnd},       {kEnd, 1},     {kEnd, kEnd},
        {kEnd - 7, 0x10}, {1ull << 52, 1}, {0x3000, 0x6000}, {1ull << 63, 8}, {kEnd - 1, 2}, {0x8000, kEnd - 0x7FFF},
    };
    for (const auto& [at, size] : bad) {
        const auto window = memory_.window(GuestPhys{at}, size);
        ASSERT_FALSE(window) << at << ' ' << size;
        EXPECT_EQ(window.error(), (BadAddress{GuestPhys{at}, size}));
    }
}

TEST_F(Holed, NothingIsInMemoryOnlyWhereMemoryIs)
{
    EXPECT_TRUE(memory_.window(GuestPhys{0x3FFF}, 0));
    EXPECT_FALSE(memory_.window(GuestPhys{0x4000}, 0));
    EXPECT_FALSE(memory_.window(GuestPhys{kEnd}, 0));
}

TEST_F(Holed, WritesAndReadsToTheLastByte)
{
    const auto bytes = test::pattern(0x4000);
    ASSERT_TRUE(memory_.write(GuestPhys{0}, bytes));
    std::vector<std::byte> back(0x4000);
    ASSERT_TRUE(memory_.read(GuestPhys{0}, back));
    EXPECT_EQ(back, bytes);
}

TEST_F(Holed, FailedWriteWritesNothing)
{
    const auto bytes = test::pattern(0x10);
    for (const std::uint64_t at : kNoRoomFor16) {
        EXPECT_FALSE(memory_.write(GuestPhys{at}, bytes));
        EXPECT_FALSE(memory_.store(GuestPhys{at}, std::array<std::byte, 16>{}));
    }
    EXPECT_EQ(untouched(), 0x6000u);
}

TEST_F(Holed, FailedReadReadsNothing)
{
    const auto before = test::pattern(0x10);
    auto bytes = before;
    for (const std::uint64_t at : kNoRoomFor16) EXPECT_FALSE(memory_.read(GuestPhys{at}, bytes));
    EXPECT_EQ(bytes, before);
}

TEST_F(Holed, ValuesAreLittleEndianAndNeedNoAlignment)
{
    ASSERT_TRUE(memory_.store(GuestPhys{0x101}, std::uint32_t{0x04030201}));
    EXPECT_EQ(memory_.load<std::byte>(GuestPhys{0x101}), std::byte{1});
    EXPECT_EQ(memory_.load<std::uint16_t>(GuestPhys{0x103}), 0x0403);
    EXPECT_EQ(memory_.load<std::uint64_t>(GuestPhys{0x101}), 0x1111'1111'0403'0201u);
    EXPECT_EQ(memory_.load<std::uint32_t>(GuestPhys{0x3FFC}), 0x1111'1111u);
    EXPECT_EQ(memory_.load<std::uint32_t>(GuestPhys{0x3FFD}).error(), (BadAddress{GuestPhys{0x3FFD}, 4}));
}

TEST_F(Holed, MovesWithItsMemory)
{
    ASSERT_TRUE(memory_.store(GuestPhys{0}, std::uint64_t{42}));
    GuestMemory moved{std::move(memory_)};
    EXPECT_EQ(moved.load<std::uint64_t>(GuestPhys{0}), 42u);
    memory_ = std::move(moved);
    EXPECT_EQ(memory_.load<std::uint64_t>(GuestPhys{0}), 42u);
}

TEST(GuestMemory, RegionsThatTouchStayApart)
{
    const GuestMemory memory = make({region(0, 0x1000), region(0x1000, 0x1000)});
    EXPECT_TRUE(memory.window(GuestPhys{0xFFF}, 1));
    EXPECT_TRUE(memory.window(GuestPhys{0x1000}, 1));
    // Two host mappings are not one piece of host memory.
    EXPECT_FALSE(memory.window(GuestPhys{0xFFF}, 2));
}

TEST(GuestMemory, MayBeNone)
{
    const GuestMemory memory = make({});
    EXPECT_EQ(memory.end(), GuestPhys{0});
    EXPECT_FALSE(memory.window(GuestPhys{0}, 0));
}

TEST(GuestMemory, ReachesTheEndOfThePhysicalSpace)
{
    const GuestMemory memory = make({region((1ull << 52) - kPageSize, kPageSize)});
    EXPECT_EQ(memory.end(), GuestPhys{1ull << 52});
    EXPECT_TRUE(memory.window(GuestPhys{(1ull << 52) - 1}, 1));
    EXPECT_FALSE(memory.window(GuestPhys{(1ull << 52) - 1}, 2));
}

TEST(GuestMemory, HugePagesCanBeUsed)
{
    const GuestMemory memory = make({{.base = GuestPhys{4_MiB}, .size = 4_MiB, .mergeable = false, .prefer_hugepages = true}});
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(memory.regions()[0].host.data()) % 2_MiB, 0u);
}

TEST(GuestMemory, RefusesWhatIsEmpty)
{
    EXPECT_EQ(refusal({region(0x1000, 0)}), "memory region of 0x0 bytes at 0x1000 is empty");
    EXPECT_EQ(refusal({region(0, 0x1000), region(0x1000, 0)}), "memory region of 0x0 bytes at 0x1000 is empty");
}

TEST(GuestMemory, RefusesPartsOfPages)
{
    EXPECT_EQ(refusal({region(0, 0x1001)}), "memory region of 0x1001 bytes at 0x0 is not made of whole 4 KiB pages");
    EXPECT_EQ(refusal({region(0x800, 0x1000)}), "memory region of 0x1000 bytes at 0x800 is not made of whole 4 KiB pages");
    EXPECT_NE(refusal({region(0, 1)}), "");
    EXPECT_NE(refusal({region(kEnd, kEnd)}), "");
}

TEST(GuestMemory, RefusesWhatLiesBeyondThePhysicalSpace)
{
    constexpr auto kBeyond = " ends beyond the 52-bit physical address space";
    EXPECT_EQ(refusal({region(1ull << 52, 0x1000)}), std::string{"memory region of 0x1000 bytes at 0x10000000000000"} + kBeyond);
    EXPECT_NE(refusal({region((1ull << 52) - 0x1000, 0x2000)}).find(kBeyond), std::string::npos);
    EXPECT_NE(refusal({region(0x1000, 1ull << 52)}).find(kBeyond), std::string::npos);
    // base + size wraps to 0, and to 0x1000.
    EXPECT_NE(refusal({region(kEnd - 0xFFF, 0x1000)}).find(kBeyond), std::string::npos);
    EXPECT_NE(refusal({region(0x2000, kEnd - 0xFFF)}).find(kBeyond), std::string::npos);
}

TEST(GuestMemory, RefusesOverlap)
{
    EXPECT_EQ(refusal({region(0x3000, 0x2000), region(0x1000, 0x3000)}),
              "memory region of 0x2000 bytes at 0x3000 overlaps the memory region of 0x3000 bytes at 0x1000");
    EXPECT_NE(refusal({region(0x1000, 0x1000), region(0x1000, 0x1000)}), "");
    EXPECT_NE(refusal({region(0, 0x4000), region(0x1000, 0x1000), region(0x8000, 0x1000)}), "");
    EXPECT_EQ(refusal({region(0x2000, 0x1000), region(0x1000, 0x1000), region(0, 0x1000)}), "");
}

TEST(GuestMemory, HostRefusalNamesMmap)
{
    const auto error = test::error_of([] { make({region(0, 1ull << 52)}); });
    ASSERT_TRUE(error);
    EXPECT_EQ(error->call(), "mmap");
    EXPECT_EQ(error->code().value(), ENOMEM);
}

TEST(GuestMemory, IsGivenLazily)
{
    int overcommit = 0;
    std::ifstream{"/proc/sys/vm/overcommit_memory"} >> overcommit;
    if (overcommit == 2) GTEST_SKIP() << "this host refuses overcommit (vm.overcommit_memory is 2)";
    GuestMemory memory = make({region(0, 1ull << 40)});
    ASSERT_TRUE(memory.store(GuestPhys{(1ull << 40) - 8}, std::uint64_t{42}));
    EXPECT_EQ(memory.load<std::uint64_t>(GuestPhys{(1ull << 40) - 8}), 42u);
    EXPECT_EQ(memory.load<std::uint64_t>(GuestPhys{1ull << 39}), 0u);
}

}  // namespace
}  // namespace husk
