#include "support/guest.hpp"

#include <gtest/gtest.h>

#include <array>

namespace husk::test {
namespace {

// Prints 0, 1, 2 … modulo 256 until ECX is 0, then goes on at `after`.
template <std::size_t Size>
std::vector<std::byte> counting(std::uint32_t count, const std::array<std::byte, Size>& after)
{
    std::vector<std::byte> code{std::byte{0xB9}};  // mov ecx, count
    for (unsigned i = 0; i < 4; ++i) code.push_back(static_cast<std::byte>(count >> (8 * i)));
    for (const std::byte byte : bytes(0x31, 0xC0,   // xor eax, eax
                                      0xE6, 0xE9,   // next: out 0xE9, al
                                      0xFE, 0xC0,   // inc al
                                      0xE2, 0xFA))  // loop next
        code.push_back(byte);
    code.insert(code.end(), after.begin(), after.end());
    return code;
}

std::string counted(std::size_t count)
{
    std::string text;
    for (std::size_t i = 0; i < count; ++i) text += static_cast<char>(i);
    return text;
}

TEST(Output, ManyBytesArriveWholeAndInOrder)
{
    constexpr std::uint32_t kCount = 20'000;  // more than is printed before the engine starts to gather
    Guest guest{x86::Mode::Long};
    EXPECT_EQ(guest.with(counting(kCount, bytes(0xF4))).run(), Stop{stops::Halted{}});
    EXPECT_TRUE(guest.output() == counted(kCount)) << guest.output().size() << " bytes";
    EXPECT_EQ(guest.machine().stats().ports.at({0xE9, true}).items, kCount);
}

TEST(Output, IsTheSameWithoutGathering)
{
    constexpr std::uint32_t kCount = 6'000;
    Guest guest{x86::Mode::Long, {.gather_output = false}};
    EXPECT_EQ(guest.with(counting(kCount, bytes(0xF4))).run(), Stop{stops::Halted{}});
    EXPECT_TRUE(guest.output() == counted(kCount));
}

TEST(Output, OfAGuestThatThenSpinsSilentlyStillAppears)
{
    // The console itself cancels the machine once all has come: if gathered bytes waited for an exit, this would never end.
    constexpr std::uint32_t kCount = 10'000;
    std::size_t seen = 0;
    Machine* machine = nullptr;
    Machine made{on_lane({.debug_console = [&](std::span<const std::byte> bytes) {
        seen += bytes.size();
        if (seen == kCount) machine->cancel();
    }})};
    machine = &made;
    ASSERT_TRUE(made.memory().write(GuestPhys{0}, counting(kCount, bytes(0xEB, 0xFE))));
    made.start(x86::Mode::Long, GuestPhys{0});
    EXPECT_EQ(made.run(kPatience), Stop{stops::Cancelled{}});
    EXPECT_EQ(seen, kCount);
}

TEST(Output, IsCompleteWhenTheGuestRunsOutOfTime)
{
    Guest guest{x86::Mode::Long};
    guest.with(bytes(0xB0, 'x', 0xE6, 0xE9, 0xEB, 0xFE));  // mov al, 'x'; out 0xE9, al; jmp self
    EXPECT_EQ(guest.machine().run(std::chrono::seconds{1}), Stop{stops::OutOfTime{}});
    EXPECT_EQ(guest.output(), "x");
}

TEST(Output, OfTwoConsolesKeepsItsOrder)
{
    std::string both;
    const auto sink = [&](char prefix) {
        return [&both, prefix](std::span<const std::byte> bytes) {
            for (const std::byte byte : bytes) both += {prefix, static_cast<char>(byte)};
        };
    };
    Machine machine{on_lane({.mode = x86::Mode::Protected, .debug_console = sink('d'), .serial_output = sink('s')})};
    constexpr auto code = bytes(0x66, 0xBA, 0xF8, 0x03,        // mov dx, 0x3F8
                                0xB9, 0x00, 0x20, 0x00, 0x00,  // mov ecx, 0x2000
                                0xB0, 'a', 0xE6, 0xE9,         // next: out 0xE9, 'a'
                                0xB0, 'b', 0xEE,               // out dx, 'b'
                                0xE2, 0xF7,                    // loop next
                                0xF4);                         // hlt
    ASSERT_TRUE(machine.memory().write(GuestPhys{0}, code));
    machine.start(x86::Mode::Protected, GuestPhys{0});
    EXPECT_EQ(machine.run(kPatience), Stop{stops::Halted{}});
    std::string expected;
    for (int i = 0; i < 0x2000; ++i) expected += "dasb";
    EXPECT_TRUE(both == expected) << both.size() << " characters";
}

}  // namespace
}  // namespace husk::test
