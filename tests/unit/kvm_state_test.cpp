// Model-specific and vector registers on their way to KVM and back, on a KVM that is not there.
#include "support/errors.hpp"
#include "support/fake_vcpu.hpp"
#include "x86/vector_state.hpp"

#include <gtest/gtest.h>

namespace husk::kvm {
namespace {

using test::FakeKernel;
using x86::VectorState;

/// A subleaf of 0xD: how large a state is, and where it lies.
kvm_cpuid_entry2 leaf(std::uint32_t index, std::uint32_t eax, std::uint32_t ebx)
{
    kvm_cpuid_entry2 entry{};
    entry.function = 0xD;
    entry.index = index;
    entry.eax = eax;
    entry.ebx = ebx;
    return entry;
}

class KvmState : public test::FakeVcpu {};

TEST_F(KvmState, ModelRegistersGoByTwoRequests)
{
    const x86::ModelRegisters model{.star = 1,
                                    .lstar = 2,
                                    .cstar = 3,
                                    .fmask = 4,
                                    .kernel_gs_base = 5,
                                    .sysenter_cs = 6,
                                    .sysenter_esp = 7,
                                    .sysenter_eip = 8,
                                    .tsc_aux = 9,
                                    .xcr0 = 7};
    vcpu_.set_model_registers(model);
    EXPECT_EQ(kernel_.msrs[0xC000'0082], 2u);
    EXPECT_EQ(kernel_.msrs[0x176], 8u);
    EXPECT_EQ(kernel_.xcr0, 7u);
    EXPECT_EQ(vcpu_.model_registers(), model);
    EXPECT_EQ(kernel_.count("KVM_SET_MSRS"), 1u);
    EXPECT_EQ(kernel_.count("KVM_GET_MSRS"), 1u);
}

TEST_F(KvmState, AnMsrThatIsNotThereReadsAsZeroAndMayBeSetToThat)
{
    kernel_.msrs.erase(0xC000'0103);
    kernel_.msrs.erase(0xC000'0083);
    kernel_.msrs[0x174] = 5;
    x86::ModelRegisters model = vcpu_.model_registers();
    EXPECT_EQ(model.tsc_aux, 0u);
    EXPECT_EQ(model.sysenter_cs, 5u) << "those behind it are read all the same";
    model.sysenter_eip = 6;
    vcpu_.set_model_registers(model);
    EXPECT_EQ(kernel_.msrs[0x176], 6u);
    model.tsc_aux = 1;
    const auto error = test::error_of([&] { vcpu_.set_model_registers(model); });
    ASSERT_TRUE(error);
    EXPECT_EQ(error->call(), "KVM_SET_MSRS");
    EXPECT_EQ(error->hint(), "this host's KVM takes no 0x1 in MSR 0xc0000103");
}

TEST_F(KvmState, BasesGoAlone)
{
    vcpu_.set_fs_base(0x1000);
    vcpu_.set_gs_base(0x2000);
    EXPECT_EQ(kernel_.msrs[0xC000'0100], 0x1000u);
    EXPECT_EQ(kernel_.msrs[0xC000'0101], 0x2000u);
    EXPECT_EQ(vcpu_.fs_base(), 0x1000u);
    EXPECT_EQ(vcpu_.gs_base(), 0x2000u);
    EXPECT_EQ(kernel_.count("KVM_GET_SREGS"), 1u) << "that of the processor at reset";
}

TEST(KvmStateInPage, BasesAreNotOverwrittenByRegistersOnTheirWay)
{
    FakeKernel kernel;
    kernel.capabilities[KVM_CAP_SYNC_REGS] = KVM_SYNC_X86_REGS | KVM_SYNC_X86_SREGS;
    Vm vm{std::make_shared<System>(kernel)};
    vm.vcpu().set_system_registers({});
    vm.vcpu().set_fs_base(0x1000);
    EXPECT_EQ(vm.vcpu().fs_base(), 0x1000u);
    engine::Entered entered{vm.vcpu(), engine::kNever};
    vm.vcpu().run();
    EXPECT_EQ(kernel.sregs.fs.base, 0x1000u);
    vm.vcpu().set_fs_base(0x2000);
    EXPECT_EQ(kernel.msrs[0xC000'0100], 0x2000u);
}

TEST_F(KvmState, VectorStateIsAsLargeAsCpuidSays)
{
    EXPECT_EQ(vcpu_.vector_state_size(), VectorState::kLegacySize) << "no leaf 0xD";
    EXPECT_EQ(vcpu_.supported_xcr0(), 0u);
    FakeKernel kernel;
    kernel.cpuid_of_host = {leaf(0, 0x207, 0), leaf(2, 256, 576), leaf(5, 64, 5000), leaf(9, 8, 2688)};  // 5 is not supported
    Vm vm{std::make_shared<System>(kernel)};
    EXPECT_EQ(vm.vcpu().supported_xcr0(), 0x207u);
    EXPECT_EQ(vm.vcpu().vector_state_size(), 2696u);
    EXPECT_EQ(vm.vcpu().vector_state().size(), 2696u);
    EXPECT_EQ(kernel.count("KVM_GET_XSAVE"), 1u);
}

TEST(KvmStateXsave2, LargerAreasAreAskedForByTheNewerRequest)
{
    FakeKernel kernel;
    constexpr std::size_t kLarge = 11008;
    kernel.capabilities[KVM_CAP_XSAVE2] = kLarge;
    kernel.xsave.resize(kLarge);
    kernel.cpuid_of_host = {leaf(0, 7, 0), leaf(2, 256, 576)};
    Vm vm{std::make_shared<System>(kernel)};
    kernel.xsave[831] = std::byte{0x5A};
    auto image = vm.vcpu().vector_state();
    EXPECT_EQ(image.size(), 832u);
    EXPECT_EQ(image.back(), std::byte{0x5A});
    EXPECT_EQ(kernel.count("KVM_GET_XSAVE2"), 1u);
    image.back() = std::byte{0x5B};
    EXPECT_TRUE(vm.vcpu().set_vector_state(image));
    EXPECT_EQ(kernel.xsave[831], std::byte{0x5B});
}

TEST_F(KvmState, WhatHuskOrKvmRefusesIsAValue)
{
    auto image = vcpu_.vector_state();
    kernel_.fail("KVM_SET_XSAVE", EINVAL);
    EXPECT_FALSE(vcpu_.set_vector_state(image));
    EXPECT_TRUE(vcpu_.set_vector_state(image));
    kernel_.fail("KVM_SET_XSAVE", ENOMEM);
    EXPECT_EQ(test::failed_call([&] { (void)vcpu_.set_vector_state(image); }), "KVM_SET_XSAVE");
    const std::size_t set = kernel_.count("KVM_SET_XSAVE");
    x86::store_at(image, VectorState::kMxcsr, 1u << 16);
    EXPECT_FALSE(vcpu_.set_vector_state(image));
    EXPECT_FALSE(vcpu_.set_vector_state({}));
    EXPECT_EQ(kernel_.count("KVM_SET_XSAVE"), set) << "KVM is not even asked";
}

TEST_F(KvmState, TheCounterIsTheHostsWhereThatCanBe)
{
    EXPECT_TRUE(vcpu_.use_host_tsc());
    EXPECT_EQ(kernel_.count("KVM_SET_DEVICE_ATTR"), 1u);
    kernel_.has_tsc_offset = false;
    EXPECT_FALSE(vcpu_.use_host_tsc());
}

}  // namespace
}  // namespace husk::kvm
