// Several processors of one machine, and where its descriptors lie.
#include "engine/kvm/vm.hpp"
#include "support/errors.hpp"
#include "support/fake_kernel.hpp"
#include "support/host.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>

namespace husk::kvm {
namespace {

kvm_cpuid_entry2 leaf(std::uint32_t function, std::uint32_t ebx, std::uint32_t edx)
{
    kvm_cpuid_entry2 entry{};
    entry.function = function;
    entry.ebx = ebx;
    entry.edx = edx;
    return entry;
}

class KvmProcessors : public testing::Test {
protected:
    test::FakeKernel kernel_;
    std::unique_ptr<engine::Vm> vm_ = make_vm(kernel_);
};

TEST_F(KvmProcessors, EachHasANumberOfItsOwn)
{
    const auto second = vm_->add_vcpu();
    const auto third = vm_->add_vcpu();
    EXPECT_EQ(kernel_.processors, (std::vector<std::uint64_t>{0, 1, 2}));
    EXPECT_NE(second.get(), third.get());
}

TEST(KvmProcessorsCpuid, TellsTheNumberAndIsOtherwiseTheSame)
{
    test::FakeKernel kernel;
    kernel.cpuid_of_host = {leaf(1, 0xFF12'3456, 0), leaf(7, 0x55, 0), leaf(0xB, 0, 99)};
    const auto vm = make_vm(kernel);
    const auto second = vm->add_vcpu();
    ASSERT_EQ(kernel.cpuid_shown.size(), 2u);
    for (std::uint32_t i = 0; i < 2; ++i) {
        EXPECT_EQ(kernel.cpuid_shown[i][0].ebx, 0x12'3456u | i << 24);
        EXPECT_EQ(kernel.cpuid_shown[i][1].ebx, 0x55u);
        EXPECT_EQ(kernel.cpuid_shown[i][2].edx, i);
    }
}

TEST_F(KvmProcessors, OneThatIsDoneIsUsedAgain)
{
    {
        const auto second = vm_->add_vcpu();
        kernel_.script = {test::out_byte(0x80, 'a')};
        engine::Entered entered{*second, engine::kNever};
        second->run();
    }
    const std::size_t runs = kernel_.count("KVM_RUN");
    const auto again = vm_->add_vcpu();
    EXPECT_EQ(kernel_.processors.size(), 2u);
    EXPECT_EQ(kernel_.count("KVM_RUN"), runs + 1) << "what the last one left is completed first";
    const auto other = vm_->add_vcpu();
    EXPECT_EQ(kernel_.processors.size(), 3u);
}

TEST_F(KvmProcessors, OneThatFailsWhenUsedAgainIsNotLost)
{
    {
        const auto second = vm_->add_vcpu();
        engine::Entered entered{*second, engine::kNever};
        second->run();
    }
    kernel_.fail("KVM_RUN", EIO);
    EXPECT_EQ(test::failed_call([&] { vm_->add_vcpu(); }), "KVM_RUN");
    const auto again = vm_->add_vcpu();
    EXPECT_EQ(kernel_.processors.size(), 2u);
}

TEST_F(KvmProcessors, ANumberIsTakenForGood)
{
    kernel_.fail("mmap of the vCPU's run page", ENOMEM);
    EXPECT_EQ(test::failed_call([&] { vm_->add_vcpu(); }), "mmap of the vCPU's run page");
    const auto second = vm_->add_vcpu();
    EXPECT_EQ(kernel_.processors, (std::vector<std::uint64_t>{0, 1, 2})) << "the kernel has made number 1, and keeps it";
    kernel_.fail("KVM_CREATE_VCPU", EINVAL);
    EXPECT_EQ(test::failed_call([&] { vm_->add_vcpu(); }), "KVM_CREATE_VCPU");
}

TEST(KvmDescriptors, LieAboveTheLine)
{
    constexpr int kLine = 500;
    test::FakeKernel kernel;
    const auto own = test::open_files();
    const auto vm = make_vm(kernel);
    vm->keep_descriptors_above(kLine);
    const auto second = vm->add_vcpu();
    int above = 0;
    for (int fd = kLine; fd < kLine + 10; ++fd) {
        const int flags = ::fcntl(fd, F_GETFD);
        if (flags < 0) continue;
        ++above;
        EXPECT_NE(flags & FD_CLOEXEC, 0) << fd;
    }
    EXPECT_EQ(above, 4) << "/dev/kvm, the machine, two processors";
    EXPECT_EQ(test::open_files(), own + 4);
    EXPECT_THROW(vm->keep_descriptors_above(kLine), std::invalid_argument);
}

TEST(KvmDescriptors, NoRoomAboveTheLineIsAnError)
{
    test::FakeKernel kernel;
    const auto vm = make_vm(kernel);
    const auto error = test::error_of([&] { vm->keep_descriptors_above(1 << 30); });
    ASSERT_TRUE(error);
    EXPECT_EQ(error->call(), "fcntl(F_DUPFD_CLOEXEC)");
    EXPECT_NE(error->hint().find("1073741824"), std::string::npos) << error->hint();
}

TEST(KvmDescriptors, ThoseOfOneProcessStayWhereTheyAre)
{
    test::FakeKernel kernel;
    const auto system = std::make_shared<System>(kernel);
    Vm first{system};
    first.keep_descriptors_above(500);
    Vm second{system};  // /dev/kvm has moved, and is still the same
    second.keep_descriptors_above(400);
    const auto third = second.add_vcpu();
    EXPECT_EQ(kernel.processors.size(), 3u);
}

}  // namespace
}  // namespace husk::kvm
