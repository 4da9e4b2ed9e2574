// A processor that KVM runs, on a KVM that is not there: exits in order, errors, gathered writes.
#include "engine/kvm/vcpu.hpp"

#include "support/errors.hpp"
#include "support/fake_vcpu.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace husk::kvm {
namespace {

namespace exits = engine::exits;
using test::FakeKernel;

constexpr std::uint16_t kConsole = 0xE9;
constexpr int kWritesBeforeGathering = 4096;

class KvmVcpu : public test::FakeVcpu {};

TEST_F(KvmVcpu, ExitsComeAsTheyAre)
{
    kernel_.script = {test::out_byte(kConsole, 'a'), test::leave_for(KVM_EXIT_SHUTDOWN)};
    engine::Entered entered{vcpu_, engine::kNever};
    const engine::Exit exit = vcpu_.run();
    ASSERT_TRUE(std::holds_alternative<exits::PortOut>(exit));
    EXPECT_EQ(std::get<exits::PortOut>(exit).data.front(), std::byte{'a'});
    expect_exit<exits::Shutdown>();
    expect_exit<exits::Halt>();
}

TEST_F(KvmVcpu, ShutdownLooksAtTheRegisters)
{
    kernel_.script = {test::leave_for(KVM_EXIT_SHUTDOWN)};
    kernel_.regs.rip = 0xFFF0;
    kernel_.sregs.cs.base = 0xFFFF'0000;
    engine::Entered entered{vcpu_, engine::kNever};
    EXPECT_TRUE(std::get<exits::Shutdown>(vcpu_.run()).registers_lost);
}

TEST_F(KvmVcpu, AMereSignalIsNoExit)
{
    kernel_.script = {test::fail_with(EINTR), test::fail_with(EAGAIN), test::fail_with(EINTR)};
    engine::Entered entered{vcpu_, engine::kNever};
    expect_exit<exits::Halt>();
}

TEST_F(KvmVcpu, OtherErrorsAreErrors)
{
    for (const int errno_value : {EINVAL, ENOEXEC, EIO, ENOMEM}) {
        kernel_.script = {test::fail_with(errno_value)};
        engine::Entered entered{vcpu_, engine::kNever};
        const auto error = test::error_of([&] { vcpu_.run(); });
        ASSERT_TRUE(error);
        EXPECT_EQ(error->call(), "KVM_RUN");
        EXPECT_EQ(error->code().value(), errno_value);
        EXPECT_TRUE(error->hint().empty());
    }
}

TEST_F(KvmVcpu, MemoryThatTheHostHasNotIsAFault)
{
    constexpr std::uint32_t kMemoryFault = 39;
    const auto tell = [](kvm_run& run) {
        run.exit_reason = kMemoryFault;
        const std::array<std::uint64_t, 3> fault{0, 0x1234'5000, 0x1000};
        std::memcpy(run.padding, fault.data(), sizeof fault);
        return EFAULT;
    };
    kernel_.script = {tell, test::fail_with(EFAULT), test::out_byte(kConsole, 'a'), test::fail_with(EFAULT)};
    engine::Entered entered{vcpu_, engine::kNever};
    EXPECT_EQ(std::get<exits::MemoryFault>(vcpu_.run()).at, GuestPhys{0x1234'5000});
    EXPECT_FALSE(std::get<exits::MemoryFault>(vcpu_.run()).at) << "what an older kernel leaves is not this one's";
    expect_exit<exits::PortOut>();
    EXPECT_FALSE(std::get<exits::MemoryFault>(vcpu_.run()).at);
    expect_exit<exits::Halt>();
}

TEST_F(KvmVcpu, SettleRunsNothing)
{
    kernel_.script = {test::out_byte(kConsole, 'a'), test::leave_for(KVM_EXIT_SHUTDOWN)};
    engine::Entered entered{vcpu_, engine::kNever};
    expect_exit<exits::PortOut>();
    vcpu_.settle();
    EXPECT_EQ(kernel_.run().immediate_exit, 0);
    EXPECT_EQ(kernel_.script.size(), 1u);
    expect_exit<exits::Shutdown>();
}

TEST_F(KvmVcpu, SettleThatFailsIsAnError)
{
    engine::Entered entered{vcpu_, engine::kNever};
    kernel_.fail("KVM_RUN", EIO);
    const auto error = test::error_of([&] { vcpu_.settle(); });
    ASSERT_TRUE(error);
    EXPECT_EQ(error->call(), "KVM_RUN");
    EXPECT_EQ(kernel_.run().immediate_exit, 0) << "the next run is a run";
}

TEST_F(KvmVcpu, GathersOnlyForGuestsThatWriteMuch)
{
    vm_.gather_writes(kConsole);
    kernel_.script.assign(kWritesBeforeGathering, test::out_byte(kConsole, 'x'));
    kernel_.script.push_back(test::out_byte(0x80, 'y'));
    engine::Entered entered{vcpu_, engine::kNever};
    for (int i = 1; i < kWritesBeforeGathering; ++i) expect_exit<exits::PortOut>();
    EXPECT_TRUE(kernel_.zones.empty());
    expect_exit<exits::PortOut>();
    ASSERT_EQ(kernel_.zones.size(), 1u);
    EXPECT_EQ(kernel_.zones[0].addr, kConsole);
    EXPECT_EQ(kernel_.zones[0].size, 1u);
    EXPECT_EQ(kernel_.zones[0].pio, 1u);
}

TEST_F(KvmVcpu, GatheredWritesComeBeforeTheExitThatFollowed)
{
    vm_.gather_writes(kConsole);
    kernel_.script.assign(kWritesBeforeGathering, test::out_byte(kConsole, 'x'));
    kernel_.script.push_back([this](kvm_run& run) {
        auto& ring = *reinterpret_cast<WriteRing*>(kernel_.run_page().data() + FakeKernel::kRing * kPageSize);
        for (const char letter : {'a', 'b'}) {
            ring.entries.at(ring.last) = {.phys_addr = kConsole, .len = 1, .pio = 1, .data = {static_cast<std::uint8_t>(letter)}};
            ++ring.last;
        }
        return test::out_byte(0xF4, 7)(run);
    });
    engine::Entered entered{vcpu_, engine::kNever};
    for (int i = 0; i < kWritesBeforeGathering; ++i) vcpu_.run();
    const engine::Exit gathered = vcpu_.run();
    EXPECT_EQ(std::get<exits::PortOut>(gathered).port, kConsole);
    EXPECT_EQ(std::get<exits::PortOut>(gathered).data.size(), 2u);
    const engine::Exit own = vcpu_.run();
    EXPECT_EQ(std::get<exits::PortOut>(own).port, 0xF4);
    EXPECT_EQ(std::get<exits::PortOut>(own).data.front(), std::byte{7});
    expect_exit<exits::Halt>();
}

}  // namespace
}  // namespace husk::kvm
