// A guest that turns on 32-bit paging by itself: runs where that can be, and is told why where it cannot.
#include "engine/kvm/abilities.hpp"
#include "support/lane.hpp"

#include <husk/error.hpp>
#include <husk/machine.hpp>

#include <gtest/gtest.h>

#include <array>
#include <chrono>

namespace husk {
namespace {

constexpr GuestPhys kCode{0x1000};
constexpr GuestPhys kDirectory{0x2000};
constexpr std::uint64_t kMov = 0x18;                                          // offset of the instruction that turns it on
constexpr std::array<unsigned char, 30> kGuest{0xB8, 0x00, 0x20, 0x00, 0x00,  // mov eax, 0x2000
                                               0x0F, 0x22, 0xD8,              // mov cr3, eax
                                               0xB8, 0x10, 0x00, 0x00, 0x00,  // mov eax, CR4.PSE
                                               0x0F, 0x22, 0xE0,              // mov cr4, eax
                                               0x0F, 0x20, 0xC0,              // mov eax, cr0
                                               0x0D, 0x00, 0x00, 0x00, 0x80,  // or eax, CR0.PG
                                               0x0F, 0x22, 0xC0,              // mov cr0, eax
                                               0xB3, 0x07,                    // mov bl, 7
                                               0xF4};                         // hlt

Machine machine_with(MachineConfig config)
{
    config.mode = x86::Mode::Protected;
    Machine machine{std::move(config)};
    constexpr std::uint32_t kIdentity = 0x83;  // PRESENT, RW, PS: the first 4 MiB
    EXPECT_TRUE(machine.memory().store(kDirectory, kIdentity));
    EXPECT_TRUE(machine.memory().write(kCode, std::as_bytes(std::span{kGuest})));
    machine.start(x86::Mode::Protected, kCode);
    return machine;
}

TEST(LegacyPagingGuest, RunsOrIsToldWhyNot)
{
    Machine machine = machine_with(test::on_lane());
    const Stop stop = machine.run(std::chrono::seconds{10});
    if (machine.engine() == Engine::Kvm && !kvm::abilities().paging_outside_long_mode) {
        ASSERT_TRUE(std::holds_alternative<stops::CannotExecute>(stop)) << describe(stop);
        EXPECT_EQ(std::get<stops::CannotExecute>(stop).reason, kvm::kNoLegacyPaging);
        EXPECT_EQ(std::get<stops::CannotExecute>(stop).at, GuestVirt{kCode.value + kMov});
        return;
    }
    EXPECT_EQ(stop, Stop{stops::Halted{}}) << describe(stop);
    EXPECT_EQ(machine.registers().rbx, 7u);
    EXPECT_TRUE(machine.system_registers().cr0.has(x86::Cr0::PG));
}

TEST(LegacyPagingGuest, FindsAnEngineThatCan)
{
    if (!HUSK_SOFT_ENGINE) GTEST_SKIP() << "this build has no software engine to change to";
    Machine machine = machine_with({});
    EXPECT_EQ(machine.run(std::chrono::seconds{10}), Stop{stops::Halted{}});
    EXPECT_EQ(machine.registers().rbx, 7u);
}

TEST(LegacyPagingGuest, StartedInAnotherModeThanConfiguredFindsItsEngineToo)
{
    constexpr std::array<unsigned char, 1> kHalt{0xF4};
    MachineConfig config = test::on_lane();
    if (HUSK_SOFT_ENGINE) config.engine = Engine::Auto;
    Machine machine{config};
    ASSERT_TRUE(machine.memory().write(kCode, std::as_bytes(std::span{kHalt})));
    const bool cannot = machine.engine() == Engine::Kvm && !HUSK_SOFT_ENGINE && !kvm::abilities().paging_outside_long_mode;
    if (cannot) {
        EXPECT_THROW(machine.start(x86::Mode::Paged, GuestPhys{0x1000}), Error);
        return;
    }
    machine.start(x86::Mode::Paged, kCode);
    EXPECT_EQ(machine.run(std::chrono::seconds{10}), Stop{stops::Halted{}});
}

TEST(LegacyPagingGuest, KvmAloneRefusesToStartWhatItCannot)
{
    if (test::lane().engine != Engine::Kvm) GTEST_SKIP() << "of KVM only";
    if (kvm::abilities().paging_outside_long_mode) GTEST_SKIP() << "this KVM can";
    Machine machine{test::on_lane()};
    EXPECT_THROW(machine.start(x86::Mode::Paged, kCode), Error);
}

}  // namespace
}  // namespace husk
