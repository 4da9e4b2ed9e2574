// The task register on the software engine: Unicorn ends the process if it is not as it likes when a call gate leads to an inner
// ring.
#include "engine/soft/vm.hpp"
#include "support/engine_guest.hpp"

#include <gtest/gtest.h>

namespace husk {
namespace {

namespace exits = engine::exits;
using test::kCode;
using test::kGdt;
using x86::Mode;

class SoftTaskRegister : public testing::Test {
protected:
    /// At ring 3, before a far CALL through a gate to a HLT at ring 0.
    void start_before_gate()
    {
        constexpr std::uint64_t kGate = kGdt + 0x28;
        constexpr std::uint64_t kTarget = kCode + 0x100;
        constexpr std::uint64_t kOpenCallGate = 0xECull << 40;  // present, DPL 3
        guest.start(Mode::Protected, {0x9A, 0, 0, 0, 0, 0x2B, 0});
        guest.store(kTarget, std::uint8_t{0xF4});
        guest.catch_exceptions();
        guest.to_ring_3();
        guest.store(kGate, kOpenCallGate | 8ull << 16 | (kTarget & 0xFFFF));
        change([](x86::SystemRegisters& system) { system.gdt.limit = 0x2F; });
    }
    template <typename Change>
    void change(Change how)
    {
        auto system = guest.vcpu().system_registers();
        how(system);
        guest.vcpu().set_system_registers(system);
    }

    test::EngineGuest guest{soft::make_vm()};
};

TEST_F(SoftTaskRegister, GivesCallGatesTheirStack)
{
    start_before_gate();
    guest.run_to<exits::Halt>();
    EXPECT_EQ(guest.registers().rip, kCode + 0x101);
    EXPECT_EQ(guest.registers().rsp, test::kRing0Stack - 16);
}

TEST_F(SoftTaskRegister, IsBusy)
{
    guest.start(Mode::Long, {0xF4});
    change([](x86::SystemRegisters& system) { system.tr.type = 9; });
    EXPECT_EQ(guest.vcpu().system_registers().tr.type, 11);
}

TEST_F(SoftTaskRegister, WithoutATaskThereIsNoStack)
{
    start_before_gate();
    change([](x86::SystemRegisters& system) { system.tr = {.unusable = true}; });
    guest.run_to<exits::Shutdown>();  // neither for the exception
}

TEST_F(SoftTaskRegister, RefusesANullSelector)
{
    for (const Mode mode : {Mode::Protected, Mode::Long}) {
        guest.start(mode, {0x90, 0x31, 0xC0, 0x0F, 0x00, 0xD8});  // xor eax, eax; ltr ax
        guest.catch_exceptions();
        const auto before = guest.vcpu().system_registers().tr;
        const test::Caught fault = guest.run_to_handler();
        EXPECT_EQ(fault.vector, 13u) << name(mode);
        EXPECT_EQ(fault.error_code, 0u) << name(mode);
        EXPECT_EQ(fault.rip, kCode + 3) << name(mode);
        EXPECT_EQ(guest.vcpu().system_registers().tr, before) << name(mode);
    }
}

}  // namespace
}  // namespace husk
