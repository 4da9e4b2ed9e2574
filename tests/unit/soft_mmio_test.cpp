// Memory that is not there, on the software engine: each access leaves the guest once, whole, and with exact registers.
#include "engine/soft/vm.hpp"
#include "support/engine_guest.hpp"

#include <gtest/gtest.h>

namespace husk {
namespace {

namespace exits = engine::exits;
using test::kData;
using test::kHole;
using x86::Mode;

class SoftMmio : public testing::Test {
protected:
    void expect_read(std::uint64_t at, std::size_t size, std::uint64_t answer)
    {
        const auto read = guest.run_to<exits::MmioRead>();
        EXPECT_EQ(read.at.value, at);
        EXPECT_EQ(read.data.size(), size);
        test::answer(read.data, answer);
    }
    void expect_write(std::uint64_t at, std::size_t size, std::uint64_t value)
    {
        const auto write = guest.run_to<exits::MmioWrite>();
        EXPECT_EQ(write.at.value, at);
        EXPECT_EQ(write.data.size(), size);
        EXPECT_EQ(test::number(write.data), value);
    }
    void set_rdi(std::uint64_t value)
    {
        auto registers = guest.registers();
        registers.rdi = value;
        guest.vcpu().set_registers(registers);
    }

    test::EngineGuest guest{soft::make_vm()};
};

TEST_F(SoftMmio, ReadsOfEachWidth)
{
    guest.start(Mode::Long, {0x8A, 0x07,        // mov al, [rdi]
                             0x66, 0x8B, 0x1F,  // mov bx, [rdi]
                             0x8B, 0x0F,        // mov ecx, [rdi]
                             0x48, 0x8B, 0x17,  // mov rdx, [rdi]
                             0xF4});
    set_rdi(kHole + 8);
    constexpr std::uint64_t kValue = 0x1122'3344'5566'7788;
    for (const std::size_t size : {1, 2, 4, 8}) expect_read(kHole + 8, size, kValue);
    guest.run_to<exits::Halt>();
    EXPECT_EQ(guest.registers().rax, 0x88u);
    EXPECT_EQ(guest.registers().rbx, 0x7788u);
    EXPECT_EQ(guest.registers().rcx, 0x5566'7788u);
    EXPECT_EQ(guest.registers().rdx, kValue);
}

TEST_F(SoftMmio, WritesOfEachWidth)
{
    guest.start(Mode::Long, {0x48, 0xB8, 0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11,  // mov rax, …
                             0x88, 0x07, 0x66, 0x89, 0x07, 0x89, 0x07, 0x48, 0x89, 0x07, 0xF4});
    set_rdi(kHole);
    expect_write(kHole, 1, 0x88);
    expect_write(kHole, 2, 0x7788);
    expect_write(kHole, 4, 0x5566'7788);
    expect_write(kHole, 8, 0x1122'3344'5566'7788);
    guest.run_to<exits::Halt>();
}

TEST_F(SoftMmio, UnalignedAccessesAreOne)
{
    guest.start(Mode::Long, {0x8B, 0x07, 0x89, 0x47, 0x10, 0x48, 0x8B, 0x5F, 0x20, 0xF4});
    set_rdi(kHole + 3);
    expect_read(kHole + 3, 4, 0xAABB'CCDD);
    expect_write(kHole + 0x13, 4, 0xAABB'CCDD);
    expect_read(kHole + 0x23, 8, 0x0102'0304'0506'0708);
    guest.run_to<exits::Halt>();
    EXPECT_EQ(guest.registers().rbx, 0x0102'0304'0506'0708u);
}

TEST_F(SoftMmio, PollingReadsAgainEachTime)
{
    guest.start(Mode::Protected, {0x83, 0x3F, 0x03,  // again: cmp dword [edi], 3
                                  0x75, 0xFB,        // jne again
                                  0xF4});
    set_rdi(kHole);
    for (std::uint64_t i = 0; i <= 3; ++i) expect_read(kHole, 4, i);
    guest.run_to<exits::Halt>();
}

TEST_F(SoftMmio, ReadModifyWrite)
{
    guest.start(Mode::Long, {0x48, 0x83, 0x0F, 0x01,  // or qword [rdi], 1
                             0xF0, 0xFF, 0x07,        // lock inc dword [rdi]
                             0x87, 0x07,              // xchg [rdi], eax
                             0xF4});
    set_rdi(kHole);
    expect_read(kHole, 8, 0xF0);
    expect_write(kHole, 8, 0xF1);
    expect_read(kHole, 4, 7);
    expect_write(kHole, 4, 8);
    expect_read(kHole, 4, 9);
    expect_write(kHole, 4, 0);
    guest.run_to<exits::Halt>();
    EXPECT_EQ(guest.registers().rax, 9u);
}

TEST_F(SoftMmio, StringsBetweenMemoryAndDevice)
{
    guest.store<std::uint32_t>(kData, 0x1111);
    guest.store<std::uint32_t>(kData + 4, 0x2222);
    guest.start(Mode::Long, {0xF3, 0xA5, 0xF4});  // rep movsd
    auto registers = guest.registers();
    registers.rsi = kData;
    registers.rdi = kHole;
    registers.rcx = 2;
    guest.vcpu().set_registers(registers);
    expect_write(kHole, 4, 0x1111);
    expect_write(kHole + 4, 4, 0x2222);
    guest.run_to<exits::Halt>();
    EXPECT_EQ(guest.registers().rcx, 0u);

    guest.start(Mode::Long, {0xF3, 0xA5, 0xF4});
    registers.rsi = kHole;
    registers.rdi = kData;
    guest.vcpu().set_registers(registers);
    expect_read(kHole, 4, 0x3333);
    expect_read(kHole + 4, 4, 0x4444);
    guest.run_to<exits::Halt>();
    EXPECT_EQ(guest.load<std::uint64_t>(kData), 0x4444'0000'3333u);
}

TEST_F(SoftMmio, VectorRegistersGoInHalves)
{
    guest.start(Mode::Long, {0x0F, 0x10, 0x07, 0x0F, 0x11, 0x47, 0x10, 0xF4});  // movups xmm0, [rdi]; movups [rdi + 16], xmm0
    auto system = guest.vcpu().system_registers();
    system.cr4 |= x86::Cr4::OSFXSR;
    guest.vcpu().set_system_registers(system);
    set_rdi(kHole);
    expect_read(kHole, 8, 0x1111'1111'1111);
    expect_read(kHole + 8, 8, 0x2222'2222'2222);
    expect_write(kHole + 0x10, 8, 0x1111'1111'1111);
    expect_write(kHole + 0x18, 8, 0x2222'2222'2222);
    guest.run_to<exits::Halt>();
}

TEST_F(SoftMmio, FlagsAndRegistersAreExactInTheMiddleOfABlock)
{
    guest.start(Mode::Protected, {0x31, 0xC0, 0x83, 0xE8, 0x01,  // xor eax, eax; sub eax, 1
                                  0x8B, 0x0F,                    // mov ecx, [edi]
                                  0x0F, 0x92, 0xC3, 0xF4});      // setc bl
    set_rdi(kHole);
    const auto read = guest.run_to<exits::MmioRead>();
    EXPECT_EQ(guest.registers().rip, test::kCode + 5);
    EXPECT_EQ(guest.registers().rflags.word(), 0x97u);
    test::answer(read.data, 0x1234);
    guest.settle();
    EXPECT_EQ(guest.registers().rip, test::kCode + 7);
    EXPECT_EQ(guest.registers().rcx, 0x1234u);
    EXPECT_EQ(guest.registers().rbx, 0u);
    guest.run_to<exits::Halt>();
    EXPECT_EQ(guest.registers().rbx, 1u);
}

TEST_F(SoftMmio, SettledReadModifyWriteStillWrites)
{
    guest.start(Mode::Protected, {0xFF, 0x07, 0xF4});  // inc dword [edi]
    set_rdi(kHole);
    expect_read(kHole, 4, 41);
    guest.settle();
    expect_write(kHole, 4, 42);
    guest.settle();
    EXPECT_EQ(guest.registers().rip, test::kCode + 2);
    guest.run_to<exits::Halt>();
}

TEST_F(SoftMmio, AcrossTheEndOfMemory)
{
    guest.store<std::uint16_t>(0x1F'FFFE, 0x2211);
    guest.start(Mode::Protected, {0x8B, 0x07, 0xF4});
    set_rdi(0x1F'FFFE);
    const auto read = guest.run_to<exits::MmioRead>();
    EXPECT_EQ(read.at.value, 0x20'0000u);
    test::answer(read.data, 0x4433);
    guest.run_to<exits::Halt>();
    EXPECT_EQ(guest.registers().rax, 0x4433'2211u);
}

TEST_F(SoftMmio, AtTheTopOfTheAddressSpace)
{
    guest.start(Mode::Protected, {0xA1, 0xFC, 0xFF, 0xFF, 0xFF, 0xF4});  // mov eax, [0xFFFFFFFC]
    expect_read(0xFFFF'FFFC, 4, 5);
    guest.run_to<exits::Halt>();
    EXPECT_EQ(guest.registers().rax, 5u);
}

TEST_F(SoftMmio, CodeThatIsNotThereCannotBeExecuted)
{
    guest.start(Mode::Protected, {0xE9, 0xFB, 0x7F, 0x2F, 0x00});  // jmp kHole
    EXPECT_EQ(guest.run_to<exits::CannotExecute>().reason, "instruction fetch from 0x300000, where there is no memory");
    EXPECT_EQ(guest.registers().rip, kHole);
}

TEST_F(SoftMmio, FarAboveMemoryInLongMode)
{
    guest.start(Mode::Long, {0x48, 0x8B, 0x07, 0xF4});
    set_rdi(0xF0'0000);  // mapped, and not memory
    expect_read(0xF0'0000, 8, 1);
    guest.run_to<exits::Halt>();
}

}  // namespace
}  // namespace husk
