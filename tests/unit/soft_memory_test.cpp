// The software engine's idea of memory: pieces, and what may be done with each page.
#include "engine/soft/cpu/memory.hpp"

#include <gtest/gtest.h>

#include <array>
#include <stdexcept>
#include <vector>

namespace husk::soft {
namespace {

using engine::Access;

constexpr std::uint64_t kBase = 16 * kPageSize, kPages = 8;

class SoftMemory : public testing::Test {
protected:
    SoftMemory() { memory_.add({kBase}, host_, Access::ReadWrite); }

    static GuestPhys page(std::uint64_t number) { return {kBase + number * kPageSize}; }
    bool may(std::uint64_t number, Use use) const { return memory_.window(page(number), kPageSize, use).has_value(); }

    alignas(kPageSize) std::array<std::byte, kPages * kPageSize> host_{};
    Memory memory_;
};

TEST_F(SoftMemory, IsTheHosts)
{
    const auto window = memory_.window(page(3) + 5, 7);
    ASSERT_TRUE(window);
    EXPECT_EQ(window->data(), host_.data() + 3 * kPageSize + 5);
    EXPECT_EQ(window->size(), 7u);
    EXPECT_FALSE(memory_.is_restricted());
    EXPECT_FALSE(memory_.window(page(kPages), 1));
    EXPECT_FALSE(memory_.window({kBase - 1}, 1));
    EXPECT_FALSE(memory_.window({kBase - 1}, 2));
    EXPECT_FALSE(memory_.window(page(kPages - 1), kPageSize + 1));
    EXPECT_FALSE(memory_.window(page(1), ~0ull));
}

TEST_F(SoftMemory, PagesHaveRightsOfTheirOwn)
{
    memory_.protect(page(2), 2 * kPageSize, Access::Read);
    memory_.protect(page(3), 2 * kPageSize, Access::None);
    EXPECT_TRUE(memory_.is_restricted());
    for (std::uint64_t i = 0; i < kPages; ++i) {
        const bool readable = i < 3 || i > 4;
        EXPECT_EQ(may(i, Use::Read), readable) << i;
        EXPECT_EQ(may(i, Use::Execute), readable) << i;
        EXPECT_EQ(may(i, Use::Write), readable && i != 2) << i;
        EXPECT_EQ(memory_.denies(page(i), Use::Write), i >= 2 && i <= 4) << i;
        EXPECT_TRUE(memory_.contains(page(i))) << i;
    }
}

TEST_F(SoftMemory, EqualNeighboursAreOnePiece)
{
    for (std::uint64_t i = 0; i < kPages; i += 2) memory_.protect(page(i), kPageSize, Access::None);
    EXPECT_EQ(memory_.pieces().size(), kPages);
    for (std::uint64_t i = 1; i < kPages; i += 2) memory_.protect(page(i), kPageSize, Access::None);
    EXPECT_EQ(memory_.pieces().size(), 1u);
    memory_.protect(page(0), kPages * kPageSize, Access::ReadWrite);
    ASSERT_EQ(memory_.pieces().size(), 1u);
    EXPECT_EQ(memory_.pieces().begin()->second.host.size(), host_.size());
}

TEST_F(SoftMemory, NeighboursOfDifferentHostMemoryAreTwo)
{
    std::vector<std::byte> elsewhere(3 * kPageSize);
    memory_.add(page(kPages), std::span{elsewhere}.first(kPageSize), Access::ReadWrite);
    memory_.protect(page(0), (kPages + 1) * kPageSize, Access::Read);
    EXPECT_EQ(memory_.pieces().size(), 2u);
    EXPECT_FALSE(memory_.window(page(kPages - 1), 2 * kPageSize)) << "the host has no such window";
}

TEST_F(SoftMemory, KnowsWhatIsBehindIt)
{
    const std::span<std::byte> host{host_};
    memory_.protect(page(2), kPageSize, Access::None);
    EXPECT_TRUE(memory_.is_backed_by({kBase}, host));
    EXPECT_TRUE(memory_.is_backed_by(page(2), host.subspan(2 * kPageSize, 3 * kPageSize)));
    EXPECT_FALSE(memory_.is_backed_by(page(1), host.first(kPageSize)));
    EXPECT_FALSE(memory_.is_backed_by(page(kPages - 1), host.first(kPageSize)));
    EXPECT_FALSE(memory_.is_backed_by({kBase - kPageSize}, host));
}

TEST_F(SoftMemory, MisuseIsRefusedAndChangesNothing)
{
    const std::span<std::byte> host{host_};
    EXPECT_THROW(memory_.add(page(0), host, Access::Read), std::invalid_argument);
    EXPECT_THROW(memory_.add({kBase - kPageSize}, host.first(2 * kPageSize), Access::Read), std::invalid_argument);
    EXPECT_THROW(memory_.add({kBase + host_.size() + 1}, host, Access::Read), std::invalid_argument);
    EXPECT_THROW(memory_.add(page(100), host.first(5), Access::Read), std::invalid_argument);
    EXPECT_THROW(memory_.protect(page(kPages - 1), 2 * kPageSize, Access::None), std::invalid_argument);
    EXPECT_THROW(memory_.protect(page(0), 0, Access::None), std::invalid_argument);
    EXPECT_THROW(memory_.protect(page(0), kPageSize / 2, Access::None), std::invalid_argument);
    EXPECT_THROW(memory_.protect({kBase - kPageSize}, 2 * kPageSize, Access::None), std::invalid_argument);
    EXPECT_THROW(memory_.protect({~0ull - kPageSize + 1}, 2 * kPageSize, Access::None), std::invalid_argument);
    EXPECT_TRUE(memory_.is_backed_by({kBase}, host_));
    EXPECT_EQ(memory_.pieces().size(), 1u);
    EXPECT_FALSE(memory_.is_restricted());
}

}  // namespace
}  // namespace husk::soft
