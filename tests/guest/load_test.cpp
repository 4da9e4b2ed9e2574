// Loading images into a machine: what the guest then finds, and that a refused image leaves the machine alone.
#include "guests/images.hpp"
#include "memory/map.hpp"
#include "support/bytes.hpp"
#include "support/lane.hpp"

#include <husk/image.hpp>
#include <husk/machine.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <span>
#include <string>

namespace husk {
namespace {

constexpr auto kTimeout = std::chrono::seconds{20};

/// A machine for `mode` on this lane, and what its guest prints.
class Loaded {
public:
    explicit Loaded(x86::Mode mode, std::vector<MemoryRegion> memory = {{.base = {}, .size = 2_MiB}})
        : machine{config(mode, memory)}
    {}
    Loaded(const Loaded&) = delete;
    Loaded& operator=(const Loaded&) = delete;

    std::string output;
    Machine machine;

private:
    MachineConfig config(x86::Mode mode, const std::vector<MemoryRegion>& memory)
    {
        MachineConfig config;
        config.memory = memory;
        config.mode = mode;
        config.debug_console = [this](std::span<const std::byte> bytes) {
            for (const std::byte byte : bytes) output += static_cast<char>(byte);
        };
        return test::on_lane(std::move(config));
    }
};

/// Parses and loads, which must both work.
void load_or_fail(Machine& machine, std::span<const std::byte> file, const ImageOptions& options = {})
{
    const auto image = parse_image(file, options);
    ASSERT_TRUE(image) << describe(image.error());
    const auto loaded = load(machine, *image);
    ASSERT_TRUE(loaded) << describe(loaded.error());
}

/// As a guest before this one might have left it.
void fill_with_rubbish(GuestMemory& memory)
{
    for (const auto& region : memory.regions()) std::ranges::fill(region.host, std::byte{0xA5});
}

TEST(Load, Elf64FindsItsDataAndZeroedBss)
{
    Loaded guest{x86::Mode::Long};
    fill_with_rubbish(guest.machine.memory());
    load_or_fail(guest.machine, guests::long_elf());
    EXPECT_EQ(guest.machine.run(kTimeout), Stop{stops::Halted{}});
    EXPECT_EQ(guest.output, "data is there, bss is zero\n");
    EXPECT_EQ(guest.machine.memory().load<std::uint64_t>(map::kAnswer), 42u);
    EXPECT_EQ(guest.machine.registers().rax, 42u);
}

TEST(Load, StartedMachineIsLoadedAgain)
{
    Loaded guest{x86::Mode::Long};
    for (int i = 0; i < 2; ++i) {
        load_or_fail(guest.machine, guests::long_elf());
        EXPECT_EQ(guest.machine.run(kTimeout), Stop{stops::Halted{}});
    }
    EXPECT_EQ(guest.output, "data is there, bss is zero\ndata is there, bss is zero\n");
}

TEST(Load, MultibootKernelFindsItsInformation)
{
    Loaded guest{x86::Mode::Protected};
    load_or_fail(guest.machine, guests::multiboot_elf(), {.command_line = "root=none quiet"});
    EXPECT_EQ(guest.machine.run(kTimeout), Stop{stops::Halted{}});
    EXPECT_EQ(guest.output, "root=none quiet\n0000000000000000 0000000000200000 00000001\n");
    EXPECT_EQ(guest.machine.memory().load<std::uint32_t>(map::kAnswer), 42u);
}

TEST(Load, MultibootMachineStateIsTheSpecifications)
{
    Loaded guest{x86::Mode::Protected};
    load_or_fail(guest.machine, guests::multiboot_elf());
    const auto registers = guest.machine.registers();
    EXPECT_EQ(registers.rax, 0x2BADB002u);
    EXPECT_EQ(registers.rbx, map::kMultibootInfo.value);
    EXPECT_FALSE(registers.rflags.has(x86::Rflags::IF));
    EXPECT_FALSE(registers.rflags.has(x86::Rflags::VM));
    const auto system = guest.machine.system_registers();
    EXPECT_TRUE(system.cr0.has(x86::Cr0::PE));
    EXPECT_FALSE(system.cr0.has(x86::Cr0::PG));
    for (const auto* segment : {&system.cs, &system.ds, &system.es, &system.fs, &system.gs, &system.ss}) {
        EXPECT_EQ(segment->base, 0u);
        EXPECT_EQ(segment->limit, 0xFFFFFFFFu);
        EXPECT_TRUE(segment->big);
    }
}

TEST(Load, SegmentGoesOnIntoTheRegionThatTouches)
{
    Loaded guest{x86::Mode::Protected, {{.base = {}, .size = 64_KiB}, {.base = GuestPhys{64_KiB}, .size = 64_KiB}}};
    fill_with_rubbish(guest.machine.memory());
    const auto bytes = test::pattern(0x100);
    const Image image{.format = Image::Format::Elf32,
                      .mode = x86::Mode::Protected,
                      .segments = {{.at = GuestPhys{64_KiB - 0x80}, .bytes = bytes, .size = 0x180}},
                      .entry = GuestPhys{64_KiB - 0x80}};
    ASSERT_TRUE(load(guest.machine, image));
    std::array<std::byte, 0x80> lower{};
    std::array<std::byte, 0x101> upper{};
    ASSERT_TRUE(guest.machine.memory().read(GuestPhys{64_KiB - 0x80}, lower));
    ASSERT_TRUE(guest.machine.memory().read(GuestPhys{64_KiB}, upper));
    EXPECT_TRUE(std::ranges::equal(lower, std::span{bytes}.first(0x80)));
    EXPECT_TRUE(std::ranges::equal(std::span{upper}.first(0x80), std::span{bytes}.last(0x80)));
    EXPECT_TRUE(std::ranges::all_of(std::span{upper}.subspan(0x80, 0x80), [](std::byte byte) { return byte == std::byte{0}; }));
    EXPECT_EQ(upper.back(), std::byte{0xA5});
}

TEST(Load, RefusedImageChangesNothing)
{
    Loaded guest{x86::Mode::Long};
    load_or_fail(guest.machine, guests::long_elf());
    const auto before = guest.machine.registers();
    const auto bytes = test::pattern(0x3000);
    const auto over_tables = parse_image(bytes);
    ASSERT_TRUE(over_tables);
    const auto refused = load(guest.machine, *over_tables);
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().problem.find("page tables"), std::string::npos) << describe(refused.error());
    EXPECT_EQ(guest.machine.registers(), before);
    EXPECT_EQ(guest.machine.run(kTimeout), Stop{stops::Halted{}});
}

TEST(Load, LongCommandLineIsRefused)
{
    Loaded guest{x86::Mode::Protected};
    const auto image = parse_image(guests::multiboot_elf(), {.command_line = std::string(4096, 'x')});
    ASSERT_TRUE(image);
    const auto refused = load(guest.machine, *image);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().field, "multiboot information");
}

}  // namespace
}  // namespace husk
