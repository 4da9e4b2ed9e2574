// Memory that the guest may not use, and the host cannot: the software engine never touches it, whoever wants to.
#include "base/mapping.hpp"
#include "engine/soft/vm.hpp"
#include "support/engine_guest.hpp"

#include <husk/error.hpp>

#include <gtest/gtest.h>
#include <sys/mman.h>

namespace husk::soft {
namespace {

namespace exits = engine::exits;
using engine::Access;
using test::kCode;
using test::kStack;

constexpr std::uint64_t kBase = 4_MiB, kPages = 4;

class SoftRights : public testing::Test {
protected:
    SoftRights() { guest_.vm().add_memory({kBase}, memory_.bytes(), true); }

    /// What the host may do there, too.
    void allow(std::uint64_t page, Access access)
    {
        const int rights = access == Access::ReadWrite ? PROT_READ | PROT_WRITE : access == Access::Read ? PROT_READ : PROT_NONE;
        ASSERT_EQ(::mprotect(memory_.bytes().data() + (page - kBase), kPageSize, rights), 0);
        guest_.vm().protect({page}, kPageSize, access);
    }
    void start(std::initializer_list<unsigned> bytes, const x86::Registers& registers)
    {
        guest_.start(x86::Mode::Long, bytes);
        guest_.catch_exceptions();
        auto set = registers;
        set.rip = kCode;
        set.rsp = kStack;
        guest_.vcpu().set_registers(set);
    }
    void change_system(auto change)
    {
        auto system = guest_.vcpu().system_registers();
        change(system);
        guest_.vcpu().set_system_registers(system);
    }

    Mapping memory_ = Mapping::anonymous(kPages * kPageSize, kPageSize);
    test::EngineGuest guest_{soft::make_vm()};
};

TEST_F(SoftRights, TheAddressIsExact)
{
    start({0x48, 0x8B, 0x43, 0x08, 0xF4}, {.rbx = kBase + 0x100});  // mov rax, [rbx+8]; hlt
    allow(kBase, Access::None);
    const auto fault = guest_.run_to<exits::MemoryFault>();
    EXPECT_EQ(fault.at, GuestPhys{kBase + 0x108});
    EXPECT_EQ(fault.write, false);
}

TEST_F(SoftRights, OfTwoAccessesTheOneAtFaultIsTold)
{
    start({0x48, 0xA5, 0xF4}, {.rsi = kBase + 8, .rdi = kBase + kPageSize + 16});  // movsq; hlt
    allow(kBase, Access::Read);
    allow(kBase + kPageSize, Access::Read);
    const auto fault = guest_.run_to<exits::MemoryFault>();
    EXPECT_EQ(fault.at, GuestPhys{kBase + kPageSize + 16});
    EXPECT_EQ(fault.write, true);
}

TEST_F(SoftRights, PageTablesThatCannotBeReadAreAPageFault)
{
    constexpr std::uint64_t kPdpt = 0x3000, kPresent = 0b111;
    start({0x48, 0x8B, 0x03, 0xF4}, {.rbx = 1_GiB + 0x123});  // mov rax, [rbx]; hlt
    guest_.store(kPdpt + 8, kBase | kPresent);                // the directory of the second GiB
    allow(kBase, Access::None);
    EXPECT_EQ(guest_.run_to_handler().vector, x86::kPageFault);
    EXPECT_EQ(guest_.vcpu().system_registers().cr2 / kPageSize, 1_GiB / kPageSize);
}

TEST_F(SoftRights, PageTablesThatCannotBeMarkedAreUsedAsTheyAre)
{
    constexpr std::uint64_t kPdpt = 0x3000, kPresent = 0b111, kLarge = 1u << 7;
    start({0x48, 0x8B, 0x03, 0x48, 0x89, 0x03, 0xF4}, {.rbx = 1_GiB + kCode});  // mov rax, [rbx]; mov [rbx], rax; hlt
    guest_.store(kPdpt + 8, kBase | kPresent);
    const std::uint64_t directory = kPresent | kLarge;
    std::memcpy(memory_.bytes().data(), &directory, sizeof directory);
    allow(kBase, Access::Read);
    guest_.run_to<exits::Halt>();
    EXPECT_EQ(guest_.registers().rax, guest_.load<std::uint64_t>(kCode));
}

TEST_F(SoftRights, RulesOfPagingBeyondTheTablesAreKept)
{
    constexpr std::uint64_t kSmap = 1u << 21;
    start({0x48, 0x8B, 0x03, 0xF4}, {.rbx = kBase + 0x10});  // mov rax, [rbx]; hlt
    change_system([](x86::SystemRegisters& system) { system.cr4 = Flags<x86::Cr4>{system.cr4.word() | kSmap}; });
    allow(kBase + kPageSize, Access::None);
    // Ring 0 may not touch ring 3's pages, and all are: neither the operand nor what a handler needs.
    EXPECT_EQ(guest_.run_to<exits::Shutdown>().first.value_or(x86::Exception{}).vector, x86::kPageFault);
}

TEST_F(SoftRights, TablesAndStacksOfTheProcessorHeedThem)
{
    for (const Access access : {Access::None, Access::Read}) {
        start({0x0F, 0x0B}, {});  // ud2
        auto registers = guest_.registers();
        registers.rsp = kBase + kPageSize;
        guest_.vcpu().set_registers(registers);
        allow(kBase, access);
        const auto stop = guest_.run_to<exits::CannotExecute>();
        EXPECT_NE(stop.reason.find("0x400"), std::string::npos) << stop.reason;
    }
    start({0x0F, 0x0B}, {});
    change_system([](auto& system) { system.idt.base = kBase; });
    allow(kBase, Access::None);
    guest_.run_to<exits::CannotExecute>();
}

TEST_F(SoftRights, StringsOfPortsHeedThem)
{
    start({0xF3, 0x6E, 0xF4}, {.rcx = 8, .rdx = 0x80, .rsi = kBase + kPageSize - 4});  // rep outsb; hlt
    allow(kBase + kPageSize, Access::None);
    EXPECT_EQ(guest_.run_to<exits::PortOut>().data.size(), 4u);
    EXPECT_EQ(guest_.run_to<exits::MemoryFault>().at, GuestPhys{kBase + kPageSize});
    start({0x6C, 0xF4}, {.rdx = 0x80, .rdi = kBase + 5});  // insb; hlt
    allow(kBase, Access::Read);
    const auto fault = guest_.run_to<exits::MemoryFault>();
    EXPECT_EQ(fault.at, GuestPhys{kBase + 5});
    EXPECT_EQ(fault.write, true);
}

TEST_F(SoftRights, RightsComeAndGoAThousandTimes)
{
    start({0x48, 0xFF, 0x03, 0xF4}, {.rbx = kBase + 8});  // inc qword [rbx]; hlt
    const engine::Entered entered{guest_.vcpu(), engine::kNever};
    for (int i = 0; i < 1000; ++i) {
        auto registers = guest_.registers();
        registers.rip = kCode;
        guest_.vcpu().set_registers(registers);
        allow(kBase, i % 3 == 0 ? Access::None : i % 3 == 1 ? Access::Read : Access::ReadWrite);
        const engine::Exit exit = guest_.vcpu().run();
        ASSERT_EQ(std::holds_alternative<exits::Halt>(exit), i % 3 == 2) << i << test::EngineGuest::describe(exit);
    }
    allow(kBase, Access::ReadWrite);
    std::uint64_t count = 0;
    std::memcpy(&count, memory_.bytes().data() + 8, sizeof count);
    EXPECT_EQ(count, 333u);
}

TEST_F(SoftRights, MemoryElsewhereIsRefusedOnceThereIsAProcessor)
{
    start({0xF4}, {});
    Mapping more = Mapping::anonymous(kPageSize, kPageSize);
    EXPECT_THROW(guest_.vm().add_memory({64_MiB}, more.bytes(), true), Error);
    EXPECT_THROW(guest_.vm().add_memory({kBase}, more.bytes(), true), Error) << "other host memory";
    guest_.vm().remove_memory({kBase + kPageSize}, kPageSize);
    guest_.vm().add_memory({kBase}, memory_.bytes(), true);
    guest_.run_to<exits::Halt>();
}

}  // namespace
}  // namespace husk::soft
