// Getting a processor out of the guest: kicks at any time, deadlines, and the signal mask they leave.
#include "engine/kvm/kicker.hpp"

#include "support/fake_vcpu.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <chrono>
#include <csignal>

namespace husk::kvm {
namespace {

namespace exits = engine::exits;
using namespace std::chrono_literals;
using test::FakeKernel;

class KvmKicker : public test::FakeVcpu {
protected:
    /// A guest that spins: it leaves only if a signal makes it.
    FakeKernel::Run spin()
    {
        return [this](kvm_run&) {
            sigset_t kick;
            sigemptyset(&kick);
            sigaddset(&kick, Kicker::kSignal);
            constexpr timespec kLongest{.tv_sec = 5, .tv_nsec = 0};
            spun_out_ = ::sigtimedwait(&kick, nullptr, &kLongest) != Kicker::kSignal;
            return EINTR;
        };
    }

    bool spun_out_ = false;
};

TEST_F(KvmKicker, KickWhileItRunsInterrupts)
{
    kernel_.script = {[this](kvm_run& run) {
        vcpu_.kick();
        return spin()(run);
    }};
    engine::Entered entered{vcpu_, engine::kNever};
    expect_exit<exits::Interrupted>();
    EXPECT_FALSE(spun_out_);
    expect_exit<exits::Halt>();
}

TEST_F(KvmKicker, KickBeforeItIsEnteredInterruptsAtOnce)
{
    for (const engine::Deadline deadline : {engine::kNever, std::chrono::steady_clock::now() + 1h}) {
        kernel_.script = {spin()};
        vcpu_.kick();
        engine::Entered entered{vcpu_, deadline};
        expect_exit<exits::Interrupted>();
        EXPECT_FALSE(spun_out_);
        expect_exit<exits::Halt>();
    }
}

TEST_F(KvmKicker, KickBetweenEnterAndRunInterruptsAtOnce)
{
    kernel_.script = {spin()};
    engine::Entered entered{vcpu_, engine::kNever};
    vcpu_.kick();
    expect_exit<exits::Interrupted>();
    EXPECT_FALSE(spun_out_);
}

TEST_F(KvmKicker, DeadlineInterrupts)
{
    for (const auto time : {-1s, 0s}) {
        kernel_.script = {spin()};
        engine::Entered entered{vcpu_, std::chrono::steady_clock::now() + time};
        expect_exit<exits::Interrupted>();
        EXPECT_FALSE(spun_out_);
    }
    kernel_.script.assign(50, spin());
    const auto deadline = std::chrono::steady_clock::now() + 60ms;
    engine::Entered entered{vcpu_, deadline};
    expect_exit<exits::Interrupted>();
    EXPECT_GE(std::chrono::steady_clock::now(), deadline);
    EXPECT_FALSE(spun_out_);
}

TEST_F(KvmKicker, LeavesTheSignalMaskAsItWas)
{
    sigset_t before;
    ::pthread_sigmask(SIG_BLOCK, nullptr, &before);
    {
        engine::Entered entered{vcpu_, engine::kNever};
        sigset_t inside;
        ::pthread_sigmask(SIG_BLOCK, nullptr, &inside);
        EXPECT_EQ(sigismember(&inside, Kicker::kSignal), 1);
        vcpu_.kick();
    }
    sigset_t after;
    ::pthread_sigmask(SIG_BLOCK, nullptr, &after);
    EXPECT_EQ(sigismember(&after, Kicker::kSignal), sigismember(&before, Kicker::kSignal));
    sigset_t pending;
    ::sigpending(&pending);
    EXPECT_EQ(sigismember(&pending, Kicker::kSignal), 0);
}

}  // namespace
}  // namespace husk::kvm
