// Each call that drives KVM is made to fail: an Error names it, and nothing is left open.
#include "engine/kvm/inspect.hpp"
#include "engine/kvm/vm.hpp"
#include "support/errors.hpp"
#include "support/fake_kernel.hpp"
#include "support/host.hpp"
#include "x86/modes.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <set>

namespace husk::kvm {
namespace {

using test::FakeKernel;

constexpr std::uint16_t kConsole = 0xE9;
constexpr int kManyWrites = 4096;  // so that KVM is asked to gather them

/// A kernel whose registers travel in the run page, or not.
class KvmLife : public testing::TestWithParam<bool> {
protected:
    static void prepare(FakeKernel& kernel)
    {
        if (GetParam()) kernel.capabilities[KVM_CAP_SYNC_REGS] = KVM_SYNC_X86_REGS | KVM_SYNC_X86_SREGS;
    }
    static std::vector<std::string> calls_of_a_life();
};

INSTANTIATE_TEST_SUITE_P(Registers, KvmLife, testing::Bool(),
                         [](const auto& test) { return test.param ? "InTheRunPage" : "ByRequest"; });

/// What a processor is asked for beside general and system registers.
void change_state(engine::Vcpu& vcpu)
{
    x86::ModelRegisters model = vcpu.model_registers();
    model.star = 1;
    vcpu.set_model_registers(model);
    vcpu.set_fs_base(vcpu.gs_base());
    EXPECT_TRUE(vcpu.set_vector_state(vcpu.vector_state()));
    EXPECT_TRUE(vcpu.use_host_tsc());
}

/// All that is ever asked of KVM: a guest that writes much, pauses, and halts.
void live(FakeKernel& kernel)
{
    const std::array regions{MemoryRegion{.base = {}, .size = 2_MiB}, MemoryRegion{.base = GuestPhys{4_MiB}, .size = 2_MiB}};
    const GuestMemory memory{regions};
    const auto vm = make_vm(kernel);
    vm->map(memory);
    vm->gather_writes(kConsole);
    vm->remove_memory(GuestPhys{4_MiB}, 2_MiB);
    change_state(*vm->add_vcpu());
    engine::Vcpu& vcpu = vm->vcpu();
    const x86::State state = x86::protected_mode(0x1000, 0x8000);
    vcpu.set_system_registers(state.system);
    vcpu.set_registers(state.registers);
    kernel.script.assign(kManyWrites, test::out_byte(kConsole, 'x'));

    engine::Entered entered{vcpu, std::chrono::steady_clock::now() + std::chrono::hours{1}};
    while (!std::holds_alternative<engine::exits::Halt>(vcpu.run())) {
    }
    vcpu.settle();
    vcpu.registers();
    vcpu.system_registers();
}

std::vector<std::string> KvmLife::calls_of_a_life()
{
    FakeKernel kernel;
    prepare(kernel);
    live(kernel);
    return kernel.calls();
}

TEST_P(KvmLife, UsesEveryRequest)
{
    const auto calls = calls_of_a_life();
    const std::set<std::string> made{calls.begin(), calls.end()};
    std::set<std::string> all{"open /dev/kvm",
                              "mmap of the vCPU's run page",
                              "KVM_GET_API_VERSION",
                              "KVM_CREATE_VM",
                              "KVM_CHECK_EXTENSION",
                              "KVM_GET_VCPU_MMAP_SIZE",
                              "KVM_SET_TSS_ADDR",
                              "KVM_CREATE_VCPU",
                              "KVM_RUN",
                              "KVM_GET_SUPPORTED_CPUID",
                              "KVM_SET_CPUID2",
                              "KVM_SET_SIGNAL_MASK",
                              "KVM_SET_USER_MEMORY_REGION",
                              "KVM_REGISTER_COALESCED_MMIO",
                              "KVM_GET_REGS",
                              "KVM_SET_REGS",
                              "KVM_GET_SREGS",
                              "KVM_SET_SREGS",
                              "KVM_GET_MSRS",
                              "KVM_SET_MSRS",
                              "KVM_GET_XCRS",
                              "KVM_SET_XCRS",
                              "KVM_GET_XSAVE",
                              "KVM_SET_XSAVE",
                              "KVM_SET_DEVICE_ATTR"};
    if (GetParam())
        for (const auto* spared : {"KVM_GET_REGS", "KVM_SET_REGS", "KVM_SET_SREGS"}) all.erase(spared);
    EXPECT_EQ(made, all);
}

TEST_P(KvmLife, EachFailureIsNamedAndNothingLeaks)
{
    const auto calls = calls_of_a_life();
    const auto open = test::open_files();
    for (std::size_t nth = 0; nth < calls.size(); ++nth) {
        // One of thousands of equal calls says what all of them would.
        if (nth > 0 && calls[nth] == "KVM_RUN" && calls[nth - 1] == "KVM_RUN" && nth + 5 < calls.size()) continue;
        const auto error = test::error_of([&] {
            FakeKernel kernel;
            prepare(kernel);
            kernel.fail_nth(nth, ENOMEM);
            live(kernel);
        });
        ASSERT_TRUE(error) << "call " << nth << ", " << calls[nth] << ", failed and nobody said so";
        EXPECT_EQ(error->call(), calls[nth]);
        EXPECT_EQ(error->code().value(), ENOMEM);
        EXPECT_EQ(test::open_files(), open) << calls[nth];
    }
}

TEST_P(KvmLife, SignalsOnlyDelay)
{
    const auto calls = calls_of_a_life();
    const std::set<std::string> names{calls.begin(), calls.end()};
    for (const std::string& name : names) {
        if (!name.starts_with("KVM_")) continue;
        FakeKernel kernel;
        prepare(kernel);
        kernel.fail(name, EINTR, 3);
        EXPECT_FALSE(test::error_of([&] { live(kernel); })) << name;
        EXPECT_GE(kernel.count(name), 4u) << name;
    }
}

TEST(KvmFailure, OpenSaysWhatToDo)
{
    struct {
        int error;
        const char* hint;
    } const cases[] = {{ENOENT, "--engine soft"},
                       {EACCES, "join the group"},
                       {EPERM, "join the group"},
                       {ENXIO, "no KVM behind it"},
                       {ENODEV, "no KVM behind it"}};
    for (const auto& [errno_value, hint] : cases) {
        FakeKernel kernel;
        kernel.fail("open /dev/kvm", errno_value);
        const auto error = test::error_of([&] { System{kernel}; });
        ASSERT_TRUE(error);
        EXPECT_EQ(error->call(), "open /dev/kvm");
        EXPECT_EQ(error->code().value(), errno_value);
        EXPECT_NE(error->hint().find(hint), std::string::npos) << error->hint();
    }
    FakeKernel kernel;
    kernel.fail("open /dev/kvm", EMFILE);
    EXPECT_EQ(test::error_of([&] { System{kernel}; })->hint(), "");
}

TEST(KvmFailure, AnotherDeviceOfThatNameIsNoKvm)
{
    FakeKernel kernel;
    kernel.fail("KVM_GET_API_VERSION", ENOTTY);
    const auto error = test::error_of([&] { System{kernel}; });
    ASSERT_TRUE(error);
    EXPECT_EQ(error->call(), "open /dev/kvm");
    EXPECT_EQ(error->code().value(), ENODEV);
    EXPECT_NE(error->hint().find("no KVM behind it"), std::string::npos) << error->hint();
}

TEST(KvmFailure, OtherApiVersionsAreRefused)
{
    for (const int version : {0, 11, 13}) {
        FakeKernel kernel;
        kernel.api_version = version;
        const auto error = test::error_of([&] { System{kernel}; });
        ASSERT_TRUE(error) << version;
        EXPECT_EQ(error->call(), "KVM_GET_API_VERSION");
        EXPECT_EQ(error->hint(), "this host's KVM API has version " + std::to_string(version) + "; Husk knows 12");
    }
}

TEST(KvmFailure, TooSmallARunPageIsRefused)
{
    FakeKernel kernel;
    kernel.run_page_size = 64;
    const auto error = test::error_of([&] { make_vm(kernel); });
    ASSERT_TRUE(error);
    EXPECT_EQ(error->call(), "KVM_GET_VCPU_MMAP_SIZE");
    EXPECT_EQ(error->hint(), "it answers 64 bytes");
}

TEST(KvmFailure, InspectionFailsWithTheCall)
{
    for (const std::string name : {"open /dev/kvm", "KVM_GET_API_VERSION", "KVM_CHECK_EXTENSION", "KVM_CREATE_VM", "KVM_RUN"}) {
        FakeKernel kernel;
        kernel.fail(name, EIO);
        const auto error = test::error_of([&] { inspect(kernel); });
        ASSERT_TRUE(error) << name;
        EXPECT_EQ(error->call(), name);
    }
}

TEST(KvmFailure, TheHostsOwnCallsSayWhy)
{
    Kernel& host = Kernel::host();
    EXPECT_EQ(host.ioctl(-1, KVM_RUN, 0), -1);
    EXPECT_EQ(errno, EBADF);
    const auto error = test::error_of([&] { host.map_run_page(-1, kPageSize); });
    ASSERT_TRUE(error);
    EXPECT_EQ(error->call(), "mmap of the vCPU's run page");
    EXPECT_EQ(error->code().value(), EBADF);
}

}  // namespace
}  // namespace husk::kvm
