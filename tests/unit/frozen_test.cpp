// Machines that stop, and go on as others: in memory and by way of a file. What a file must not be is in frozen_file_test.cpp.
#include "support/temp_folder.hpp"

#include <husk/frozen.hpp>
#include <husk/husk.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstring>
#include <random>
#include <vector>

namespace husk::test {
namespace {

constexpr GuestPhys kCode{0x1000};
constexpr GuestPhys kCell{0x8000};

/// Adds 1 to a word at 0x8000, and stops with it; again and again. 16-bit: MOV DX, F4h; L: INC word [8000h]; MOV AX, [8000h]; OUT
/// DX, AX; JMP L.
constexpr std::array<std::uint8_t, 14> kCounter{0xBA, 0xF4, 0x00, 0xFF, 0x06, 0x00, 0x80, 0xA1, 0x00, 0x80, 0xEF, 0xEB, 0xF6, 0x90};

Machine counter()
{
    Machine machine{{.engine = Engine::Soft, .mode = x86::Mode::Real}};
    EXPECT_TRUE(machine.memory().write(kCode, std::as_bytes(std::span{kCounter})));
    machine.start(x86::Mode::Real, kCode);
    return machine;
}

std::uint32_t next(Machine& machine)
{
    const Stop stop = machine.run(std::chrono::seconds{10});
    const auto* const exited = std::get_if<stops::Exited>(&stop);
    EXPECT_NE(exited, nullptr) << describe(stop);
    return exited != nullptr ? exited->code : 0;
}

Frozen after_three()
{
    Machine machine = counter();
    for (std::uint32_t i = 1; i <= 3; ++i) EXPECT_EQ(next(machine), i);
    return Frozen{machine, {.origin = "counter", .point = "3"}};
}

TEST(Frozen, GoesOnWhereItStopped)
{
    const Frozen frozen = after_three();
    Machine one = frozen.thaw({.engine = Engine::Soft});
    EXPECT_EQ(one.state(), frozen.state());
    EXPECT_EQ(next(one), 4u);
    EXPECT_EQ(next(one), 5u);
}

TEST(Frozen, TwoDoNotSeeEachOther)
{
    const Frozen frozen = after_three();
    Machine one = frozen.thaw({.engine = Engine::Soft});
    Machine other = frozen.thaw({.engine = Engine::Soft});
    EXPECT_EQ(next(one), 4u);
    EXPECT_EQ(next(one), 5u);
    EXPECT_EQ(next(other), 4u);
}

TEST(Frozen, IsResetToWhereItWas)
{
    const Frozen frozen = after_three();
    Machine machine = frozen.thaw({.engine = Engine::Soft});
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(next(machine), 4u);
        EXPECT_EQ(next(machine), 5u);
        frozen.reset(machine);
    }
}

TEST(Frozen, IsNotResetToAnother)
{
    const Frozen frozen = after_three();
    const Frozen other = after_three();
    Machine machine = other.thaw({.engine = Engine::Soft});
    EXPECT_THROW(frozen.reset(machine), std::invalid_argument);
}

TEST(Frozen, IsAFileToo)
{
    const TempFolder folder;
    const auto path = folder / "counter.frozen";
    const Frozen frozen = after_three();
    frozen.save(path);
    const auto opened = Frozen::open(path);
    ASSERT_TRUE(opened) << describe(opened.error());
    EXPECT_EQ(opened->state(), frozen.state());
    EXPECT_EQ(opened->info(), frozen.info());
    EXPECT_EQ(opened->info().origin, "counter");
    EXPECT_EQ(opened->info().point, "3");
    EXPECT_EQ(opened->info().engine, Engine::Soft);
    Machine machine = opened->thaw({.engine = Engine::Soft});
    EXPECT_EQ(next(machine), 4u);
}

TEST(Frozen, FreezesWhatWasThawed)
{
    Machine machine = after_three().thaw({.engine = Engine::Soft});
    EXPECT_EQ(next(machine), 4u);
    ASSERT_TRUE(machine.memory().store<std::uint64_t>(kCell, 0));  // zeroes where the first image had none
    const Frozen again{machine, {}};
    Machine other = again.thaw({.engine = Engine::Soft});
    EXPECT_EQ(next(other), 1u);
}

TEST(Frozen, TakesNoRoomForZeroes)
{
    Machine machine{{.memory = {{.base = {}, .size = 64_MiB}, {.base = GuestPhys{1_GiB}, .size = 2_GiB}}, .engine = Engine::Soft}};
    ASSERT_TRUE(machine.memory().store<std::uint64_t>(GuestPhys{2_GiB}, 1));
    ASSERT_TRUE(machine.memory().store<std::uint64_t>(GuestPhys{0}, 0));
    const Frozen frozen{machine, {}};
    EXPECT_LE(frozen.memory().size_on_disk(), 64_KiB);
    const TempFolder folder;
    frozen.save(folder / "file");
    const auto opened = Frozen::open(folder / "file");
    ASSERT_TRUE(opened);
    EXPECT_LE(opened->memory().size_on_disk(), 64_KiB);
    EXPECT_EQ(opened->thaw({.engine = Engine::Soft}).memory().load<std::uint64_t>(GuestPhys{2_GiB}), 1u);
}

/// Random writes to two thawed machines and a model of each: reset, now and then, is the beginning.
TEST(Frozen, KeepsWritesApart)
{
    constexpr std::uint64_t kSize = 1_MiB;
    std::mt19937_64 random{5};
    Machine first{{.memory = {{.base = {}, .size = kSize}}, .engine = Engine::Soft}};
    std::vector<std::byte> begin(kSize);
    for (std::size_t at = 0; at < kSize; at += 3 * kPageSize) begin[at] = std::byte{0x55};
    ASSERT_TRUE(first.memory().write({}, begin));
    const Frozen frozen{first, {}};
    std::vector<Machine> machines;
    for (int i = 0; i < 2; ++i) machines.push_back(frozen.thaw({.engine = Engine::Soft}));
    std::vector<std::vector<std::byte>> models(machines.size(), begin);
    std::vector<std::byte> seen(kSize);
    for (int step = 0; step < 300; ++step) {
        const std::size_t who = random() % machines.size();
        const std::uint64_t at = random() % (kSize - sizeof(std::uint64_t));
        const std::uint64_t value = random();
        ASSERT_TRUE(machines[who].memory().store(GuestPhys{at}, value));
        std::memcpy(&models[who][at], &value, sizeof value);
        if (step % 50 == 49) {
            frozen.reset(machines[who]);
            models[who] = begin;
        }
        if (step % 10 != 0) continue;
        for (std::size_t i = 0; i < machines.size(); ++i) {
            ASSERT_TRUE(machines[i].memory().read({}, seen));
            ASSERT_EQ(seen, models[i]) << "machine " << i << ", step " << step;
        }
    }
}

}  // namespace
}  // namespace husk::test
