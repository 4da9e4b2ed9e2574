// Which device an address belongs to, and which ranges are refused.
#include "device/bus.hpp"

#include "support/errors.hpp"
#include "support/recorder.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace husk::device {
namespace {

constexpr std::uint64_t kLast = ~std::uint64_t{0};

class BusTest : public testing::Test {
protected:
    std::string refusal(Bus::Range range)
    {
        return test::message_of<std::invalid_argument>([&] { bus_.attach(range, other_); });
    }

    /// The device at `address`, and the offset into its range; nullptr if there is none.
    std::pair<Device*, std::uint64_t> at(std::uint64_t address) const
    {
        const auto target = bus_.find(address);
        return target ? std::pair{&target->device, target->offset} : std::pair<Device*, std::uint64_t>{nullptr, 0};
    }

    Bus bus_{"port"};
    test::Recorder device_, other_;
};

using Found = std::pair<Device*, std::uint64_t>;

TEST_F(BusTest, EmptyHasNobody)
{
    EXPECT_FALSE(bus_.find(0));
    EXPECT_FALSE(bus_.find(kLast));
    EXPECT_TRUE(bus_.ranges().empty());
}

TEST_F(BusTest, FindsToTheLastByte)
{
    bus_.attach({0x3F8, 8}, device_);
    EXPECT_EQ(at(0x3F8), (Found{&device_, 0}));
    EXPECT_EQ(at(0x3FF), (Found{&device_, 7}));
    EXPECT_EQ(at(0x3F7), (Found{nullptr, 0}));
    EXPECT_EQ(at(0x400), (Found{nullptr, 0}));
    EXPECT_EQ(at(0), (Found{nullptr, 0}));
    EXPECT_EQ(at(kLast), (Found{nullptr, 0}));
}

TEST_F(BusTest, NeighboursDoNotOverlap)
{
    bus_.attach({0x10, 0x10}, device_);
    EXPECT_EQ(refusal({0x20, 0x10}), "");
    EXPECT_EQ(refusal({0, 0x10}), "");
    EXPECT_EQ(at(0x1F), (Found{&device_, 0xF}));
    EXPECT_EQ(at(0x20), (Found{&other_, 0}));
    EXPECT_EQ(at(0xF), (Found{&other_, 0xF}));
}

TEST_F(BusTest, RangesAreByRisingAddress)
{
    for (const std::uint64_t first : {0x30u, 0x10u, 0x20u}) bus_.attach({first, 1}, device_);
    ASSERT_EQ(bus_.ranges().size(), 3u);
    EXPECT_EQ(bus_.ranges()[0].first, 0x10u);
    EXPECT_EQ(bus_.ranges()[2].first, 0x30u);
}

TEST_F(BusTest, OneDeviceMayHaveSeveralRanges)
{
    bus_.attach({0x10, 1}, device_);
    bus_.attach({0x20, 1}, device_);
    EXPECT_EQ(at(0x20), (Found{&device_, 0}));
}

TEST_F(BusTest, OverlapIsRefusedAndChangesNothing)
{
    bus_.attach({0x10, 0x10}, device_);
    const Bus::Range overlapping[] = {{0x10, 0x10},  {0x1F, 1}, {0x10, 1},  {0x0F, 2},  {0, 0x11},           {0, 0x100},
                                      {0x18, 0x100}, {0x18, 1}, {0, kLast}, {1, kLast}, {0x1F, kLast - 0x1E}};
    for (const auto& range : overlapping) EXPECT_NE(refusal(range).find("overlaps another"), std::string::npos) << range.first;
    EXPECT_EQ(bus_.ranges().size(), 1u);
    EXPECT_EQ(at(0x10), (Found{&device_, 0}));
}

TEST_F(BusTest, EmptyRangeIsRefused)
{
    EXPECT_EQ(refusal({0x10, 0}), "device of 0x0 bytes at port 0x10 is empty");
}

TEST_F(BusTest, WrappingRangeIsRefused)
{
    EXPECT_EQ(refusal({kLast, 2}), "device of 0x2 bytes at port 0xffffffffffffffff wraps around the end");
    EXPECT_NE(refusal({2, kLast}), "");
    EXPECT_EQ(refusal({kLast, 1}), "");
    EXPECT_EQ(at(kLast), (Found{&other_, 0}));
}

TEST_F(BusTest, WholeSpaceButOneByteCanBeOneRange)
{
    bus_.attach({1, kLast}, device_);
    EXPECT_EQ(at(kLast), (Found{&device_, kLast - 1}));
    EXPECT_EQ(at(0), (Found{nullptr, 0}));
    EXPECT_NE(refusal({kLast, 1}), "");
    EXPECT_EQ(refusal({0, 1}), "");
}

}  // namespace
}  // namespace husk::device
