// What is told of each step of a machine's life, on a KVM that is not there.
#include "engine/kvm/told_kernel.hpp"

#include "engine/kvm/vm.hpp"
#include "support/errors.hpp"
#include "support/fake_kernel.hpp"
#include "support/fake_vcpu.hpp"
#include "x86/modes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <vector>

namespace husk::kvm {
namespace {

class KvmToldKernel : public testing::Test {
protected:
    void make()
    {
        system_ = std::make_shared<System>(told_);
        vm_ = std::make_unique<Vm>(system_);
    }
    /// The next step of that name from `from` on, and the place after it.
    const Step* next(const std::string& call, std::size_t& from) const
    {
        while (from < steps_.size())
            if (const Step& step = steps_[from++]; step.call == call) return &step;
        return nullptr;
    }

    std::vector<Step> steps_;
    test::FakeKernel kernel_;
    ToldKernel told_{[this](const Step& step) { steps_.push_back(step); }, kernel_};
    std::shared_ptr<System> system_;
    std::unique_ptr<Vm> vm_;
};

TEST_F(KvmToldKernel, AMachineIsMadeStepByStep)
{
    make();
    std::size_t at = 0;
    for (const char* call : {"open", "KVM_GET_API_VERSION", "KVM_CREATE_VM", "KVM_SET_TSS_ADDR", "KVM_CREATE_VCPU", "mmap"})
        EXPECT_NE(next(call, at), nullptr) << call;
}

TEST_F(KvmToldKernel, NumbersAreTold)
{
    make();
    Mapping memory = Mapping::anonymous(2_MiB, kPageSize);
    vm_->add_memory({0x10'0000}, memory.bytes(), false);
    std::size_t at = 0;
    EXPECT_EQ(next("KVM_GET_API_VERSION", at)->what, "12");
    EXPECT_EQ(next("KVM_SET_USER_MEMORY_REGION", at)->what, "slot 0: 2048 KiB at guest-physical 0x100000, read-only");
}

TEST_F(KvmToldKernel, RegistersComeWithTheStepThatSetsThem)
{
    kernel_.capabilities[KVM_CAP_SYNC_REGS] = 0;
    make();
    const x86::State state = x86::long_mode(0x1000, 0x8000, GuestPhys{0x2000});
    vm_->vcpu().set_system_registers(state.system);
    vm_->vcpu().set_registers(state.registers);
    std::size_t at = 0;
    const Step* const system = next("KVM_SET_SREGS", at);
    ASSERT_TRUE(system != nullptr && system->system);
    EXPECT_TRUE(system->system->efer.has(x86::Efer::LMA));
    const Step* const general = next("KVM_SET_REGS", at);
    ASSERT_TRUE(general != nullptr && general->registers);
    EXPECT_EQ(general->registers->rip, 0x1000u);
}

TEST_F(KvmToldKernel, RegistersInTheRunPageAreToldAsKvmRunBegins)
{
    kernel_.capabilities[KVM_CAP_SYNC_REGS] = KVM_SYNC_X86_REGS | KVM_SYNC_X86_SREGS;
    make();
    const x86::State state = x86::long_mode(0x1000, 0x8000, GuestPhys{0x2000});
    vm_->vcpu().set_system_registers(state.system);
    vm_->vcpu().set_registers(state.registers);
    std::size_t at = 0;
    EXPECT_EQ(next("run page", at), nullptr) << "nothing has been asked of KVM";
    engine::Entered entered{vm_->vcpu(), engine::kNever};
    (void)vm_->vcpu().run();
    at = 0;
    EXPECT_TRUE(next("run page", at)->system);
    EXPECT_TRUE(next("run page", at)->registers);
    EXPECT_EQ(next("KVM_RUN", at)->what, "KVM_EXIT_HLT");
}

TEST_F(KvmToldKernel, ExitsHaveTheirReason)
{
    make();
    kernel_.script = {test::out_byte(0xE9, 'a'), test::leave_for(KVM_EXIT_SHUTDOWN), test::leave_for(77)};
    engine::Entered entered{vm_->vcpu(), engine::kNever};
    for (int i = 0; i < 3; ++i) (void)vm_->vcpu().run();
    std::size_t at = 0;
    EXPECT_EQ(next("KVM_RUN", at)->what, "KVM_EXIT_IO: 1 OUT of 1 byte, port 0xe9");
    EXPECT_EQ(next("KVM_RUN", at)->what, "KVM_EXIT_SHUTDOWN");
    EXPECT_EQ(next("KVM_RUN", at)->what, "number 0x4d");
}

TEST_F(KvmToldKernel, WhatFailsIsToldAndFailsAllTheSame)
{
    kernel_.fail("KVM_CREATE_VM", ENOMEM);
    const auto error = test::error_of([&] { make(); });
    ASSERT_TRUE(error);
    EXPECT_EQ(error->code().value(), ENOMEM);
    EXPECT_EQ(steps_.back().call, "KVM_CREATE_VM");
    EXPECT_EQ(steps_.back().what, "fails: Cannot allocate memory");
}

TEST_F(KvmToldKernel, WithoutADeviceThereIsOneStep)
{
    kernel_.fail("open /dev/kvm", ENOENT);
    EXPECT_TRUE(test::error_of([&] { make(); }));
    ASSERT_EQ(steps_.size(), 1u);
    EXPECT_EQ(steps_[0].what, "/dev/kvm: fails: No such file or directory");
}

}  // namespace
}  // namespace husk::kvm
