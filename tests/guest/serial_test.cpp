#include "support/guest.hpp"

#include <gtest/gtest.h>

namespace husk::test {
namespace {

TEST(Serial, EchoesWhatItReceives)
{
    constexpr auto code = bytes(0x66, 0xBA, 0xFD, 0x03,  // mov dx, line status
                                0xEC,                    // in al, dx
                                0xA8, 0x01,              // test al, data ready
                                0x74, 0x0C,              // jz done
                                0x66, 0xBA, 0xF8, 0x03,  // mov dx, data
                                0xEC,                    // in al, dx
                                0xFE, 0xC0,              // inc al
                                0xEE,                    // out dx, al
                                0xEB, 0xED,              // jmp start
                                0x90, 0x90,              // nop; nop
                                0xF4);                   // done: hlt
    std::string input = "HAL";
    Guest guest{x86::Mode::Protected, {.serial_input = [&]() -> std::optional<std::byte> {
                    if (input.empty()) return std::nullopt;
                    const auto byte = static_cast<std::byte>(input.front());
                    input.erase(0, 1);
                    return byte;
                }}};
    EXPECT_EQ(guest.with(code).run(), Stop{stops::Halted{}});
    EXPECT_EQ(guest.serial(), "IBM");
    EXPECT_EQ(guest.output(), "");
}

TEST(Serial, DivisorLatchIsNotOutput)
{
    constexpr auto code = bytes(0x66, 0xBA, 0xFB, 0x03,  // mov dx, line control
                                0xB0, 0x80, 0xEE,        // out dx, DLAB
                                0x66, 0xBA, 0xF8, 0x03,  // mov dx, divisor
                                0xB0, 0x0C, 0xEE,        // out dx, 12
                                0xEC,                    // in al, dx
                                0x88, 0xC3,              // mov bl, al
                                0x66, 0xBA, 0xFB, 0x03,  // mov dx, line control
                                0xB0, 0x03, 0xEE,        // out dx, 8 bits, no DLAB
                                0x66, 0xBA, 0xF8, 0x03,  // mov dx, data
                                0xB0, '!', 0xEE,         // out dx, '!'
                                0xF4);                   // hlt
    Guest guest{x86::Mode::Protected};
    EXPECT_EQ(guest.with(code).run(), Stop{stops::Halted{}});
    EXPECT_EQ(guest.serial(), "!");
    EXPECT_EQ(guest.machine().registers().rbx & 0xFF, 12u);
}

}  // namespace
}  // namespace husk::test
