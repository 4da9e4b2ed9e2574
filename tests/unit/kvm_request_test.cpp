// KVM's requests: numbers that the kernel knows, arguments that fit, signals that only delay.
#include "engine/kvm/request.hpp"

#include "engine/kvm/system.hpp"
#include "support/errors.hpp"
#include "support/fake_kernel.hpp"

#include <gtest/gtest.h>

#include <type_traits>

namespace husk::kvm {
namespace {

using test::FakeKernel;

template <typename Arg, unsigned long Number>
concept Takes = requires
{
    typename std::bool_constant<(Request<Arg>{Number, ""}, true)>;
};

static_assert(Takes<kvm_regs, KVM_GET_REGS> && Takes<kvm_sregs, KVM_SET_SREGS>);
static_assert(!Takes<kvm_sregs, KVM_GET_REGS>, "another struct is refused when it is compiled");
static_assert(!Takes<int, KVM_RUN>, "so is an argument where there is none");

TEST(KvmRequest, NumbersAreTheKernels)
{
    // Computed from the C headers; as C++ the flexible arrays of three of them are miscounted.
    EXPECT_EQ(kGetSupportedCpuid.number, 0xC008'AE05u);
    EXPECT_EQ(kSetCpuid2.number, 0x4008'AE90u);
    EXPECT_EQ(kSetSignalMask.number, 0x4004'AE8Bu);
    EXPECT_EQ(kGetRegs.number, 0x8090'AE81u);
    EXPECT_EQ(kSetSregs.number, 0x4138'AE84u);
    EXPECT_EQ(kSetUserMemoryRegion.number, 0x4020'AE46u);
    EXPECT_EQ(kRegisterCoalescedMmio.number, 0x4010'AE67u);
    EXPECT_EQ(kRun.number, 0xAE80u);
}

TEST(KvmRequest, CallGivesTheAnswer)
{
    FakeKernel kernel;
    EXPECT_EQ(call(kernel, 0, kGetApiVersion), 12);
    kernel.capabilities[KVM_CAP_NR_MEMSLOTS] = 509;
    EXPECT_EQ(call(kernel, 0, kCheckExtension, KVM_CAP_NR_MEMSLOTS), 509);
}

TEST(KvmRequest, CallIsMadeAgainAfterASignal)
{
    FakeKernel kernel;
    kernel.fail("KVM_GET_API_VERSION", EINTR, 5);
    EXPECT_EQ(call(kernel, 0, kGetApiVersion), 12);
    EXPECT_EQ(kernel.count("KVM_GET_API_VERSION"), 6u);
}

TEST(KvmRequest, EveryOtherErrorIsThrownAtOnce)
{
    for (const int errno_value : {EAGAIN, ENOMEM, EINVAL, EBADF, ENOTTY, EFAULT, EBUSY, EPERM}) {
        FakeKernel kernel;
        kernel.fail("KVM_GET_REGS", errno_value);
        kvm_regs regs{};
        const auto error = test::error_of([&] { call(kernel, 0, kGetRegs, regs); });
        ASSERT_TRUE(error);
        EXPECT_EQ(error->call(), "KVM_GET_REGS");
        EXPECT_EQ(error->code().value(), errno_value);
        EXPECT_EQ(kernel.calls().size(), 1u);
    }
}

TEST(KvmCpuid, HasTheEntriesThatKvmTells)
{
    FakeKernel kernel;
    kernel.cpuid_entries = 5;
    Cpuid cpuid = System{kernel}.supported_cpuid();
    EXPECT_EQ(cpuid.header().nent, 5u);
    EXPECT_EQ(kernel.count("KVM_GET_SUPPORTED_CPUID"), 1u);
}

TEST(KvmCpuid, GrowsUntilAllEntriesFit)
{
    for (const std::uint32_t entries : {127u, 128u, 129u, 1000u, 4096u}) {
        FakeKernel kernel;
        kernel.cpuid_entries = entries;
        EXPECT_EQ(System{kernel}.supported_cpuid().header().nent, entries);
    }
}

TEST(KvmCpuid, GivesUpAtAnAbsurdNumber)
{
    FakeKernel kernel;
    kernel.cpuid_entries = 4097;
    const auto error = test::error_of([&] { System{kernel}.supported_cpuid(); });
    ASSERT_TRUE(error);
    EXPECT_EQ(error->call(), "KVM_GET_SUPPORTED_CPUID");
    EXPECT_EQ(error->code().value(), E2BIG);
}

TEST(KvmCpuid, OtherErrorsEndItAtOnce)
{
    FakeKernel kernel;
    kernel.fail("KVM_GET_SUPPORTED_CPUID", ENOMEM);
    EXPECT_EQ(test::error_of([&] { System{kernel}.supported_cpuid(); })->code().value(), ENOMEM);
    EXPECT_EQ(kernel.count("KVM_GET_SUPPORTED_CPUID"), 1u);
}

}  // namespace
}  // namespace husk::kvm
