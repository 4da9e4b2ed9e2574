// Instructions that the software engine executes itself: SYSCALL, SYSENTER, MOV with CR8; string I/O by the page.
#include "engine/soft/vm.hpp"
#include "support/engine_guest.hpp"

#include <gtest/gtest.h>

namespace husk {
namespace {

namespace exits = engine::exits;
using test::kCode;
using test::kData;
using x86::Mode;
using x86::Rflags;

class SoftExecute : public testing::Test {
protected:
    void start(Mode mode, std::initializer_list<unsigned> code)
    {
        guest.start(mode, code);
        guest.catch_exceptions();
    }
    void set(std::uint64_t x86::Registers::*reg, std::uint64_t value)
    {
        auto registers = guest.registers();
        registers.*reg = value;
        guest.vcpu().set_registers(registers);
    }

    test::EngineGuest guest{soft::make_vm()};
};

// mov ecx, 0xC0000080; mov eax, 1 (SCE) | LME | LMA; xor edx, edx; wrmsr;
// mov ecx, 0xC0000081; mov edx, 0x00130008; wrmsr (STAR); inc ecx; mov eax, 0x5042; xor edx, edx; wrmsr (LSTAR);
// mov ecx, 0xC0000084; mov eax, 0x100 + 1; wrmsr (FMASK: TF, CF); stc; syscall
constexpr std::initializer_list<unsigned> kSyscall{0xB9, 0x80, 0,    0,    0xC0, 0xB8, 1,    5,    0,    0,    0x31, 0xD2, 0x0F,
                                                   0x30, 0xB9, 0x81, 0,    0,    0xC0, 0xBA, 8,    0,    0x13, 0,    0x0F, 0x30,
                                                   0xFF, 0xC1, 0xB8, 0x42, 0x50, 0,    0,    0x31, 0xD2, 0x0F, 0x30, 0xB9, 0x84,
                                                   0,    0,    0xC0, 0xB8, 1,    1,    0,    0,    0x0F, 0x30, 0xF9, 0x0F, 0x05};

TEST_F(SoftExecute, SyscallGoesWhereItsRegistersSay)
{
    start(Mode::Long, kSyscall);
    guest.run_to<exits::Halt>();
    const auto registers = guest.registers();
    const auto system = guest.vcpu().system_registers();
    EXPECT_EQ(registers.rip, 0x5043u);
    EXPECT_EQ(registers.rcx, kCode + kSyscall.size());
    EXPECT_EQ(registers.r11 & 1, 1u) << "the flags from before";
    EXPECT_FALSE(registers.rflags.has(Rflags::CF)) << "are masked";
    EXPECT_EQ(system.cs.selector, 8);
    EXPECT_TRUE(system.cs.long_code);
    EXPECT_EQ(system.ss.selector, 0x10);
}

TEST_F(SoftExecute, SyscallIsInvalidUntilItIsOnAndOutside64BitCode)
{
    start(Mode::Long, {0x0F, 0x05});
    EXPECT_EQ(guest.run_to_handler().vector, 6u);
    start(Mode::Protected, {0x0F, 0x05});
    EXPECT_EQ(guest.run_to_handler().vector, 6u);
}

TEST_F(SoftExecute, SysenterGoesWhereItsRegistersSay)
{
    // mov ecx, 0x174; mov eax, 8; xor edx, edx; wrmsr; inc ecx; mov eax, 0x9800; wrmsr; inc ecx; mov eax, 0x5042; wrmsr; sysenter
    start(Mode::Protected, {0xB9, 0x74, 1, 0, 0,    0xB8, 8,    0,    0,    0,    0x31, 0xD2, 0x0F, 0x30, 0x41, 0xB8,
                            0,    0x98, 0, 0, 0x0F, 0x30, 0x41, 0xB8, 0x42, 0x50, 0,    0,    0x0F, 0x30, 0x0F, 0x34});
    guest.run_to<exits::Halt>();
    EXPECT_EQ(guest.registers().rip, 0x5043u);
    EXPECT_EQ(guest.registers().rsp, 0x9800u);
    EXPECT_EQ(guest.vcpu().system_registers().ss.selector, 0x10);
}

TEST_F(SoftExecute, SysenterNeedsASelectorAndProtection)
{
    start(Mode::Protected, {0x0F, 0x34});
    const auto fault = guest.run_to_handler();
    EXPECT_EQ(fault.vector, 13u);
    EXPECT_EQ(fault.error_code, 0u);
    start(Mode::Real, {0x0F, 0x34});
    EXPECT_EQ(guest.run_to_handler().vector, 13u);
}

TEST_F(SoftExecute, Cr8IsRememberedAndChecked)
{
    start(Mode::Long, {0x41, 0xB9, 5, 0, 0, 0, 0x45, 0x0F, 0x22, 0xC1,  // mov r9d, 5; mov cr8, r9
                       0x44, 0x0F, 0x20, 0xC3, 0xF4});                  // mov rbx, cr8; hlt
    guest.run_to<exits::Halt>();
    EXPECT_EQ(guest.registers().rbx, 5u);
    EXPECT_EQ(guest.vcpu().system_registers().cr8, 5u);
    start(Mode::Long, {0xB8, 16, 0, 0, 0, 0x44, 0x0F, 0x22, 0xC0});  // mov cr8, rax
    EXPECT_EQ(guest.run_to_handler().vector, 13u);
    start(Mode::Long, {0x44, 0x0F, 0x20, 0xC0});
    guest.to_ring_3();
    EXPECT_EQ(guest.run_to_handler().vector, 13u) << "ring 3 has none";
}

TEST_F(SoftExecute, AStringOutGoesByThePage)
{
    start(Mode::Long, {0xF3, 0x6E, 0xF4});
    set(&x86::Registers::rsi, kData + 0xFF0);
    set(&x86::Registers::rcx, 0x20);
    set(&x86::Registers::rdx, 0x10);
    EXPECT_EQ(guest.run_to<exits::PortOut>().data.size(), 0x10u);
    EXPECT_EQ(guest.registers().rcx, 0x10u);
    EXPECT_EQ(guest.registers().rip, kCode) << "not over yet";
    EXPECT_EQ(guest.run_to<exits::PortOut>().data.size(), 0x10u);
    EXPECT_EQ(guest.registers().rip, kCode + 2);
    guest.run_to<exits::Halt>();
}

TEST_F(SoftExecute, AStringOutTakesItsSegment)
{
    guest.store<std::uint8_t>(0x9123, 'x');
    start(Mode::Real, {0x26, 0x6E, 0xF4});  // outsb from ES
    auto system = guest.vcpu().system_registers();
    system.es.selector = 0x900;
    system.es.base = 0x9000;
    guest.vcpu().set_system_registers(system);
    set(&x86::Registers::rsi, 0xAB'0123);
    EXPECT_EQ(test::number(guest.run_to<exits::PortOut>().data), 'x');
    EXPECT_EQ(guest.registers().rsi, 0xAB'0124u);
}

TEST_F(SoftExecute, AStringInMayChangeTheCodeThatRan)
{
    // call code that is about to change, read four bytes over it, call it again
    start(Mode::Long, {0xE8, 0x1A, 0,    0, 0,                    // call 0x801F
                       0xBF, 0x1F, 0x80, 0, 0, 0xB9, 4, 0, 0, 0,  // mov edi, 0x801F; mov ecx, 4
                       0xF3, 0x6C,                                // rep insb
                       0xE8, 0x09, 0,    0, 0, 0xF4});            // call 0x801F; hlt
    guest.store<std::uint32_t>(0x801F, 0xC301'B0);                // mov al, 1; ret
    test::answer(guest.run_to<exits::PortIn>().data, 0xC302'B0);
    guest.run_to<exits::Halt>();
    EXPECT_EQ(guest.registers().rax & 0xFF, 2u);
}

TEST_F(SoftExecute, AStringInStopsWhereItsMemoryEnds)
{
    constexpr std::uint64_t kPd = 0x4000, kPt = 0xC000, kPresentWritable = 3;
    start(Mode::Long, {0xF3, 0x6C, 0xF4});
    guest.store(kPd + 8, kPt | kPresentWritable);
    guest.store<std::uint64_t>(kPt, 0xE000 | kPresentWritable);
    guest.store<std::uint64_t>(kPt + 8, 0);
    set(&x86::Registers::rdi, 0x20'0FFE);
    set(&x86::Registers::rcx, 4);
    EXPECT_EQ(guest.run_to<exits::PortIn>().data.size(), 2u);
    const auto fault = guest.run_to_handler();
    EXPECT_EQ(fault.vector, 14u);
    EXPECT_EQ(fault.error_code, 2u);
    EXPECT_EQ(fault.rip, kCode);
    EXPECT_EQ(guest.registers().rcx, 2u) << "what is done stays done";
    EXPECT_EQ(guest.vcpu().system_registers().cr2, 0x20'1000u);
}

}  // namespace
}  // namespace husk
