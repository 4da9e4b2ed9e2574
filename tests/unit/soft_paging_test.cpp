// Paging on the software engine: translation, rights, and the bits that a processor sets in the tables.
#include "engine/soft/vm.hpp"
#include "support/engine_guest.hpp"
#include "x86/paging.hpp"

#include <gtest/gtest.h>

namespace husk {
namespace {

namespace exits = engine::exits;
using test::kCode;
using x86::Mode;
using x86::PageBit;

constexpr std::uint64_t kPml4 = 0x2000, kPd = 0x4000, kPt = 0xC000;
constexpr auto kTable = PageBit::PRESENT | PageBit::RW | PageBit::USER;

/// Long mode whose second 2 MiB (which are no memory) are mapped by 4 KiB pages that the test fills in.
class SoftPaging : public testing::Test {
protected:
    void start(std::initializer_list<unsigned> code)
    {
        guest.start(Mode::Long, code);
        guest.catch_exceptions();
        guest.store<std::uint64_t>(kPd + 8, kPt | kTable.word());
    }
    void map(unsigned page, std::uint64_t to, Flags<PageBit> flags)
    {
        guest.store<std::uint64_t>(kPt + 8 * page, to | flags.word());
    }
    Flags<PageBit> entry(unsigned page) { return Flags<PageBit>{guest.load<std::uint64_t>(kPt + 8 * page)}; }
    std::uint32_t page_fault()
    {
        const test::Caught fault = guest.run_to_handler();
        EXPECT_EQ(fault.vector, 14u);
        return fault.error_code.value_or(~0u);
    }

    test::EngineGuest guest{soft::make_vm()};
};

// mov eax, [0x200000]; mov [0x201000], eax
constexpr std::initializer_list<unsigned> kCopy{0x8B, 0x04, 0x25, 0, 0, 0x20, 0, 0x89, 0x04, 0x25, 0, 0x10, 0x20, 0, 0xF4};
constexpr std::initializer_list<unsigned> kWrite{0x89, 0x04, 0x25, 0, 0, 0x20, 0, 0xF4};  // mov [0x200000], eax
constexpr std::initializer_list<unsigned> kJump{0xB8, 0, 0, 0x20, 0, 0xFF, 0xE0};         // mov eax, 0x200000; jmp rax

TEST_F(SoftPaging, AddressesAreTranslated)
{
    guest.store<std::uint32_t>(0xE000, 0x1234'5678);
    start(kCopy);
    map(0, 0xE000, kTable);
    map(1, 0xF000, kTable);
    guest.run_to<exits::Halt>();
    EXPECT_EQ(guest.load<std::uint32_t>(0xF000), 0x1234'5678u);
}

TEST_F(SoftPaging, AccessedAndDirtyAreSet)
{
    start(kCopy);
    map(0, 0xE000, kTable);
    map(1, 0xF000, kTable);
    map(2, 0xF000, kTable);
    guest.run_to<exits::Halt>();
    EXPECT_EQ(entry(0), kTable | PageBit::ACCESSED | Flags<PageBit>{0xE000});
    EXPECT_EQ(entry(1), kTable | PageBit::ACCESSED | PageBit::DIRTY | Flags<PageBit>{0xF000});
    EXPECT_EQ(entry(2), kTable | Flags<PageBit>{0xF000});
    EXPECT_TRUE(Flags<PageBit>{guest.load<std::uint64_t>(kPml4)}.has(PageBit::ACCESSED));
}

TEST_F(SoftPaging, ReadFirstThenWriteSetsDirty)
{
    start({0x8B, 0x04, 0x25, 0, 0, 0x20, 0, 0x8B, 0x04, 0x25, 0, 0, 0x20, 0, 0xE6, 0x10, 0x89, 0x04, 0x25, 0, 0, 0x20, 0, 0xF4});
    map(0, 0xE000, kTable);
    guest.run_to<exits::PortOut>();
    EXPECT_FALSE(entry(0).has(PageBit::DIRTY));
    guest.run_to<exits::Halt>();
    EXPECT_TRUE(entry(0).has(PageBit::DIRTY));
}

TEST_F(SoftPaging, ReadOnlyPages)
{
    start(kWrite);  // CR0.WP is on
    map(0, 0xE000, PageBit::PRESENT | PageBit::USER);
    EXPECT_EQ(page_fault(), 3u);  // present, write

    start(kWrite);
    auto system = guest.vcpu().system_registers();
    system.cr0 = system.cr0.without(x86::Cr0::WP);
    guest.vcpu().set_system_registers(system);
    guest.run_to<exits::Halt>();
}

TEST_F(SoftPaging, PagesOfRing0)
{
    start(kCopy);
    map(0, 0xE000, PageBit::PRESENT | PageBit::RW);
    guest.to_ring_3();
    EXPECT_EQ(page_fault(), 5u);  // present, user
}

TEST_F(SoftPaging, PagesWithoutExecution)
{
    guest.store<std::uint8_t>(0xE000, 0xF4);
    start(kJump);
    map(0, 0xE000, kTable | PageBit::NX);
    EXPECT_EQ(page_fault(), 9u);  // present, reserved bit: EFER.NXE is off

    start(kJump);
    auto system = guest.vcpu().system_registers();
    system.efer |= x86::Efer::NXE;
    guest.vcpu().set_system_registers(system);
    EXPECT_EQ(page_fault(), 0x11u);  // present, fetch

    start(kJump);
    map(0, 0xE000, kTable);
    guest.run_to<exits::Halt>();
    EXPECT_EQ(guest.registers().rip, 0x20'0001u);
}

TEST_F(SoftPaging, ChangedTablesAreSeenAfterInvlpg)
{
    guest.store<std::uint32_t>(0xE000, 1);
    guest.store<std::uint32_t>(0xF000, 2);
    start({0x8B, 0x1C, 0x25, 0,    0, 0x20, 0,                            // mov ebx, [0x200000]
           0x48, 0xC7, 0x04, 0x25, 0, 0xC0, 0,    0,   0x07, 0xF0, 0, 0,  // mov qword [kPt], 0xF007
           0x0F, 0x01, 0x3C, 0x25, 0, 0,    0x20, 0,                      // invlpg [0x200000]
           0x8B, 0x0C, 0x25, 0,    0, 0x20, 0,    0xF4});                 // mov ecx, [0x200000]
    map(0, 0xE000, kTable);
    guest.run_to<exits::Halt>();
    EXPECT_EQ(guest.registers().rbx, 1u);
    EXPECT_EQ(guest.registers().rcx, 2u);
}

TEST_F(SoftPaging, TablesThatAreNotThereAreAPageFault)
{
    start(kCopy);
    guest.store<std::uint64_t>(kPd + 8, 0xF0'0000 | kTable.word());  // a page table where there is no memory
    EXPECT_EQ(page_fault(), 0u);
}

TEST_F(SoftPaging, PushedFlagsDoNotShowTheStep)
{
    start({0xBC, 0x00, 0x10, 0x20, 0x00, 0x9C, 0x58, 0xF4});  // mov esp, 0x201000; pushf (its page's first use); pop rax
    map(0, 0xE000, kTable);
    guest.run_to<exits::Halt>();
    EXPECT_EQ(guest.registers().rax, 2u);
}

}  // namespace
}  // namespace husk
