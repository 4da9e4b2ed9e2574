// Running on the software engine: modes, HLT, kicks and deadlines.
#include "engine/soft/vm.hpp"
#include "guests/builtin.hpp"
#include "support/engine_guest.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <thread>

namespace husk {
namespace {

namespace exits = engine::exits;
using namespace std::chrono_literals;
using std::chrono::steady_clock;
using x86::Mode;

constexpr std::initializer_list<unsigned> kSpin{0xEB, 0xFE};  // jmp to itself

class SoftRun : public testing::Test {
protected:
    test::EngineGuest guest{soft::make_vm()};
};

TEST_F(SoftRun, BuiltInGuestsAnswer)
{
    for (const auto& [mode, image, answer_size] : guests::builtin()) {
        test::EngineGuest each{soft::make_vm()};
        each.start(mode, kSpin);
        each.write(0, image);
        auto registers = each.registers();
        registers.rip = 0;
        each.vcpu().set_registers(registers);
        std::string output;
        for (;;) {
            const auto exit = each.run();
            const auto* out = std::get_if<exits::PortOut>(&exit);
            if (out == nullptr) break;
            output += static_cast<char>(test::number(out->data));
        }
        EXPECT_EQ(output, "Hello, world!\n") << name(mode);
        EXPECT_EQ(each.registers().rax, guests::kAnswer) << name(mode);
        EXPECT_EQ(each.load<std::uint16_t>(0x400), guests::kAnswer) << name(mode);
    }
}

TEST_F(SoftRun, HaltIsPastTheInstructionAndGoesOn)
{
    guest.start(Mode::Long, {0xF4, 0xFB, 0xF4, 0xFA, 0xF4});  // hlt; sti; hlt; cli; hlt
    for (const auto& [rip, interrupts] : {std::pair{1u, false}, {3u, true}, {5u, false}}) {
        guest.run_to<exits::Halt>();
        EXPECT_EQ(guest.registers().rip, test::kCode + rip);
        EXPECT_EQ(guest.registers().rflags.has(x86::Rflags::IF), interrupts);
    }
}

TEST_F(SoftRun, KickStopsASpinningGuest)
{
    guest.start(Mode::Long, kSpin);
    std::jthread kicker{[&] {
        std::this_thread::sleep_for(20ms);
        guest.vcpu().kick();
    }};
    const auto begin = steady_clock::now();
    guest.run_to<exits::Interrupted>();
    EXPECT_LT(steady_clock::now() - begin, 10s);
    EXPECT_EQ(guest.registers().rip, test::kCode);
}

TEST_F(SoftRun, KickBeforeRunIsKeptAndTakenOnce)
{
    guest.start(Mode::Long, {0xE6, 0x10, 0xF4});
    guest.vcpu().kick();
    guest.run_to<exits::Interrupted>();
    EXPECT_EQ(guest.registers().rip, test::kCode);
    guest.run_to<exits::PortOut>();
    guest.run_to<exits::Halt>();
}

TEST_F(SoftRun, NoKickIsLostHoweverItFalls)
{
    // The guest leaves often, so that kicks fall into all of the ways in and out.
    guest.start(Mode::Long, {0xE6, 0x10, 0xB9, 100, 0, 0, 0, 0xE2, 0xFE, 0xEB, 0xF5});
    std::atomic<int> taken = 0;
    constexpr int kKicks = 1000;
    std::jthread kicker{[&] {
        for (int i = 0; i < kKicks; ++i) {
            guest.vcpu().kick();
            while (taken.load() <= i) std::this_thread::yield();
        }
    }};
    const engine::Entered entered{guest.vcpu(), engine::kNever};
    while (taken < kKicks)
        if (std::holds_alternative<exits::Interrupted>(guest.vcpu().run())) ++taken;
}

TEST_F(SoftRun, NoKickIsLostAsASpinningGuestStarts)
{
    guest.start(Mode::Long, kSpin);
    std::atomic<int> started = 0;
    constexpr int kKicks = 300;
    std::jthread kicker{[&] {
        for (int i = 1; i <= kKicks; ++i) {
            while (started.load() < i) std::this_thread::yield();
            // Some tens of microseconds at most: from before the guest runs to well into its loop.
            for (int delay = 0; delay < i * 10; ++delay) std::atomic_signal_fence(std::memory_order_seq_cst);
            guest.vcpu().kick();
        }
    }};
    for (int i = 1; i <= kKicks; ++i) {
        const auto deadline = steady_clock::now() + 30s;
        const engine::Entered entered{guest.vcpu(), deadline};
        started = i;
        ASSERT_TRUE(std::holds_alternative<exits::Interrupted>(guest.vcpu().run()));
        ASSERT_LT(steady_clock::now(), deadline) << "kick " << i << " was lost";
    }
}

/// Three counters in step, in blocks that know each other: where the guest was kicked tells how far apart they may be.
TEST_F(SoftRun, ExactKicksLeaveTheGuestWhereItsRegistersSay)
{
    std::unique_ptr<engine::Vm> vm = soft::make_vm();
    vm->kick_exactly();
    test::EngineGuest exact{std::move(vm)};
    // L: inc rax; jmp 1f; 1: inc rbx; jmp 2f; 2: inc qword [kData]; jmp L
    exact.start(Mode::Long, {0x48, 0xFF, 0xC0, 0xEB, 0x00, 0x48, 0xFF, 0xC3, 0xEB, 0x00,
                             0x48, 0xFF, 0x04, 0x25, 0x00, 0x90, 0x00, 0x00, 0xEB, 0xEC});
    constexpr std::uint64_t kFirstDone = 3, kSecondDone = 8, kThirdDone = 18;
    std::atomic<int> taken = 0;
    constexpr int kKicks = 500;
    std::jthread kicker{[&] {
        for (int i = 0; i < kKicks; ++i) {
            for (int delay = 0; delay < i * 100; ++delay) std::atomic_signal_fence(std::memory_order_seq_cst);
            exact.vcpu().kick();
            while (taken.load() <= i) std::this_thread::yield();
        }
    }};
    const engine::Entered entered{exact.vcpu(), engine::kNever};
    for (; taken < kKicks; ++taken) {
        ASSERT_TRUE(std::holds_alternative<exits::Interrupted>(exact.vcpu().run()));
        const auto registers = exact.registers();
        const std::uint64_t at = registers.rip - test::kCode;
        const std::uint64_t counted = exact.load<std::uint64_t>(test::kData);
        const bool first = at >= kFirstDone && at < kThirdDone;
        const bool second = at >= kSecondDone && at < kThirdDone;
        EXPECT_EQ(registers.rax, counted + (first ? 1 : 0)) << "at " << at;
        EXPECT_EQ(registers.rbx, counted + (second ? 1 : 0)) << "at " << at;
    }
}

engine::Vcpu* signalled = nullptr;

TEST_F(SoftRun, KickFromASignalHandlerOfTheSameThread)
{
    guest.start(Mode::Long, kSpin);
    signalled = &guest.vcpu();
    struct sigaction action {};
    struct sigaction before {};
    action.sa_handler = [](int) { signalled->kick(); };
    ASSERT_EQ(sigaction(SIGUSR1, &action, &before), 0);
    const pthread_t self = pthread_self();
    std::jthread sender{[&] {
        std::this_thread::sleep_for(20ms);
        pthread_kill(self, SIGUSR1);
    }};
    guest.run_to<exits::Interrupted>();
    sigaction(SIGUSR1, &before, nullptr);
}

TEST_F(SoftRun, DeadlineStopsASpinningGuest)
{
    for (const Mode mode : {Mode::Real, Mode::Paged, Mode::Long}) {
        guest.start(mode, kSpin);
        const auto begin = steady_clock::now();
        EXPECT_TRUE(std::holds_alternative<exits::Interrupted>(guest.run(begin + 30ms)));
        EXPECT_GE(steady_clock::now() - begin, 30ms);
        EXPECT_LT(steady_clock::now() - begin, 10s);
    }
}

TEST_F(SoftRun, PassedDeadlineStopsAtOnceAndANewOneGoesOn)
{
    guest.start(Mode::Long, {0xB9, 0, 0, 0, 2, 0xFF, 0xC9, 0x75, 0xFC, 0xF4});  // a loop of 32 M turns
    EXPECT_TRUE(std::holds_alternative<exits::Interrupted>(guest.run(steady_clock::now())));
    EXPECT_TRUE(std::holds_alternative<exits::Interrupted>(guest.run(steady_clock::now() - 1h)));
    const auto exit = guest.run(steady_clock::now() + 60s);
    EXPECT_TRUE(std::holds_alternative<exits::Halt>(exit)) << test::EngineGuest::describe(exit);
}

TEST_F(SoftRun, MayBeRunFromOneThreadAfterAnother)
{
    guest.start(Mode::Long, {0xE4, 0x10, 0xE6, 0x10, 0xEB, 0xFA});
    for (unsigned i = 1; i < 20; ++i) {
        std::jthread{[&] { test::answer(guest.run_to<exits::PortIn>().data, i); }}.join();
        std::jthread{[&] { EXPECT_EQ(test::number(guest.run_to<exits::PortOut>().data), i); }}.join();
    }
}

TEST_F(SoftRun, SeesCodeThatTheHostWroteBetweenRuns)
{
    for (const unsigned port : {0x10u, 0x20u, 0x30u}) {
        guest.start(Mode::Protected, {0x40, 0xE6, port, 0xF4});
        EXPECT_EQ(guest.run_to<exits::PortOut>().port, port);
        guest.run_to<exits::Halt>();
    }
}

}  // namespace
}  // namespace husk
