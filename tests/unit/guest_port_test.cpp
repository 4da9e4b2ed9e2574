// The port through which an image asks Husk for something: the device alone. Machines that use it are in
// tests/guest/freeze_test.cpp.
#include "device/guest_port.hpp"
#include "support/bytes.hpp"

#include <husk/guest.h>

#include <gtest/gtest.h>

namespace husk {
namespace {

std::optional<Stop> ask(device::GuestPort& port, std::uint32_t operation)
{
    return port.write(0, std::as_bytes(std::span{&operation, 1}));
}

std::uint32_t result(device::GuestPort& port)
{
    std::uint32_t value = 0xFFFF'FFFF;
    port.read(0, std::as_writable_bytes(std::span{&value, 1}));
    return value;
}

TEST(GuestPort, NobodyFreezes)
{
    device::GuestPort port{false};
    EXPECT_FALSE(ask(port, HUSK_FREEZE_HERE));
    EXPECT_EQ(result(port), 0u);
}

TEST(GuestPort, StopsWhereItIsToBeFrozen)
{
    device::GuestPort port{true};
    EXPECT_EQ(ask(port, HUSK_FREEZE_HERE), Stop{stops::FreezeAsked{}});
    EXPECT_TRUE(port.state().freeze_asked);
    EXPECT_EQ(result(port), 0u);
    EXPECT_FALSE(port.state().freeze_asked) << "the answer was read";
}

TEST(GuestPort, DoesNotKnowWhatIsForProgramsOrNobody)
{
    device::GuestPort port{true};
    for (const std::uint32_t operation : {0u, 2u, 3u, 4u, 5u, 0x101u, 0x8000'0001u, 0xFFFF'FFFFu}) {
        EXPECT_FALSE(ask(port, operation)) << operation;
        EXPECT_EQ(static_cast<std::int32_t>(result(port)), -HUSK_ENOSYS) << operation;
        EXPECT_FALSE(port.state().freeze_asked);
    }
}

TEST(GuestPort, HasTheAnswerOfTheThaw)
{
    device::GuestPort port{false};
    port.set_state({.result = 7, .freeze_asked = true});
    EXPECT_EQ(result(port), 7u);
    EXPECT_EQ(port.state(), (GuestPortState{.result = 7, .freeze_asked = false}));
}

TEST(GuestPort, AnyWidthIsWithinTheData)
{
    device::GuestPort port{true};
    EXPECT_EQ(port.write(0, test::bytes(HUSK_FREEZE_HERE)), Stop{stops::FreezeAsked{}});
    EXPECT_EQ(port.write(0, test::bytes(HUSK_FREEZE_HERE, 0, 0, 0, 9, 9, 9, 9)), Stop{stops::FreezeAsked{}});
    port.set_state({.result = 0x01020304});
    auto narrow = test::bytes(0xEE, 0xEE, 0xEE);
    port.read(0, std::span{narrow}.first(2));
    EXPECT_EQ(narrow, test::bytes(0x04, 0x03, 0xEE));
    auto wide = test::bytes(0xEE, 0xEE, 0xEE, 0xEE, 0xEE, 0xEE, 0xEE, 0xEE);
    port.read(0, wide);
    EXPECT_EQ(wide, test::bytes(0x04, 0x03, 0x02, 0x01, 0, 0, 0, 0));
}

}  // namespace
}  // namespace husk
