// The serial port's register file, without a guest.
#include "device/serial16550.hpp"

#include <gtest/gtest.h>

namespace husk::device {
namespace {

class SerialRegisters : public testing::Test {
protected:
    static constexpr std::uint64_t kData = 0, kModemControl = 4, kLineStatus = 5;
    static constexpr std::uint8_t kLoopback = 0x10, kDataReady = 0x01, kOverrun = 0x02;

    void out(std::uint64_t offset, std::uint8_t value)
    {
        const std::byte byte{value};
        EXPECT_EQ(serial.write(offset, {&byte, 1}), std::nullopt);
    }
    std::uint8_t in(std::uint64_t offset)
    {
        std::byte byte{};
        serial.read(offset, {&byte, 1});
        return std::to_integer<std::uint8_t>(byte);
    }

    Serial16550 serial{{}, {}};
};

TEST_F(SerialRegisters, LoopbackGivesBackWhatIsSent)
{
    out(kModemControl, kLoopback);
    out(kData, 'a');
    EXPECT_EQ(in(kLineStatus)&kDataReady, kDataReady);
    EXPECT_EQ(in(kData), 'a');
    EXPECT_EQ(in(kLineStatus)&kDataReady, 0);
}

// Found by the ports fuzzer: the next byte that found the buffer free took the overrun back.
TEST_F(SerialRegisters, OverrunIsToldUntilTheLineStatusIsRead)
{
    out(kModemControl, kLoopback);
    out(kData, 'a');
    out(kData, 'b');
    EXPECT_EQ(in(kData), 'b');
    out(kData, 'c');
    EXPECT_EQ(in(kLineStatus)&kOverrun, kOverrun);
    EXPECT_EQ(in(kLineStatus)&kOverrun, 0);
}

}  // namespace
}  // namespace husk::device
