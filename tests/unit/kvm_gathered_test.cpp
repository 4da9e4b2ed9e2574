// The ring in which KVM gathers port writes: grouping, order, its ends, and indices that cannot be.
#include "engine/kvm/gathered.hpp"

#include "support/bytes.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace husk::kvm {
namespace {

constexpr std::uint32_t kSlots = 170;
static_assert(std::tuple_size_v<decltype(WriteRing::entries)> == kSlots, "a page of 24-byte entries after an 8-byte header");

class Gathered : public testing::Test {
protected:
    /// As the kernel does it.
    void put(std::uint64_t port, std::string_view bytes)
    {
        kvm_coalesced_mmio& entry = ring_->entries.at(ring_->last);
        entry.phys_addr = port;
        entry.len = static_cast<std::uint32_t>(bytes.size());
        bytes.copy(reinterpret_cast<char*>(entry.data), bytes.size());
        ring_->last = (ring_->last + 1) % kSlots;
    }

    /// "port/width: bytes"; empty if nothing was gathered.
    std::string take()
    {
        const auto exit = writes_.take();
        if (!exit) return {};
        std::string text = std::to_string(exit->port) + "/" + std::to_string(exit->width) + ": ";
        for (const std::byte byte : exit->data) text += static_cast<char>(byte);
        return text;
    }

    std::unique_ptr<WriteRing> ring_ = std::make_unique<WriteRing>();
    GatheredWrites writes_{ring_.get()};
};

TEST_F(Gathered, WithoutARingThereIsNothing)
{
    EXPECT_FALSE(GatheredWrites{}.take());
}

TEST_F(Gathered, EmptyRingHasNothing)
{
    EXPECT_EQ(take(), "");
    ring_->first = ring_->last = kSlots - 1;
    EXPECT_EQ(take(), "");
}

TEST_F(Gathered, WritesToOnePortAreOne)
{
    for (const char* letter : {"a", "b", "c"}) put(0xE9, letter);
    EXPECT_EQ(take(), "233/1: abc");
    EXPECT_EQ(take(), "");
    EXPECT_EQ(ring_->first, ring_->last);
}

TEST_F(Gathered, PortsStayInOrder)
{
    put(1, "a");
    put(2, "b");
    put(2, "c");
    put(1, "d");
    EXPECT_EQ(take(), "1/1: a");
    EXPECT_EQ(take(), "2/1: bc");
    EXPECT_EQ(take(), "1/1: d");
    EXPECT_EQ(take(), "");
}

TEST_F(Gathered, WidthsStayApart)
{
    put(1, "a");
    put(1, "bc");
    put(1, "de");
    put(1, "fghi");
    EXPECT_EQ(take(), "1/1: a");
    EXPECT_EQ(take(), "1/2: bcde");
    EXPECT_EQ(take(), "1/4: fghi");
}

TEST_F(Gathered, GoesAroundTheEnd)
{
    ring_->first = ring_->last = kSlots - 2;
    for (const char* letter : {"a", "b", "c", "d"}) put(1, letter);
    EXPECT_EQ(ring_->last, 2u);
    EXPECT_EQ(take(), "1/1: abcd");
    EXPECT_EQ(ring_->first, 2u);
}

TEST_F(Gathered, FullRingComesWhole)
{
    for (const std::uint32_t start : {0u, 1u, 100u, kSlots - 1}) {
        ring_->first = ring_->last = start;
        std::string all;
        for (std::uint32_t i = 0; i < kSlots - 1; ++i) {
            const std::string eight(8, static_cast<char>('a' + i % 26));
            put(1, eight);
            all += eight;
        }
        EXPECT_EQ(take(), "1/8: " + all);
        EXPECT_EQ(take(), "");
    }
}

TEST_F(Gathered, IndicesOutsideTheRingAreNothing)
{
    put(1, "a");
    const std::pair<std::uint32_t, std::uint32_t> wild[] = {{kSlots, 0}, {0, kSlots}, {~0u, 0}, {0, ~0u}, {kSlots, kSlots + 1}};
    for (const auto& [first, last] : wild) {
        ring_->first = first;
        ring_->last = last;
        EXPECT_EQ(take(), "") << first << ' ' << last;
        EXPECT_EQ(ring_->first, first);
    }
}

TEST_F(Gathered, LengthsThatCannotBeAreCut)
{
    put(1, "abcdefgh");
    ring_->entries[0].len = 9;
    EXPECT_EQ(take(), "1/8: abcdefgh");
    put(1, "a");
    ring_->entries[1].len = ~0u;
    EXPECT_EQ(take().substr(0, 6), "1/8: a");
    put(1, "a");
    ring_->entries[2].len = 0;
    EXPECT_EQ(take(), "1/1: a") << "an item of no bytes would be one of infinitely many";
}

}  // namespace
}  // namespace husk::kvm
