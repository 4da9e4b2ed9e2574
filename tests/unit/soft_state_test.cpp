// State into the software engine and out of it: hidden parts of segments too, and what the guest changes.
#include "engine/soft/vm.hpp"
#include "support/engine_guest.hpp"
#include "x86/modes.hpp"

#include <gtest/gtest.h>

namespace husk {
namespace {

namespace exits = engine::exits;
using test::kCode;
using test::kData;
using x86::Mode;

class SoftState : public testing::Test {
protected:
    test::EngineGuest guest{soft::make_vm()};
};

TEST_F(SoftState, RoundTripInEveryModeWhateverCameBefore)
{
    const x86::State states[] = {x86::real_mode(0x1'2345, 0x8000), x86::protected_mode(0x1000, 0x8000),
                                 x86::paged_mode(0x1000, 0x8000, GuestPhys{0x2000}),
                                 x86::long_mode(0x1000, 0x8000, GuestPhys{0x2000})};
    for (const auto& before : states) {
        for (const auto& state : states) {
            guest.vcpu().set_system_registers(before.system);
            guest.vcpu().set_system_registers(state.system);
            guest.vcpu().set_registers(state.registers);
            auto expected = state.system;
            EXPECT_EQ(guest.vcpu().system_registers(), expected);
            EXPECT_EQ(guest.registers(), state.registers);
        }
    }
}

TEST_F(SoftState, RoundTripOfOddSegments)
{
    x86::SystemRegisters system = x86::protected_mode(0x1000, 0x8000).system;
    system.fs = {.base = 0x1234'5678'9ABC,
                 .limit = 0xFFF,
                 .selector = 0x2B,
                 .type = 7,
                 .dpl = 3,
                 .present = true,
                 .code_or_data = true,
                 .available = true,
                 .big = true};
    system.gs = {.unusable = true};
    system.ldt = {.base = 0x5000, .limit = 0x7F, .selector = 0x30, .type = 2, .present = true};
    system.gdt = {.base = 0xFFFF'8000'0000'1000, .limit = 0x57};
    system.idt = {.base = 0x6000, .limit = 0xFFF};
    system.cr2 = 0xDEAD'BEEF;
    system.cr8 = 5;
    guest.vcpu().set_system_registers(system);
    EXPECT_EQ(guest.vcpu().system_registers(), system);
}

TEST_F(SoftState, RoundTripOfGeneralRegisters)
{
    guest.start(Mode::Long, {0xF4});
    x86::Registers registers{.rax = 1,
                             .rbx = 2,
                             .rcx = 3,
                             .rdx = 4,
                             .rsi = 5,
                             .rdi = 6,
                             .rsp = 7,
                             .rbp = 8,
                             .r8 = 9,
                             .r9 = 10,
                             .r10 = 11,
                             .r11 = 12,
                             .r12 = 13,
                             .r13 = 14,
                             .r14 = 15,
                             .r15 = ~0ull,
                             .rip = kCode,
                             .rflags = Flags<x86::Rflags>{0x4'0CD7}};
    guest.vcpu().set_registers(registers);
    EXPECT_EQ(guest.registers(), registers);
    guest.run_to<exits::Halt>();
    ++registers.rip;
    EXPECT_EQ(guest.registers(), registers);
}

TEST_F(SoftState, SegmentsTheGuestLoads)
{
    // A descriptor of data at 0x123000, 64 KiB, at selector 0x18 of a table at kData.
    guest.store<std::uint64_t>(kData + 0x18, 0x0040'9312'3000'FFFF);
    guest.start(Mode::Protected, {0xB8, 0x18, 0, 0, 0, 0x8E, 0xE0, 0x8E, 0xC0,    // mov eax, 0x18; mov fs, eax; mov es, eax
                                  0x64, 0xC6, 0x05, 0x04, 0, 0, 0, 0x5A, 0xF4});  // mov byte [fs:4], 0x5A
    auto system = guest.vcpu().system_registers();
    system.gdt = {.base = kData, .limit = 0x1F};
    guest.vcpu().set_system_registers(system);
    guest.run_to<exits::Halt>();
    const x86::Segment loaded{
        .base = 0x12'3000, .limit = 0xFFFF, .selector = 0x18, .type = 3, .present = true, .code_or_data = true, .big = true};
    EXPECT_EQ(guest.vcpu().system_registers().fs, loaded);
    EXPECT_EQ(guest.vcpu().system_registers().es, loaded);
    EXPECT_EQ(guest.load<std::uint8_t>(0x12'3004), 0x5A);
}

TEST_F(SoftState, TheGuestEntersProtectedModeFromRealMode)
{
    guest.store<std::uint64_t>(kData + 8, 0x00CF'9B00'0000'FFFF);
    guest.store<std::uint64_t>(kData + 16, 0x00CF'9300'0000'FFFF);
    guest.store<std::uint16_t>(0xA000, 0x17);
    guest.store<std::uint32_t>(0xA002, kData);
    guest.start(Mode::Real, {0x0F, 0x01, 0x16, 0x00, 0xA0,                               // lgdt [0xA000]
                             0x0F, 0x20, 0xC0, 0x66, 0x83, 0xC8, 0x01,                   // mov eax, cr0; or eax, 1
                             0x0F, 0x22, 0xC0,                                           // mov cr0, eax
                             0x66, 0xEA, 0x17, 0x80, 0,    0,    0x08, 0,                // jmp 8:0x8017
                             0x66, 0xB8, 0x10, 0,    0x8E, 0xD8,                         // 32-bit: mov ax, 16; mov ds, ax
                             0xC7, 0x05, 0x00, 0xB0, 0,    0,    42,   0, 0, 0, 0xF4});  // mov dword [0xB000], 42
    guest.run_to<exits::Halt>();
    const auto system = guest.vcpu().system_registers();
    EXPECT_TRUE(system.cr0.has(x86::Cr0::PE));
    EXPECT_EQ(system.cs.selector, 8);
    EXPECT_TRUE(system.cs.big);
    EXPECT_EQ(system.ds.limit, 0xFFFF'FFFFu);
    EXPECT_EQ(system.gdt, (x86::DescriptorTable{.base = kData, .limit = 0x17}));
    EXPECT_EQ(guest.load<std::uint32_t>(0xB000), 42u);
}

TEST_F(SoftState, StateMovesToAnotherVirtualMachineInTheMiddle)
{
    guest.start(Mode::Long, {0xB8, 40, 0, 0, 0, 0xE6, 0x10, 0xFF, 0xC0, 0xFF, 0xC0, 0xE6, 0x10, 0xF4});
    guest.run_to<exits::PortOut>();
    guest.settle();
    test::EngineGuest other{soft::make_vm()};
    other.start(Mode::Long, {});
    other.write(0, guest.memory().regions().front().host);
    other.vcpu().set_system_registers(guest.vcpu().system_registers());
    other.vcpu().set_registers(guest.registers());
    EXPECT_EQ(test::number(other.run_to<exits::PortOut>().data), 42u);
}

}  // namespace
}  // namespace husk
