// Memory that comes, goes and changes its rights under a guest at ring 3: what the engines promise to those who run programs on
// them.
#include "support/ring3_guest.hpp"

#include <husk/error.hpp>

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <array>
#include <stdexcept>

namespace husk::test {
namespace {

namespace exits = engine::exits;
using engine::Access;

constexpr auto kFirst = Ring3Guest::kBase, kSecond = Ring3Guest::kBase + kPageSize;
constexpr std::initializer_list<unsigned> kRead{0x48, 0x8B, 0x03, 0xE6, 0x20};   // mov rax, [rbx]; out 0x20, al
constexpr std::initializer_list<unsigned> kWrite{0x48, 0x89, 0x03, 0xE6, 0x20};  // mov [rbx], rax; out 0x20, al
constexpr std::initializer_list<unsigned> kJump{0xFF, 0xE3};                     // jmp rbx

class EngineMemory : public testing::Test {
protected:
    EngineMemory() { guest_.add(); }

    /// The next exit is a fault of memory; what the engine tells of it is true.
    void expect_fault(std::uint64_t page, bool write)
    {
        const auto fault = guest_.run_to<exits::MemoryFault>();
        EXPECT_EQ(fault.at.value_or(GuestPhys{page}).value / kPageSize, page / kPageSize);
        EXPECT_EQ(fault.write.value_or(write), write);
        EXPECT_TRUE(guest_.vm().follows_host_mappings() || (fault.at && fault.write)) << "this engine knows";
    }

    Ring3Guest guest_;
};

TEST_F(EngineMemory, WhatIsAddedIsTheHosts)
{
    guest_.store(kFirst, 0x1122'3344'5566'7788ull);
    guest_.start(kRead, {.rbx = kFirst});
    guest_.run_to<exits::PortOut>();
    EXPECT_EQ(guest_.vcpu().registers().rax, 0x1122'3344'5566'7788u);
    guest_.start(kWrite, {.rax = 42, .rbx = kSecond});
    guest_.run_to<exits::PortOut>();
    EXPECT_EQ(guest_.load<std::uint64_t>(kSecond), 42u);
}

TEST_F(EngineMemory, APageWithoutRightsFaultsUntilItHasThem)
{
    guest_.start(kRead, {.rax = 1, .rbx = kFirst + 8});
    guest_.allow(kFirst, Access::None);
    expect_fault(kFirst, false);
    EXPECT_EQ(guest_.vcpu().registers().rip, kCode) << "the instruction has not been executed";
    EXPECT_EQ(guest_.vcpu().registers().rax, 1u);
    expect_fault(kFirst, false);
    guest_.allow(kFirst, Access::ReadWrite);
    guest_.store(kFirst + 8, 42ull);
    guest_.run_to<exits::PortOut>();
    EXPECT_EQ(guest_.vcpu().registers().rax, 42u);
}

TEST_F(EngineMemory, RightsThatWereUsedAreTakenAway)
{
    guest_.store(kFirst, 1ull);
    for (int i = 0; i < 3; ++i) {
        guest_.start(kWrite, {.rax = 42, .rbx = kFirst});
        guest_.run_to<exits::PortOut>();
        guest_.allow(kFirst, Access::None);
        guest_.start(kWrite, {.rax = 43, .rbx = kFirst});
        expect_fault(kFirst, true);
        guest_.allow(kFirst, Access::ReadWrite);
        EXPECT_EQ(guest_.load<std::uint64_t>(kFirst), 42u);
    }
}

TEST_F(EngineMemory, AReadOnlyPageIsRead)
{
    guest_.store(kFirst, 7ull);
    guest_.start(kRead, {.rbx = kFirst});
    guest_.allow(kFirst, Access::Read);
    guest_.run_to<exits::PortOut>();
    EXPECT_EQ(guest_.vcpu().registers().rax, 7u);
    guest_.start(kWrite, {.rax = 8, .rbx = kFirst});
    expect_fault(kFirst, true);
    EXPECT_EQ(guest_.load<std::uint64_t>(kFirst), 7u);
    guest_.allow(kFirst, Access::ReadWrite);
    guest_.run_to<exits::PortOut>();
    EXPECT_EQ(guest_.load<std::uint64_t>(kFirst), 8u);
}

TEST_F(EngineMemory, AnAccessAcrossPagesFaultsInTheSecond)
{
    guest_.start(kWrite, {.rax = ~0ull, .rbx = kSecond - 4});
    guest_.allow(kSecond, Access::None);
    expect_fault(kSecond, true);
    guest_.allow(kSecond, Access::ReadWrite);
    guest_.run_to<exits::PortOut>();
    EXPECT_EQ(guest_.load<std::uint64_t>(kSecond - 4), ~0ull);
}

TEST_F(EngineMemory, CodeIsFetchedWhereItMayBeRead)
{
    guest_.store(kFirst, std::array<std::uint8_t, 2>{0xE6, 0x20});
    guest_.start(kJump, {.rbx = kFirst});
    guest_.allow(kFirst, Access::None);
    expect_fault(kFirst, false);
    EXPECT_EQ(guest_.vcpu().registers().rip, kFirst);
    guest_.allow(kFirst, Access::Read);
    guest_.run_to<exits::PortOut>();
}

TEST_F(EngineMemory, AnInstructionAcrossPagesIsFetchedFromBoth)
{
    // inc rcx; mov rax, imm64 across the pages; out
    guest_.store(kSecond - 6, std::array<std::uint8_t, 15>{0x48, 0xFF, 0xC1, 0x48, 0xB8, 1, 2, 3, 4, 5, 6, 7, 8, 0xE6, 0x20});
    guest_.start(kJump, {.rbx = kSecond - 6, .rcx = 1});
    guest_.allow(kSecond, Access::None);
    expect_fault(kSecond, false);
    EXPECT_EQ(guest_.vcpu().registers().rip, kSecond - 3);
    EXPECT_EQ(guest_.vcpu().registers().rcx, 2u);
    guest_.allow(kSecond, Access::Read);
    guest_.run_to<exits::PortOut>();
    EXPECT_EQ(guest_.vcpu().registers().rax, 0x0807'0605'0403'0201u);
}

TEST_F(EngineMemory, CodeThatIsReplacedIsNotExecutedAnyMore)
{
    guest_.start(kJump, {.rbx = kFirst});
    const engine::Entered entered{guest_.vcpu(), engine::kNever};
    for (const auto value : std::array<std::uint8_t, 3>{1, 2, 3}) {
        // mov al, value; out 0x20, al
        guest_.allow(kFirst, Access::ReadWrite);
        guest_.store(kFirst, std::array<std::uint8_t, 4>{0xB0, value, 0xE6, 0x20});
        guest_.allow(kFirst, Access::Read);
        auto registers = guest_.vcpu().registers();
        registers.rip = kFirst;
        guest_.vcpu().set_registers(registers);
        const engine::Exit exit = guest_.vcpu().run();
        ASSERT_TRUE(std::holds_alternative<exits::PortOut>(exit)) << EngineGuest::describe(exit);
        EXPECT_EQ(std::get<exits::PortOut>(exit).data.front(), std::byte{value});
    }
}

TEST_F(EngineMemory, RepeatedInstructionsStopWhereRightsEnd)
{
    guest_.start({0xF3, 0xAA, 0xE6, 0x20}, {.rax = 0x5A, .rcx = 32, .rdi = kSecond - 16});  // rep stosb; out 0x20, al
    guest_.allow(kSecond, Access::None);
    expect_fault(kSecond, true);
    EXPECT_EQ(guest_.vcpu().registers().rcx, 16u);
    EXPECT_EQ(guest_.vcpu().registers().rdi, kSecond);
    guest_.allow(kSecond, Access::ReadWrite);
    guest_.run_to<exits::PortOut>();
    EXPECT_EQ(guest_.load<std::uint8_t>(kSecond + 15), 0x5A);
    EXPECT_EQ(guest_.load<std::uint8_t>(kSecond + 16), 0);
}

TEST_F(EngineMemory, FaultsOfTheGuestsOwnStayItsOwn)
{
    constexpr std::uint64_t kUnmapped = 32_MiB + 0x123;  // beyond its page tables
    guest_.start(kRead, {.rbx = kUnmapped});
    guest_.allow(kFirst, Access::None);
    const Caught caught = guest_.guest().run_to_handler();
    EXPECT_EQ(caught.vector, x86::kPageFault);
    EXPECT_EQ(guest_.vcpu().system_registers().cr2, kUnmapped);
}

TEST_F(EngineMemory, MemoryThatTheHostUnmapsIsNotThere)
{
    if (!guest_.vm().follows_host_mappings()) GTEST_SKIP() << "this engine reads the host's memory itself";
    guest_.start(kRead, {.rbx = kFirst});
    guest_.run_to<exits::PortOut>();
    ASSERT_EQ(::munmap(guest_.extra().data(), kPageSize), 0);
    guest_.start(kRead, {.rbx = kFirst});
    expect_fault(kFirst, false);
}

TEST_F(EngineMemory, MemoryIsTakenAway)
{
    guest_.start(kRead, {.rbx = kFirst});
    guest_.run_to<exits::PortOut>();
    guest_.vm().remove_memory({kFirst}, Ring3Guest::kSize);
    guest_.start(kRead, {.rbx = kFirst});
    if (on_kvm())
        EXPECT_EQ(guest_.run_to<exits::MmioRead>().at, GuestPhys{kFirst});
    else
        expect_fault(kFirst, false);
    guest_.add();
    guest_.store(kFirst, 42ull);
    guest_.start(kRead, {.rbx = kFirst});
    guest_.guest().settle();
    guest_.vcpu().set_registers({.rbx = kFirst, .rip = kCode});
    guest_.run_to<exits::PortOut>();
    EXPECT_EQ(guest_.vcpu().registers().rax, 42u);
}

TEST_F(EngineMemory, MisuseIsRefused)
{
    engine::Vm& vm = guest_.vm();
    guest_.start(kRead, {.rbx = kFirst});
    EXPECT_THROW(vm.add_memory({kFirst + 1}, guest_.extra(), true), std::invalid_argument);
    EXPECT_THROW(vm.add_memory({kFirst}, guest_.extra().first(100), true), std::invalid_argument);
    EXPECT_THROW(vm.add_memory({kFirst}, {}, true), std::invalid_argument);
    EXPECT_THROW(vm.add_memory({~0ull - kPageSize + 1}, guest_.extra(), true), std::invalid_argument);
    EXPECT_THROW(vm.add_memory({0}, guest_.extra(), true), Error) << "there is memory";
    EXPECT_THROW(vm.remove_memory({kFirst + 64_MiB}, kPageSize), std::invalid_argument);
    EXPECT_THROW(vm.remove_memory({kFirst}, 2 * Ring3Guest::kSize), std::invalid_argument);
    guest_.run_to<exits::PortOut>();
}

TEST(EngineMemoryReadOnly, MemoryThatIsNotWritableIsRead)
{
    Ring3Guest guest;
    guest.store(kFirst, 7ull);
    guest.add(false);
    guest.start(kRead, {.rbx = kFirst});
    guest.run_to<exits::PortOut>();
    EXPECT_EQ(guest.vcpu().registers().rax, 7u);
    guest.start(kWrite, {.rax = 8, .rbx = kFirst});
    if (on_kvm())
        EXPECT_EQ(guest.run_to<exits::MmioWrite>().at, GuestPhys{kFirst});
    else
        EXPECT_EQ(guest.run_to<exits::MemoryFault>().at, GuestPhys{kFirst});
    EXPECT_EQ(guest.load<std::uint64_t>(kFirst), 7u);
}

}  // namespace
}  // namespace husk::test
