// Registers on their way to KVM and back, by request or in the run page.
#include "engine/kvm/vcpu.hpp"

#include "support/errors.hpp"
#include "support/fake_vcpu.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>

namespace husk::kvm {
namespace {

namespace exits = engine::exits;
using test::FakeKernel;

class KvmRegisters : public test::FakeVcpu {};

TEST_F(KvmRegisters, RegistersArriveAndReturn)
{
    vcpu_.set_registers({.rax = 42, .rip = 0x1000});
    EXPECT_EQ(kernel_.regs.rax, 42u);
    kernel_.regs.rbx = 7;
    EXPECT_EQ(vcpu_.registers().rbx, 7u);
    kernel_.sregs.apic_base = 0xFEE0'0900;
    {
        engine::Entered entered{vcpu_, engine::kNever};
        expect_exit<exits::Halt>();
    }
    x86::SystemRegisters system;
    system.cr3 = 0x2000;
    vcpu_.set_system_registers(system);
    EXPECT_EQ(kernel_.sregs.cr3, 0x2000u);
    EXPECT_EQ(kernel_.sregs.apic_base, 0xFEE0'0900u) << "KVM's own fields stay";
    EXPECT_EQ(vcpu_.system_registers().cr3, 0x2000u);
}

TEST_F(KvmRegisters, AResetAsksForNothing)
{
    const auto at_reset = kernel_.sregs.apic_base;
    kernel_.sregs.apic_base = 0xFEE0'0900;
    {
        engine::Entered entered{vcpu_, engine::kNever};
        expect_exit<exits::Halt>();
    }
    const auto before = std::ranges::count(kernel_.calls(), "KVM_GET_SREGS");
    x86::SystemRegisters system;
    system.cr3 = 0x2000;
    vcpu_.reset_system_registers(system);
    EXPECT_EQ(kernel_.sregs.cr3, 0x2000u);
    EXPECT_EQ(kernel_.sregs.apic_base, at_reset);
    EXPECT_EQ(std::ranges::count(kernel_.calls(), "KVM_GET_SREGS"), before);
}

TEST_F(KvmRegisters, WhatAProcessorHasAtResetIsNotSet)
{
    const auto made = kernel_.calls().size();
    vcpu_.set_model_registers({});
    EXPECT_EQ(kernel_.calls().size(), made);
    vcpu_.set_model_registers({});
    EXPECT_GT(kernel_.calls().size(), made) << "the second time it may be something else";
}

TEST(KvmRegistersInPage, RegistersTravelWithTheRun)
{
    FakeKernel kernel;
    kernel.capabilities[KVM_CAP_SYNC_REGS] = KVM_SYNC_X86_REGS | KVM_SYNC_X86_SREGS;
    kernel.sregs.apic_base = 0xFEE0'0900;
    Vm vm{std::make_shared<System>(kernel)};
    engine::Vcpu& vcpu = vm.vcpu();
    x86::SystemRegisters system;
    system.cr3 = 0x2000;
    vcpu.set_system_registers(system);
    vcpu.set_registers({.rax = 42});
    EXPECT_EQ(vcpu.system_registers().cr3, 0x2000u) << "before KVM has seen them";
    EXPECT_EQ(vcpu.registers().rax, 42u);

    kernel.script = {[&](kvm_run&) {
        EXPECT_EQ(kernel.regs.rax, 42u);
        kernel.regs.rax = 43;
        kernel.sregs.cr3 = 0x3000;
        return 0;
    }};
    engine::Entered entered{vcpu, engine::kNever};
    vcpu.run();
    EXPECT_EQ(vcpu.registers().rax, 43u);
    EXPECT_EQ(vcpu.system_registers().cr3, 0x3000u);
    EXPECT_EQ(kernel.sregs.apic_base, 0xFEE0'0900u) << "KVM's own fields stay";
    EXPECT_EQ(kernel.count("KVM_SET_REGS") + kernel.count("KVM_GET_REGS") + kernel.count("KVM_SET_SREGS"), 0u);
}

TEST(KvmRegistersInPage, RefusedRegistersAreNamed)
{
    FakeKernel kernel;
    kernel.capabilities[KVM_CAP_SYNC_REGS] = KVM_SYNC_X86_REGS | KVM_SYNC_X86_SREGS;
    Vm vm{std::make_shared<System>(kernel)};
    vm.vcpu().set_system_registers({});
    kernel.fail("KVM_RUN", EINVAL, 2);
    {
        engine::Entered entered{vm.vcpu(), engine::kNever};
        EXPECT_EQ(test::failed_call([&] { vm.vcpu().run(); }), "KVM_SET_SREGS");
    }
    kernel.run().kvm_dirty_regs = 0;
    engine::Entered entered{vm.vcpu(), engine::kNever};
    EXPECT_EQ(test::failed_call([&] { vm.vcpu().run(); }), "KVM_RUN");
}

}  // namespace
}  // namespace husk::kvm
