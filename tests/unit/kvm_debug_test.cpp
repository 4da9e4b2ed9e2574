// What KVM_SET_GUEST_DEBUG is given, and what a KVM_EXIT_DEBUG is.
#include "engine/kvm/debug.hpp"

#include "support/fake_vcpu.hpp"

#include <gtest/gtest.h>

namespace husk::kvm {
namespace {

using engine::Watch;
using KvmDebug = test::FakeVcpu;

TEST(KvmDebugRequest, IsTheKernelsFlagsAndTheProcessorsRegisters)
{
    EXPECT_EQ(to_kvm({}).control, 0u);
    EXPECT_EQ(to_kvm({.step = true}).control, KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_SINGLESTEP);
    EXPECT_EQ(to_kvm({.trap_instructions = true}).control, KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_USE_SW_BP);
    const auto debug = to_kvm({.watches = {{.at = 0x1000},
                                           {.on = Watch::On::Write, .at = 0x2000, .size = 1},
                                           {.on = Watch::On::Access, .at = 0x3000, .size = 4},
                                           {.on = Watch::On::Write, .at = 0x4000, .size = 8}}});
    EXPECT_EQ(debug.control, KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_USE_HW_BP);
    EXPECT_EQ(debug.arch.debugreg[3], 0x4000u);
    // Enabled by G0 to G3; conditions 00, 01, 11, 01 and lengths 00, 00, 11, 10 from bit 16 on.
    EXPECT_EQ(debug.arch.debugreg[7], 0b1001'1111'0001'0000ull << 16 | 0x400 | 0b1010'1010);
}

kvm_run debug_run(std::uint64_t dr6, std::uint32_t exception = 1)
{
    kvm_run run{};
    run.exit_reason = KVM_EXIT_DEBUG;
    run.debug.arch.exception = exception;
    run.debug.arch.dr6 = dr6;
    return run;
}

TEST(KvmDebugExit, TellsStepsWatchesAndTraps)
{
    const engine::DebugRequest request{.step = true, .watches = {{.at = 0x1000}, {.on = Watch::On::Write, .at = 0x2000}}};
    EXPECT_TRUE(debug_exit(debug_run(0x4000), request).stepped);
    EXPECT_FALSE(debug_exit(debug_run(1), request).stepped);
    EXPECT_FALSE(debug_exit(debug_run(1), request).data.has_value()) << "an execution";
    EXPECT_EQ(debug_exit(debug_run(2), request).data, 0x2000u);
    EXPECT_TRUE(debug_exit(debug_run(0, 3), request).trap_instruction);
    EXPECT_TRUE(is_step(debug_run(0x4000)));
    EXPECT_FALSE(is_step(debug_run(0x4002))) << "and a watch";
    EXPECT_FALSE(is_step(debug_run(0x4000, 3)));
}

TEST_F(KvmDebug, IsAskedForOnlyWhenItChanges)
{
    vcpu_.set_debug({});
    EXPECT_EQ(kernel_.count("KVM_SET_GUEST_DEBUG"), 0u);
    vcpu_.set_debug({.step = true});
    vcpu_.set_debug({.step = true});
    EXPECT_EQ(kernel_.count("KVM_SET_GUEST_DEBUG"), 1u);
    vcpu_.set_debug({});
    EXPECT_EQ(kernel_.count("KVM_SET_GUEST_DEBUG"), 2u);
}

TEST_F(KvmDebug, AStepLeavesTheGuestOnce)
{
    const auto step = [](kvm_run& run) {
        run = debug_run(0x4000);
        return 0;
    };
    kernel_.script = {step};
    kernel_.completions = {step};
    vcpu_.set_debug({.step = true});
    const engine::Entered entered{vcpu_, engine::kNever};
    expect_exit<engine::exits::Debug>();
    vcpu_.settle();  // it says that an instruction which a device took part in is done: nothing is left to tell
    expect_exit<engine::exits::Halt>();
}

TEST(KvmDebugStep, IsFromWhereTheRegistersHaveBeenSet)
{
    test::FakeKernel kernel;
    kernel.capabilities[KVM_CAP_SYNC_REGS] = KVM_SYNC_X86_REGS | KVM_SYNC_X86_SREGS;
    Vm vm{std::make_shared<System>(kernel)};
    vm.vcpu().set_registers({.rip = 0x1234});
    EXPECT_NE(kernel.regs.rip, 0x1234u) << "they wait in the run page";
    vm.vcpu().set_debug({.step = true});
    EXPECT_EQ(kernel.regs.rip, 0x1234u) << "KVM looks at them when it is asked for a step";
}

TEST_F(KvmDebug, AProcessorIsGivenBackWithoutADebugger)
{
    {
        const auto other = vm_.add_vcpu();
        other->set_debug({.step = true});
    }
    EXPECT_EQ(kernel_.count("KVM_SET_GUEST_DEBUG"), 2u);
}

}  // namespace
}  // namespace husk::kvm
