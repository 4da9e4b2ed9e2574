#include "support/guest.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace husk::test {
namespace {

/// Remembers what the guest did, and answers reads with 0x11, 0x22, …
class Notebook final : public Device {
public:
    void read(std::uint64_t offset, std::span<std::byte> data) override
    {
        notes.push_back("read " + std::to_string(offset) + " of " + std::to_string(data.size()));
        for (std::byte& byte : data) byte = std::byte{next_ += 0x11};
    }
    std::optional<Stop> write(std::uint64_t offset, std::span<const std::byte> data) override
    {
        std::uint64_t value = 0;
        std::memcpy(&value, data.data(), data.size());
        notes.push_back("write " + std::to_string(value) + " to " + std::to_string(offset) + " of " + std::to_string(data.size()));
        if (value == stop_at) return stops::Exited{7};
        return std::nullopt;
    }

    std::vector<std::string> notes;
    std::optional<std::uint64_t> stop_at;

private:
    std::uint8_t next_ = 0;
};

TEST(Ports, OutReachesADeviceInEachWidth)
{
    constexpr auto code = bytes(0x66, 0xBA, 0x02, 0x03,        // mov dx, 0x302
                                0xB8, 0x44, 0x33, 0x22, 0x11,  // mov eax, 0x11223344
                                0xEE,                          // out dx, al
                                0x66, 0xEF,                    // out dx, ax
                                0xEF,                          // out dx, eax
                                0xF4);                         // hlt
    Notebook device;
    Guest guest{x86::Mode::Long};
    guest.machine().attach(PortRange{0x300, 8}, device);
    EXPECT_EQ(guest.with(code).run(), Stop{stops::Halted{}});
    EXPECT_EQ(device.notes, (std::vector<std::string>{"write 68 to 2 of 1", "write 13124 to 2 of 2", "write 287454020 to 2 of 4"}));
}

TEST(Ports, InReadsFromADeviceInEachWidth)
{
    constexpr auto code = bytes(0x66, 0xBA, 0x00, 0x03,  // mov dx, 0x300
                                0x31, 0xC0,              // xor eax, eax
                                0xEC,                    // in al, dx
                                0x89, 0xC3,              // mov ebx, eax
                                0x66, 0xED,              // in ax, dx
                                0x89, 0xC1,              // mov ecx, eax
                                0xED,                    // in eax, dx
                                0xF4);                   // hlt
    Notebook device;
    Guest guest{x86::Mode::Long};
    guest.machine().attach(PortRange{0x300, 1}, device);
    EXPECT_EQ(guest.with(code).run(), Stop{stops::Halted{}});
    const auto registers = guest.machine().registers();
    EXPECT_EQ(registers.rbx, 0x11u);
    EXPECT_EQ(registers.rcx, 0x3322u);
    EXPECT_EQ(registers.rax, 0x77665544u);
}

TEST(Ports, StringOutArrivesWholeAndInOrder)
{
    constexpr auto code = bytes(0xBE, 0x20, 0x00, 0x00, 0x00,  // mov esi, text
                                0xB9, 0x0C, 0x00, 0x00, 0x00,  // mov ecx, 12
                                0x66, 0xBA, 0xE9, 0x00,        // mov dx, 0xE9
                                0xF3, 0x6E,                    // rep outsb
                                0xF4);                         // hlt
    Guest guest{x86::Mode::Long};
    guest.machine().memory().write(GuestPhys{0x20}, std::as_bytes(std::span{"string bytes", 12}));
    EXPECT_EQ(guest.with(code).run(), Stop{stops::Halted{}});
    EXPECT_EQ(guest.output(), "string bytes");
    EXPECT_EQ(guest.machine().registers().rcx, 0u);
    EXPECT_EQ(guest.machine().registers().rsi, 0x2Cu);
}

TEST(Ports, StringOutRunsBackwardsIfTheFlagSaysSo)
{
    constexpr auto code = bytes(0xBE, 0x23, 0x00, 0x00, 0x00,  // mov esi, last character
                                0xB9, 0x04, 0x00, 0x00, 0x00,  // mov ecx, 4
                                0x66, 0xBA, 0xE9, 0x00,        // mov dx, 0xE9
                                0xFD,                          // std
                                0xF3, 0x6E,                    // rep outsb
                                0xF4);                         // hlt
    Guest guest{x86::Mode::Long};
    guest.machine().memory().write(GuestPhys{0x20}, std::as_bytes(std::span{"abcd", 4}));
    EXPECT_EQ(guest.with(code).run(), Stop{stops::Halted{}});
    EXPECT_EQ(guest.output(), "dcba");
}

TEST(Ports, WideOutputToTheDebugConsoleIsAllPrinted)
{
    constexpr auto code = bytes(0xBE, 0x20, 0x00, 0x00, 0x00,  // mov esi, text
                                0xB9, 0x02, 0x00, 0x00, 0x00,  // mov ecx, 2
                                0x66, 0xBA, 0xE9, 0x00,        // mov dx, 0xE9
                                0xF3, 0x6F,                    // rep outsd
                                0x66, 0xB8, 'Y', 'Z',          // mov ax, "YZ"
                                0x66, 0xE7, 0xE9,              // out 0xE9, ax
                                0xF4);                         // hlt
    Guest guest{x86::Mode::Long};
    guest.machine().memory().write(GuestPhys{0x20}, std::as_bytes(std::span{"ABCDEFGH", 8}));
    EXPECT_EQ(guest.with(code).run(), Stop{stops::Halted{}});
    EXPECT_EQ(guest.output(), "ABCDEFGHYZ");
}

TEST(Ports, StringInFillsMemory)
{
    constexpr auto code = bytes(0xBF, 0x00, 0x06, 0x00, 0x00,  // mov edi, 0x600
                                0xB9, 0x03, 0x00, 0x00, 0x00,  // mov ecx, 3
                                0x66, 0xBA, 0x00, 0x03,        // mov dx, 0x300
                                0xF3, 0x6C,                    // rep insb
                                0xF4);                         // hlt
    Notebook device;
    Guest guest{x86::Mode::Long};
    guest.machine().attach(PortRange{0x300, 1}, device);
    EXPECT_EQ(guest.with(code).run(), Stop{stops::Halted{}});
    EXPECT_EQ(guest.machine().memory().load<std::uint32_t>(GuestPhys{0x600}), 0x00332211u);
    EXPECT_EQ(guest.machine().registers().rcx, 0u);
}

TEST(Ports, DebugConsoleTellsThatItIsThere)
{
    constexpr auto code = bytes(0x31, 0xC0,  // xor eax, eax
                                0xE4, 0xE9,  // in al, 0xE9
                                0xF4);       // hlt
    Guest guest{x86::Mode::Protected};
    EXPECT_EQ(guest.with(code).run(), Stop{stops::Halted{}});
    EXPECT_EQ(guest.rax(), 0xE9u);
}

TEST(Ports, WhatNobodyClaimsReadsAsOnesAndIsCounted)
{
    constexpr auto code = bytes(0x66, 0xBA, 0x34, 0x12,  // mov dx, 0x1234
                                0xED,                    // in eax, dx
                                0xEE,                    // out dx, al
                                0xEE,                    // out dx, al
                                0xF4);                   // hlt
    Guest guest{x86::Mode::Protected};
    EXPECT_EQ(guest.with(code).run(), Stop{stops::Halted{}});
    EXPECT_EQ(guest.rax(), 0xFFFFFFFFu);
    const auto& ports = guest.machine().stats().ports;
    EXPECT_EQ(ports.at({0x1234, false}), (Stats::Access{1, 1, false}));
    EXPECT_EQ(ports.at({0x1234, true}), (Stats::Access{2, 2, false}));
}

TEST(Ports, StrictMachineStopsAtWhatNobodyClaims)
{
    constexpr auto write = bytes(0x66, 0xE7, 0x99, 0xF4);  // out 0x99, ax; hlt
    constexpr auto read = bytes(0xE4, 0x99, 0xF4);         // in al, 0x99; hlt
    using enum stops::Unclaimed::Access;
    constexpr auto kPort = stops::Unclaimed::Space::Port;
    Guest guest{x86::Mode::Long, {.strict = true}};
    EXPECT_EQ(guest.with(write).run(), (Stop{stops::Unclaimed{kPort, Write, 0x99, 2}}));
    EXPECT_EQ(guest.machine().registers().rip, 3u) << "past the OUT";
    EXPECT_EQ(guest.with(read).run(), (Stop{stops::Unclaimed{kPort, Read, 0x99, 1}}));
    EXPECT_EQ(guest.machine().registers().rip, 2u) << "past the IN";
    EXPECT_EQ(guest.run(), Stop{stops::Halted{}}) << "and goes on from there";
}

TEST(Ports, ExitPortEndsTheGuestWithItsCode)
{
    constexpr auto code = bytes(0xB8, 0x2C, 0x01, 0x00, 0x00,  // mov eax, 300
                                0xE7, 0xF4,                    // out 0xF4, eax
                                0xF4);                         // hlt
    Guest guest{x86::Mode::Long};
    EXPECT_EQ(guest.with(code).run(), Stop{stops::Exited{300}});
    EXPECT_EQ(guest.machine().registers().rip, 7u);
    EXPECT_EQ(guest.run(), Stop{stops::Halted{}});
}

TEST(Ports, ADeviceMayStopTheGuest)
{
    constexpr auto code = bytes(0x66, 0xBA, 0x00, 0x03,  // mov dx, 0x300
                                0xB0, 0x05,              // mov al, 5
                                0xEE,                    // out dx, al
                                0xFE, 0xC0,              // inc al
                                0xEE,                    // out dx, al
                                0xF4);                   // hlt
    Notebook device;
    device.stop_at = 6;
    Guest guest{x86::Mode::Long};
    guest.machine().attach(PortRange{0x300, 1}, device);
    EXPECT_EQ(guest.with(code).run(), Stop{stops::Exited{7}});
    EXPECT_EQ(device.notes.size(), 2u);
}

TEST(Ports, WhatADeviceThrowsReachesTheCaller)
{
    struct Thrower final : Device {
        void read(std::uint64_t, std::span<std::byte>) override { throw std::runtime_error{"read"}; }
        std::optional<Stop> write(std::uint64_t, std::span<const std::byte>) override { throw std::runtime_error{"write"}; }
    } device;
    constexpr auto out = bytes(0x66, 0xE7, 0x50, 0xF4);  // out 0x50, ax; hlt
    constexpr auto in = bytes(0xE4, 0x50, 0xF4);         // in al, 0x50; hlt
    Guest guest{x86::Mode::Long};
    guest.machine().attach(PortRange{0x50, 1}, device);
    EXPECT_THROW(guest.with(out).run(), std::runtime_error);
    EXPECT_THROW(guest.with(in).run(), std::runtime_error);
    EXPECT_EQ(guest.with(bytes(0xF4)).run(), Stop{stops::Halted{}}) << "the machine is as good as before";
}

}  // namespace
}  // namespace husk::test
