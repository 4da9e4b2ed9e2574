#include "support/guest.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace husk::test {
namespace {

/// A device that remembers writes and answers reads with the offset.
class Echo final : public Device {
public:
    void read(std::uint64_t offset, std::span<std::byte> data) override
    {
        std::memcpy(data.data(), &offset, data.size());
        ++reads;
    }
    std::optional<Stop> write(std::uint64_t offset, std::span<const std::byte> data) override
    {
        std::uint64_t value = 0;
        std::memcpy(&value, data.data(), data.size());
        writes.push_back({offset, value});
        return std::nullopt;
    }

    int reads = 0;
    std::vector<std::pair<std::uint64_t, std::uint64_t>> writes;
};

TEST(Memory, HolesReadAsOnesAndSwallowWrites)
{
    constexpr auto code = bytes(0xC7, 0x05, 0x00, 0x00, 0x00, 0x10, 0x78, 0x56, 0x34, 0x12,  // mov dword [0x10000000], 0x12345678
                                0xA1, 0x00, 0x00, 0x00, 0x10,                                // mov eax, [0x10000000]
                                0xF4);                                                       // hlt
    Guest guest{x86::Mode::Protected};
    EXPECT_EQ(guest.with(code).run(), Stop{stops::Halted{}});
    EXPECT_EQ(guest.rax(), 0xFFFFFFFFu);
    const auto& mmio = guest.machine().stats().mmio;
    EXPECT_EQ(mmio.at({0x10000000, true}), (Stats::Access{1, 1, false}));
    EXPECT_EQ(mmio.at({0x10000000, false}), (Stats::Access{1, 1, false}));
}

TEST(Memory, StrictMachineStopsAtAHole)
{
    constexpr auto code = bytes(0xA2, 0x00, 0x00, 0x00, 0x10,  // mov [0x10000000], al
                                0xF4);                         // hlt
    using stops::Unclaimed;
    Guest guest{x86::Mode::Protected, {.strict = true}};
    EXPECT_EQ(guest.with(code).run(), (Stop{Unclaimed{Unclaimed::Space::Memory, Unclaimed::Access::Write, 0x10000000, 1}}));
    EXPECT_EQ(guest.run(), Stop{stops::Halted{}});
}

TEST(Memory, MmioDeviceIsMappedInLongModeAndSeesEachWidth)
{
    constexpr auto code = bytes(0xB8, 0x00, 0x00, 0x00, 0xD0,              // mov eax, 0xD0000000
                                0xC6, 0x40, 0x01, 0x11,                    // mov byte [rax+1], 0x11
                                0x66, 0xC7, 0x40, 0x02, 0x22, 0x22,        // mov word [rax+2], 0x2222
                                0xC7, 0x40, 0x04, 0x33, 0x33, 0x33, 0x33,  // mov dword [rax+4], 0x33333333
                                0x48, 0x89, 0x40, 0x08,                    // mov [rax+8], rax
                                0x8B, 0x58, 0x20,                          // mov ebx, [rax+0x20]
                                0x0F, 0xB6, 0x48, 0x21,                    // movzx ecx, byte [rax+0x21]
                                0xF4);                                     // hlt
    Echo device;
    Guest guest{x86::Mode::Long};
    guest.machine().attach(MmioRange{GuestPhys{0xD0000000}, 0x1000}, device);
    EXPECT_EQ(guest.with(code).run(), Stop{stops::Halted{}});
    const std::vector<std::pair<std::uint64_t, std::uint64_t>> expected{{1, 0x11}, {2, 0x2222}, {4, 0x33333333}, {8, 0xD0000000}};
    EXPECT_EQ(device.writes, expected);
    EXPECT_EQ(guest.machine().registers().rbx, 0x20u);
    EXPECT_EQ(guest.machine().registers().rcx, 0x21u);
    EXPECT_EQ(device.reads, 2);
}

TEST(Memory, RegionsApartAreBothThere)
{
    constexpr auto code = bytes(0xC7, 0x05, 0x00, 0x00, 0x40, 0x00, 0x2A, 0x00, 0x00, 0x00,  // mov dword [0x400000], 42
                                0xA1, 0x00, 0x00, 0x40, 0x00,                                // mov eax, [0x400000]
                                0x8B, 0x1D, 0x00, 0x00, 0x20, 0x00,                          // mov ebx, [0x200000]: between them
                                0xF4);                                                       // hlt
    Guest guest{x86::Mode::Protected, {.memory = {{.base = {4_MiB}, .size = 4_KiB}, {.base = {}, .size = 1_MiB}}}};
    EXPECT_EQ(guest.with(code).run(), Stop{stops::Halted{}});
    EXPECT_EQ(guest.rax(), 42u);
    EXPECT_EQ(guest.machine().registers().rbx, 0xFFFFFFFFu);
    EXPECT_EQ(guest.machine().memory().load<std::uint32_t>(GuestPhys{4_MiB}), 42u);
}

TEST(Memory, AboveFourGibibytesIsReachedInLongMode)
{
    constexpr auto code = bytes(0x48, 0xB8, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00,  // mov rax, 0x100000000
                                0xC7, 0x00, 0x2A, 0x00, 0x00, 0x00,                          // mov dword [rax], 42
                                0x8B, 0x00,                                                  // mov eax, [rax]
                                0xF4);                                                       // hlt
    Guest guest{x86::Mode::Long, {.memory = {{.base = {}, .size = 1_MiB}, {.base = {4_GiB}, .size = 2_MiB}}}};
    EXPECT_EQ(guest.with(code).run(), Stop{stops::Halted{}});
    EXPECT_EQ(guest.rax(), 42u);
    EXPECT_EQ(guest.machine().memory().load<std::uint32_t>(GuestPhys{4_GiB}), 42u);
}

TEST(Memory, TheStackIsAtTheEnd)
{
    constexpr auto code = bytes(0x6A, 0x2A,  // push 42
                                0x58,        // pop rax
                                0xF4);       // hlt
    for (const auto mode : {x86::Mode::Real, x86::Mode::Protected, x86::Mode::Long}) {
        Guest guest{mode};
        EXPECT_EQ(guest.with(code).run(), Stop{stops::Halted{}}) << name(mode);
        EXPECT_EQ(guest.rax() & 0xFFFF, 42u) << name(mode);
    }
}

TEST(Memory, ConfigurationsThatMakeNoSenseAreRefused)
{
    const auto make = [](std::vector<MemoryRegion> memory) { Machine machine{on_lane({.memory = std::move(memory)})}; };
    EXPECT_THROW(make({{.base = {}, .size = 0}}), std::invalid_argument);
    EXPECT_THROW(make({{.base = {}, .size = 4097}}), std::invalid_argument);
    EXPECT_THROW(make({{.base = {1}, .size = 4096}}), std::invalid_argument);
    EXPECT_THROW(make({{.base = {}, .size = 8192}, {.base = {4096}, .size = 4096}}), std::invalid_argument);
    EXPECT_THROW(make({{.base = {~0ull - 4095}, .size = 8192}}), std::invalid_argument);

    Echo device;
    Guest guest{x86::Mode::Long};
    EXPECT_THROW(guest.machine().attach(MmioRange{GuestPhys{0}, 0x1000}, device), std::invalid_argument) << "memory is there";
    EXPECT_THROW(guest.machine().attach(MmioRange{GuestPhys{1_MiB}, 4_GiB}, device), std::invalid_argument);
    EXPECT_THROW(guest.machine().attach(MmioRange{GuestPhys{1_MiB}, ~0ull - 1_MiB + 1}, device), std::invalid_argument)
        << "memory, and all there is above it";
    EXPECT_THROW(guest.machine().attach(MmioRange{GuestPhys{1_GiB}, 0}, device), std::invalid_argument);
    EXPECT_THROW(guest.machine().attach(MmioRange{GuestPhys{~0ull - 1}, 0x1000}, device), std::invalid_argument);
    EXPECT_THROW(guest.machine().attach(PortRange{0xE9, 1}, device), std::invalid_argument) << "the debug console is there";
    EXPECT_THROW(guest.machine().attach(PortRange{0xFFFF, 2}, device), std::invalid_argument);
    EXPECT_THROW(guest.machine().attach(PortRange{0x50, 0}, device), std::invalid_argument);
}

}  // namespace
}  // namespace husk::test
