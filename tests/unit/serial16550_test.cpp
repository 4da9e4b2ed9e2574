// The serial port, register by register.
#include "device/serial16550.hpp"

#include "support/recorder.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace husk::device {
namespace {

// PC16550D data sheet, table II: registers by offset.
enum : std::uint64_t { kData = 0, kIer = 1, kIir = 2, kFcr = 2, kLcr = 3, kMcr = 4, kLsr = 5, kMsr = 6, kScr = 7 };
constexpr unsigned kDlab = 0x80;
constexpr unsigned kLoop = 0x10;
constexpr unsigned kIdle = 0x60;  // transmitter empty and idle
constexpr unsigned kReady = 0x01;
constexpr unsigned kOverrun = 0x02;

class Serial : public testing::Test {
protected:
    unsigned in(std::uint64_t offset)
    {
        std::byte value{};
        serial_.read(offset, {&value, 1});
        return std::to_integer<unsigned>(value);
    }
    void out(std::uint64_t offset, unsigned value)
    {
        const auto byte = static_cast<std::byte>(value);
        EXPECT_FALSE(serial_.write(offset, {&byte, 1}));
    }

    test::Output output_;
    std::string input_;
    unsigned asked_ = 0;
    Serial16550 serial_{output_.sink(), [this]() -> std::optional<std::byte> {
                            ++asked_;
                            if (input_.empty()) return std::nullopt;
                            const auto first = static_cast<std::byte>(input_.front());
                            input_.erase(0, 1);
                            return first;
                        }};
};

TEST_F(Serial, RegistersAtReset)
{
    EXPECT_EQ(in(kData), 0u);
    EXPECT_EQ(in(kIer), 0u);
    EXPECT_EQ(in(kIir), 1u) << "no interrupt pending";
    EXPECT_EQ(in(kLcr), 0u);
    EXPECT_EQ(in(kMcr), 0u);
    EXPECT_EQ(in(kLsr), kIdle);
    EXPECT_EQ(in(kMsr), 0xB0u) << "DCD, DSR and CTS";
    EXPECT_EQ(in(kScr), 0u);
    EXPECT_EQ(output_.calls, 0u);
}

TEST_F(Serial, TransmitsEveryByte)
{
    for (const char c : std::string{"Hi\0\xFF", 4}) out(kData, static_cast<unsigned char>(c));
    EXPECT_EQ(output_.text, std::string("Hi\0\xFF", 4));
    EXPECT_EQ(in(kLsr), kIdle);
}

TEST_F(Serial, TransmitsAString)
{
    EXPECT_FALSE(serial_.write_items(kData, 1, test::as_bytes("Hello")));
    EXPECT_EQ(output_.text, "Hello");
}

TEST_F(Serial, ReceivesInOrder)
{
    input_ = "ab";
    EXPECT_EQ(in(kLsr), kIdle | kReady);
    EXPECT_EQ(in(kLsr), kIdle | kReady) << "to look is not to take";
    EXPECT_EQ(in(kData), 'a');
    EXPECT_EQ(in(kData), 'b') << "without a look at the line status";
    EXPECT_EQ(in(kLsr), kIdle);
    EXPECT_EQ(in(kData), 0u);
    input_ = "c";
    EXPECT_EQ(in(kLsr), kIdle | kReady);
    EXPECT_EQ(in(kData), 'c');
}

TEST_F(Serial, AsksForInputOnlyIfTheGuestLooks)
{
    out(kData, 'x');
    out(kLcr, 3);
    in(kMsr);
    EXPECT_EQ(asked_, 0u);
}

TEST_F(Serial, KeepsOnlyTheBitsThatAre)
{
    const std::array<std::array<unsigned, 3>, 4> registers{
        {{kIer, 0xFF, 0x0F}, {kMcr, 0xFF, 0x1F}, {kLcr, 0x7F, 0x7F}, {kScr, 0xA5, 0xA5}}};
    for (const auto& [offset, written, kept] : registers) {
        out(offset, written);
        EXPECT_EQ(in(offset), kept) << offset;
        out(offset, 0);
        EXPECT_EQ(in(offset), 0u);
    }
}

TEST_F(Serial, StatusIsReadOnly)
{
    out(kLsr, 0xFF);
    out(kMsr, 0x00);
    EXPECT_EQ(in(kLsr), kIdle);
    EXPECT_EQ(in(kMsr), 0xB0u);
}

TEST_F(Serial, DivisorLiesUnderDataAndInterrupts)
{
    input_ = "a";
    out(kIer, 5);
    out(kLcr, kDlab | 3);
    EXPECT_EQ(in(kData), 1u) << "115,200 baud at reset";
    out(kData, 0x0C);
    out(kIer, 0xFE);
    EXPECT_EQ(in(kData), 0x0Cu);
    EXPECT_EQ(in(kIer), 0xFEu);
    out(kLcr, 3);
    EXPECT_EQ(output_.text, "");
    EXPECT_EQ(in(kIer), 5u);
    EXPECT_EQ(in(kData), 'a');
    out(kLcr, kDlab);
    EXPECT_EQ(in(kData), 0x0Cu);
    EXPECT_EQ(in(kScr), 0u);
}

TEST_F(Serial, TellsThatItHasFifos)
{
    out(kFcr, 1);
    EXPECT_EQ(in(kIir), 0xC1u);
    out(kFcr, 0);
    EXPECT_EQ(in(kIir), 1u);
}

TEST_F(Serial, ReceiverIsClearedOnRequest)
{
    input_ = "ab";
    out(kFcr, 1);
    EXPECT_EQ(in(kLsr), kIdle | kReady);
    out(kFcr, 3);
    EXPECT_EQ(in(kData), 'b') << "what was received is gone, what was not is not";
}

TEST_F(Serial, FifoBitsNeedTheFirstOne)
{
    // Data sheet, "FIFO Control Register": bit 0 must be 1 when other bits are written or they will not be programmed.
    input_ = "a";
    EXPECT_EQ(in(kLsr), kIdle | kReady);
    out(kFcr, 2);
    EXPECT_EQ(in(kIir), 1u);
    EXPECT_EQ(in(kData), 'a');
}

TEST_F(Serial, ReceiverIsClearedWhenTheFifosGoOnOrOff)
{
    input_ = "abc";
    for (const unsigned control : {1u, 0u}) {
        in(kLsr);
        out(kFcr, control);
    }
    EXPECT_EQ(in(kData), 'c');
}

TEST_F(Serial, LoopbackGivesBackWhatIsSent)
{
    input_ = "x";
    out(kMcr, kLoop);
    EXPECT_EQ(in(kLsr), kIdle) << "the line's input is cut off";
    out(kData, 'a');
    EXPECT_EQ(output_.text, "");
    EXPECT_EQ(in(kLsr), kIdle | kReady);
    EXPECT_EQ(in(kData), 'a');
    EXPECT_EQ(in(kLsr), kIdle);
    out(kMcr, 0);
    EXPECT_EQ(in(kData), 'x');
}

TEST_F(Serial, LoopbackOverrunIsToldOnce)
{
    out(kMcr, kLoop);
    out(kData, 'a');
    out(kData, 'b');
    EXPECT_EQ(in(kLsr), kIdle | kReady | kOverrun);
    EXPECT_EQ(in(kLsr), kIdle | kReady);
    EXPECT_EQ(in(kData), 'b');
}

TEST_F(Serial, OverrunIsNotForgottenBeforeItIsTold)
{
    out(kMcr, kLoop);
    out(kData, 'a');
    out(kData, 'b');
    in(kData);
    out(kData, 'c');
    EXPECT_EQ(in(kLsr), kIdle | kReady | kOverrun);
}

TEST_F(Serial, LoopbackTurnsModemOutputsIntoInputs)
{
    // DTR to DSR, RTS to CTS, OUT1 to RI, OUT2 to DCD.
    const std::array<std::array<unsigned, 2>, 6> lines{{{0, 0}, {1, 0x20}, {2, 0x10}, {4, 0x40}, {8, 0x80}, {0xF, 0xF0}}};
    for (const auto& [outputs, inputs] : lines) {
        out(kMcr, kLoop | outputs);
        EXPECT_EQ(in(kMsr), inputs);
    }
    out(kMcr, 0xF);
    EXPECT_EQ(in(kMsr), 0xB0u);
}

TEST_F(Serial, WiderAccessIsToTheFirstRegister)
{
    out(kScr, 0x5A);
    std::array<std::byte, 4> data{};
    serial_.read(kScr, data);
    EXPECT_EQ(data, (std::array{std::byte{0x5A}, std::byte{0xFF}, std::byte{0xFF}, std::byte{0xFF}}));
    EXPECT_FALSE(serial_.write(kData, test::as_bytes("ab")));
    EXPECT_EQ(output_.text, "a");
    EXPECT_EQ(in(kIer), 0u);
}

TEST_F(Serial, NothingIsBeyondItsRegisters)
{
    out(Serial16550::kPorts, 0x12);
    EXPECT_EQ(in(Serial16550::kPorts), 0xFFu);
    EXPECT_EQ(in(~0ull), 0xFFu);
    EXPECT_FALSE(serial_.write(kData, {}));
    serial_.read(kData, {});
    EXPECT_EQ(output_.calls, 0u);
}

TEST(SerialAlone, NeedsNeitherSinkNorSource)
{
    Serial16550 serial{nullptr, nullptr};
    const std::byte byte{'x'};
    EXPECT_FALSE(serial.write(kData, {&byte, 1}));
    std::byte status{};
    serial.read(kLsr, {&status, 1});
    EXPECT_EQ(status, std::byte{kIdle});
}

}  // namespace
}  // namespace husk::device
