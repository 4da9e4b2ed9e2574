// What ended the process with Unicorn 2.1.1, a test each, most of them found by hostile guests (tests/hostile).
#include "engine/soft/vm.hpp"
#include "support/engine_guest.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace husk {
namespace {

namespace exits = engine::exits;
using test::kCode;
using x86::Mode;

constexpr std::array kModes{Mode::Real, Mode::Protected, Mode::Long};

class SoftHostile : public testing::Test {
protected:
    test::Caught caught(Mode mode, std::initializer_list<unsigned> code)
    {
        guest.start(mode, code);
        guest.catch_exceptions();
        return guest.run_to_handler();
    }
    /// `count` times `instruction`, then HLT, which must be reached.
    void runs(Mode mode, std::initializer_list<unsigned> instruction, std::size_t count)
    {
        std::vector<std::byte> code;
        for (std::size_t i = 0; i < count; ++i) std::ranges::copy(test::code(instruction), std::back_inserter(code));
        code.push_back(std::byte{0xF4});
        guest.start(mode, code);
        guest.run_to<exits::Halt>();
        EXPECT_EQ(guest.registers().rip, kCode + code.size());
    }

    test::EngineGuest guest{soft::make_vm()};
};

// Unicorn frees translated code when a breakpoint is set, also that which it is executing.
TEST_F(SoftHostile, BreakpointsAreTakenAndNeverMet)
{
    // mov eax, kCode; mov dr0, rax; mov eax, 0xF0003; mov dr7, rax; mov rbx, dr7; mov rcx, dr0; hlt
    guest.start(Mode::Long, {0xB8, 0,    0x80, 0,    0,    0x0F, 0x23, 0xC0, 0xB8, 0x03, 0,   0x0F,
                             0,    0x0F, 0x23, 0xF8, 0x0F, 0x21, 0xFB, 0x0F, 0x21, 0xC1, 0xF4});
    guest.run_to<exits::Halt>();
    EXPECT_EQ(guest.registers().rbx, 0xF'0403u);
    EXPECT_EQ(guest.registers().rcx, kCode);
    for (const Mode mode : kModes) {
        guest.start(mode, {0x0F, 0x23, 0xF8, 0x0F, 0x23, 0xE8, 0xEB, 0xF8});  // DR7 and DR5 over and over
        auto registers = guest.registers();
        registers.rax = 0x00FF'00FF;
        guest.vcpu().set_registers(registers);
        guest.vcpu().kick();
        EXPECT_TRUE(std::holds_alternative<exits::Interrupted>(guest.run()));
    }
}

TEST_F(SoftHostile, DebugRegistersHaveTheirRules)
{
    // mov dr8, rax; and with CR4.DE set: mov dr4, rax
    EXPECT_EQ(caught(Mode::Long, {0x44, 0x0F, 0x23, 0xC0}).vector, 6u);
    EXPECT_EQ(caught(Mode::Long, {0x0F, 0x20, 0xE0, 0x83, 0xC8, 0x08, 0x0F, 0x22, 0xE0, 0x0F, 0x23, 0xE0}).vector, 6u);
    // mov rax, 1 << 32; mov dr7, rax
    EXPECT_EQ(caught(Mode::Long, {0x48, 0xB8, 0, 0, 0, 0, 1, 0, 0, 0, 0x0F, 0x23, 0xF8}).vector, 13u);
    guest.start(Mode::Protected, {0x0F, 0x23, 0xF8});
    guest.catch_exceptions();
    guest.to_ring_3();
    EXPECT_EQ(guest.run_to_handler().vector, 13u);
}

// Unicorn's code generator meets a variable that has no value, and aborts.
TEST_F(SoftHostile, LockedBitTestOfARegisterIsInvalid)
{
    for (const Mode mode : kModes) {
        for (const unsigned opcode : {0xA3u, 0xABu, 0xB3u, 0xBBu}) {
            const test::Caught caught_one = caught(mode, {0x90, 0xF0, 0x0F, opcode, 0xC1});
            EXPECT_EQ(caught_one.vector, 6u);
            EXPECT_EQ(caught_one.rip, kCode + 1);
        }
        EXPECT_EQ(caught(mode, {0x90, 0xF0, 0x0F, 0xBA, 0xE1, 0x01}).vector, 6u);
    }
}

TEST_F(SoftHostile, LockedBitTestOfMemoryIsNot)
{
    // lock bts dword [0x9000], 3
    guest.start(Mode::Protected, {0xF0, 0x0F, 0xBA, 0x2D, 0, 0x90, 0, 0, 3, 0xF4});
    guest.run_to<exits::Halt>();
    EXPECT_EQ(guest.load<std::uint32_t>(test::kData), 8u);
}

// Each leaks a temporary variable of the code generator, which has room for 512 and does not look.
TEST_F(SoftHostile, LongBlocksOfLeakyInstructions)
{
    for (const Mode mode : kModes) {
        runs(mode, {0xD9, 0xE8}, 600);        // FLD1
        runs(mode, {0xDB, 0xC4}, 600);        // FCMOVNB
        runs(mode, {0x0F, 0x20, 0xC0}, 600);  // MOV EAX, CR0
    }
    runs(Mode::Real, {0x8E, 0xE0}, 600);       // MOV FS, AX
    runs(Mode::Protected, {0xD5, 0x0A}, 600);  // AAD
}

// QEMU looks for the stack of ring 0 in a TSS that is available, and aborts if it is none, or a busy one, as all in use are.
TEST_F(SoftHostile, CallGateUsesTheBusyTss)
{
    constexpr std::uint64_t kGate = 0x0000'EC00'0008'0000 | test::kHandlers;  // 32-bit, for ring 3, to kHandlers in ring 0
    guest.start(Mode::Protected, {0x9A, 0, 0, 0, 0, 0x2B, 0});                // call 0x28:0
    guest.catch_exceptions();
    guest.to_ring_3();
    guest.store(test::kGdt + 0x28, kGate);
    auto system = guest.vcpu().system_registers();
    system.gdt.limit = 0x2F;
    guest.vcpu().set_system_registers(system);
    guest.run_to<exits::Halt>();
    EXPECT_EQ(guest.registers().rip, test::kHandlers + 1);
    EXPECT_EQ(guest.vcpu().system_registers().ss.selector, 0x10);
    EXPECT_EQ(guest.vcpu().system_registers().tr.type, 0b1011);  // and busy it stays
}

TEST_F(SoftHostile, CallGateWithoutATss)
{
    constexpr std::uint64_t kGate = 0x0000'EC00'0008'0000 | test::kHandlers;
    guest.start(Mode::Protected, {0x9A, 0, 0, 0, 0, 0x2B, 0});
    guest.catch_exceptions();
    guest.to_ring_3();
    guest.store(test::kGdt + 0x28, kGate);
    auto system = guest.vcpu().system_registers();
    system.gdt.limit = 0x2F;
    for (const std::uint8_t type : {std::uint8_t{0b0000}, std::uint8_t{0b0010}, std::uint8_t{0b0101}}) {
        system.tr = {.base = test::kTss, .limit = 0xFF, .type = type, .present = type != 0};
        guest.vcpu().set_system_registers(system);
        EXPECT_TRUE(std::holds_alternative<exits::Shutdown>(guest.run()));  // no stack for the handler either
    }
}

TEST_F(SoftHostile, FarCallOfRealModeHasAnInstructionPointerOf32Bits)
{
    guest.start(Mode::Real, {0x66, 0x9A, 0, 0, 0, 0xB8, 0, 0x10});  // call 0x1000:0xB8000000
    static_cast<void>(guest.run());
    EXPECT_EQ(guest.registers().rip >> 32, 0u);
}

}  // namespace
}  // namespace husk
