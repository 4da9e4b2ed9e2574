// What a guest raises on the software engine: its own handler gets it. And what that engine cannot do.
#include "engine/soft/vm.hpp"
#include "support/engine_guest.hpp"

#include <gtest/gtest.h>

namespace husk {
namespace {

namespace exits = engine::exits;
using test::Caught;
using test::kCode;
using x86::Mode;

class SoftException : public testing::Test {
protected:
    Caught caught(std::initializer_list<unsigned> code, Mode mode = Mode::Long)
    {
        guest.start(mode, code);
        guest.catch_exceptions();
        return guest.run_to_handler();
    }
    std::uint64_t offset() { return guest.registers().rip - kCode; }

    test::EngineGuest guest{soft::make_vm()};
};

constexpr std::uint64_t kResume = 1u << 16;  // RFLAGS.RF

TEST_F(SoftException, DivideError)
{
    const Caught fault = caught({0x40, 0x31, 0xC9, 0xF7, 0xF1}, Mode::Protected);
    EXPECT_EQ(fault.vector, 0u);
    EXPECT_EQ(fault.rip, kCode + 3);
    EXPECT_EQ(fault.cs, 8u);
    EXPECT_EQ(fault.rflags & kResume, kResume);
}

TEST_F(SoftException, InvalidOpcode)
{
    const Caught fault = caught({0x90, 0x0F, 0x0B});
    EXPECT_EQ(fault.vector, 6u);
    EXPECT_EQ(fault.rip, kCode + 1);
}

TEST_F(SoftException, SoftwareInterruptsReturnToTheNextInstruction)
{
    for (const Mode mode : {Mode::Real, Mode::Protected, Mode::Paged, Mode::Long}) {
        const Caught interrupt = caught({0x90, 0xCD, 0x80}, mode);
        EXPECT_EQ(interrupt.vector, 0x80u) << name(mode);
        EXPECT_EQ(interrupt.rip, kCode + 3) << name(mode);
        EXPECT_EQ(interrupt.rflags & kResume, 0u) << name(mode);
        const Caught breakpoint = caught({0xCC}, mode);
        EXPECT_EQ(breakpoint.vector, 3u) << name(mode);
        EXPECT_EQ(breakpoint.rip, kCode + 1) << name(mode);
        const Caught debug = caught({0xF1}, mode);
        EXPECT_EQ(debug.vector, 1u) << name(mode);
        EXPECT_EQ(debug.rip, kCode + 1) << name(mode);
    }
}

TEST_F(SoftException, SoftwareInterruptsOfAnyNumber)
{
    for (const unsigned vector : {0u, 1u, 3u, 6u, 7u, 16u, 255u}) {
        const Caught interrupt = caught({0xCD, vector});
        EXPECT_EQ(interrupt.vector, vector);
        EXPECT_EQ(interrupt.rip, kCode + 2) << vector;
    }
}

TEST_F(SoftException, FaultOfASoftwareInterruptIsAtTheInstruction)
{
    guest.start(Mode::Long, {0x90, 0xCD, 0x80});
    guest.catch_exceptions();
    auto system = guest.vcpu().system_registers();
    system.idt.limit = 0x7FF;  // one gate short
    guest.vcpu().set_system_registers(system);
    const Caught fault = guest.run_to_handler();
    EXPECT_EQ(fault.vector, 13u);
    EXPECT_EQ(fault.rip, kCode + 1);
}

TEST_F(SoftException, IntoNeedsAnOverflow)
{
    const Caught overflow = caught({0xB0, 0x7F, 0x04, 0x01, 0xCE}, Mode::Protected);  // mov al, 0x7F; add al, 1; into
    EXPECT_EQ(overflow.vector, 4u);
    EXPECT_EQ(overflow.rip, kCode + 5);
    EXPECT_EQ(caught({0x31, 0xC0, 0xCE, 0x0F, 0x0B}, Mode::Protected).rip, kCode + 3) << "and goes on without one, to the UD2";
    EXPECT_EQ(caught({0xCE}).vector, 6u) << "64-bit code has none";
}

TEST_F(SoftException, PageFaultWithAddressAndCode)
{
    // mov [0x1234567], eax: above what the tables map
    const Caught write = caught({0x90, 0x89, 0x04, 0x25, 0x67, 0x45, 0x23, 0x01});
    EXPECT_EQ(write.vector, 14u);
    EXPECT_EQ(write.error_code, 2u);
    EXPECT_EQ(write.rip, kCode + 1);
    EXPECT_EQ(guest.vcpu().system_registers().cr2, 0x123'4567u);
    EXPECT_EQ(caught({0x8B, 0x04, 0x25, 0x67, 0x45, 0x23, 0x01}).error_code, 0u);
    EXPECT_EQ(caught({0x8B, 0x05, 0x67, 0x45, 0x23, 0x01}, Mode::Paged).error_code, 0u);
    EXPECT_EQ(guest.vcpu().system_registers().cr2, 0x123'4567u);
}

TEST_F(SoftException, FaultAfterFaultIsNoDoubleFault)
{
    for (int i = 0; i < 3; ++i) EXPECT_EQ(caught({0x8B, 0x04, 0x25, 0x67, 0x45, 0x23, 0x01}).vector, 14u);
}

TEST_F(SoftException, NonCanonicalAddress)
{
    const Caught fault = caught({0x48, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0x80, 0x8B, 0x08});
    EXPECT_EQ(fault.vector, 13u);
    EXPECT_EQ(fault.error_code, 0u);
    EXPECT_EQ(fault.rip, kCode + 10);
}

TEST_F(SoftException, SegmentThatIsNotInTheTable)
{
    const Caught fault = caught({0xB8, 0x40, 0, 0, 0, 0x8E, 0xD8}, Mode::Protected);
    EXPECT_EQ(fault.vector, 13u);
    EXPECT_EQ(fault.error_code, 0x40u);
    EXPECT_EQ(fault.rip, kCode + 5);
}

TEST_F(SoftException, SingleStepTrap)
{
    guest.start(Mode::Protected, {0x40, 0xE6, 0x10, 0x40, 0xF4});
    guest.catch_exceptions();
    auto registers = guest.registers();
    registers.rflags |= x86::Rflags::TF;
    guest.vcpu().set_registers(registers);
    const Caught trap = guest.run_to_handler();
    EXPECT_EQ(trap.vector, 1u);
    EXPECT_EQ(trap.rip, kCode + 1);
    EXPECT_TRUE(Flags<x86::Rflags>{trap.rflags}.has(x86::Rflags::TF));
    EXPECT_FALSE(guest.registers().rflags.has(x86::Rflags::TF));
}

TEST_F(SoftException, SingleStepTrapThatIretTurnsOn)
{
    constexpr unsigned kTarget = kCode + 13;
    const Caught trap = caught({0x68, 0x02, 0x01, 0, 0,                    // push 0x102: TF
                                0x6A, 8,                                   // push 8: CS
                                0x68, kTarget & 0xFF, kTarget >> 8, 0, 0,  // push the address of nop
                                0xCF, 0x90, 0xF4},                         // iret; nop
                               Mode::Protected);
    EXPECT_EQ(trap.vector, 1u);
    EXPECT_EQ(trap.rip, kTarget + 1);
    EXPECT_TRUE(Flags<x86::Rflags>{trap.rflags}.has(x86::Rflags::TF));
}

TEST_F(SoftException, WithoutATableItIsATripleFault)
{
    for (const Mode mode : {Mode::Protected, Mode::Paged, Mode::Long}) {
        guest.start(mode, {0x90, 0x0F, 0x0B});
        EXPECT_EQ(guest.run_to<exits::Shutdown>().first, x86::Exception{.vector = 6}) << "what it began with";
        EXPECT_EQ(offset(), 1u) << "registers tell where it began";
    }
}

TEST_F(SoftException, UnprivilegedPortIsRefused)
{
    guest.start(Mode::Protected, {0xE6, 0x10});
    guest.catch_exceptions();
    guest.to_ring_3();
    const Caught out = guest.run_to_handler();
    EXPECT_EQ(out.vector, 13u);
    EXPECT_EQ(out.error_code, 0u);
    EXPECT_EQ(out.cs, 0x1Bu);

    guest.start(Mode::Protected, {0xF4});
    guest.catch_exceptions();
    guest.to_ring_3();
    EXPECT_EQ(guest.run_to_handler().vector, 13u);
}

TEST_F(SoftException, BitmapOfTheTaskGrantsPorts)
{
    guest.start(Mode::Protected, {0xE6, 0x10, 0xE6, 0x11});
    guest.catch_exceptions();
    guest.to_ring_3();
    guest.store<std::uint32_t>(test::kPortBitmap, 0xFFFE'FFFF);  // port 0x10 only
    EXPECT_EQ(guest.run_to<exits::PortOut>().port, 0x10);
    const Caught refused = guest.run_to_handler();
    EXPECT_EQ(refused.vector, 13u);
    EXPECT_EQ(refused.rip, kCode + 2);
}

constexpr std::initializer_list<unsigned> kAddps{0x90, 0xC5, 0xFC, 0x58, 0xC1};  // nop; vaddps ymm0, ymm0, ymm1

TEST_F(SoftException, VectorInstructionsAreNamedOnceTheGuestMayUseThem)
{
    EXPECT_EQ(caught(kAddps).vector, 6u);
    guest.start(Mode::Long, kAddps);
    auto system = guest.vcpu().system_registers();
    system.cr4 |= x86::Cr4::OSXSAVE | x86::Cr4::OSFXSR;
    guest.vcpu().set_system_registers(system);
    EXPECT_EQ(guest.run_to<exits::CannotExecute>().reason, "the software engine has no vaddps");
    EXPECT_EQ(offset(), 1u);
}

}  // namespace
}  // namespace husk
