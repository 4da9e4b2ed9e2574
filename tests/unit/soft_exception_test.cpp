// What a guest raises on the software engine, and what that engine cannot do.
#include "engine/soft/vm.hpp"
#include "support/engine_guest.hpp"

#include <gtest/gtest.h>

namespace husk {
namespace {

namespace exits = engine::exits;
using test::kCode;
using x86::Exception;
using x86::Mode;

class SoftException : public testing::Test {
protected:
    Exception raised(std::initializer_list<unsigned> code, Mode mode = Mode::Long)
    {
        guest.start(mode, code);
        return guest.run_to<exits::Exception>().exception;
    }
    std::uint64_t offset() { return guest.registers().rip - kCode; }

    test::EngineGuest guest{soft::make_vm()};
};

TEST_F(SoftException, DivideError)
{
    EXPECT_EQ(raised({0x40, 0x31, 0xC9, 0xF7, 0xF1}, Mode::Protected), (Exception{.vector = 0}));
    EXPECT_EQ(offset(), 3u);
}

TEST_F(SoftException, InvalidOpcode)
{
    EXPECT_EQ(raised({0x90, 0x0F, 0x0B}), (Exception{.vector = 6}));
    EXPECT_EQ(offset(), 1u);
}

TEST_F(SoftException, SoftwareInterrupt)
{
    EXPECT_EQ(raised({0xCD, 0x80}), (Exception{.vector = 0x80}));
    EXPECT_EQ(raised({0xCC}, Mode::Real), (Exception{.vector = 3}));
}

TEST_F(SoftException, PageFaultWithAddressAndCode)
{
    // mov [0x1234567], eax: above what the tables map
    const Exception write{.vector = 14, .has_error_code = true, .error_code = 2, .address = 0x123'4567};
    EXPECT_EQ(raised({0x90, 0x89, 0x04, 0x25, 0x67, 0x45, 0x23, 0x01}), write);
    EXPECT_EQ(offset(), 1u);
    const Exception read{.vector = 14, .has_error_code = true, .error_code = 0, .address = 0x123'4567};
    EXPECT_EQ(raised({0x8B, 0x04, 0x25, 0x67, 0x45, 0x23, 0x01}), read);
    EXPECT_EQ(raised({0x8B, 0x05, 0x67, 0x45, 0x23, 0x01}, Mode::Paged), read);
    EXPECT_EQ(guest.vcpu().system_registers().cr2, 0x123'4567u);
}

TEST_F(SoftException, FaultAfterFaultIsNoDoubleFault)
{
    for (int i = 0; i < 3; ++i) EXPECT_EQ(raised({0x8B, 0x04, 0x25, 0x67, 0x45, 0x23, 0x01}).vector, 14);
}

TEST_F(SoftException, NonCanonicalAddress)
{
    const Exception expected{.vector = 13, .has_error_code = true};
    EXPECT_EQ(raised({0x48, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0x80, 0x8B, 0x08}), expected);
    EXPECT_EQ(offset(), 10u);
}

TEST_F(SoftException, SegmentThatIsNotInTheTable)
{
    const Exception expected{.vector = 13, .has_error_code = true, .error_code = 0x40};
    EXPECT_EQ(raised({0xB8, 0x40, 0, 0, 0, 0x8E, 0xD8}, Mode::Protected), expected);
    EXPECT_EQ(offset(), 5u);
}

TEST_F(SoftException, SingleStepTrap)
{
    guest.start(Mode::Protected, {0x40, 0xE6, 0x10, 0x40, 0xF4});
    auto registers = guest.registers();
    registers.rflags |= x86::Rflags::TF;
    guest.vcpu().set_registers(registers);
    EXPECT_EQ(guest.run_to<exits::Exception>().exception.vector, 1);
    EXPECT_EQ(offset(), 1u);
    EXPECT_TRUE(guest.registers().rflags.has(x86::Rflags::TF));
}

TEST_F(SoftException, UnprivilegedPortIsRefused)
{
    guest.start(Mode::Protected, {0xE6, 0x10});
    auto system = guest.vcpu().system_registers();
    system.cs.dpl = system.ss.dpl = 3;
    system.cs.selector |= 3;
    system.ss.selector |= 3;
    system.tr.limit = 0x67;
    guest.store<std::uint16_t>(102, 0x68);  // the bitmap would start past the segment
    guest.vcpu().set_system_registers(system);
    const Exception expected{.vector = 13, .has_error_code = true};
    EXPECT_EQ(guest.run_to<exits::Exception>().exception, expected);

    guest.start(Mode::Protected, {0xF4});
    guest.vcpu().set_system_registers(system);
    EXPECT_EQ(guest.run_to<exits::Exception>().exception, expected);
}

TEST_F(SoftException, BitmapOfTheTaskGrantsPorts)
{
    guest.start(Mode::Protected, {0xE6, 0x10, 0xE6, 0x11});
    auto system = guest.vcpu().system_registers();
    system.cs.dpl = system.ss.dpl = 3;
    system.cs.selector |= 3;
    system.ss.selector |= 3;
    system.tr.base = 0xA000;
    system.tr.limit = 0x6F;
    guest.store<std::uint16_t>(0xA000 + 102, 104);
    guest.store<std::uint32_t>(0xA000 + 104, 0xFFFE'FFFF);  // port 0x10 only
    guest.store<std::uint32_t>(0xA000 + 108, 0xFFFF'FFFF);
    guest.vcpu().set_system_registers(system);
    EXPECT_EQ(guest.run_to<exits::PortOut>().port, 0x10);
    EXPECT_EQ(guest.run_to<exits::Exception>().exception.vector, 13);
}

constexpr std::initializer_list<unsigned> kAddps{0x90, 0xC5, 0xFC, 0x58, 0xC1};  // nop; vaddps ymm0, ymm0, ymm1

TEST_F(SoftException, VectorInstructionsAreNamedOnceTheGuestMayUseThem)
{
    EXPECT_EQ(raised(kAddps).vector, 6);
    guest.start(Mode::Long, kAddps);
    auto system = guest.vcpu().system_registers();
    system.cr4 |= x86::Cr4::OSXSAVE | x86::Cr4::OSFXSR;
    guest.vcpu().set_system_registers(system);
    EXPECT_EQ(guest.run_to<exits::CannotExecute>().reason, "the software engine has no vaddps");
    EXPECT_EQ(offset(), 1u);
}

}  // namespace
}  // namespace husk
