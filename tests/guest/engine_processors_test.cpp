// Several processors of one machine, each on a thread of its own.
#include "engine/kvm/abilities.hpp"
#include "support/ring3_guest.hpp"

#include <husk/error.hpp>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <future>
#include <thread>

namespace husk::test {
namespace {

namespace exits = engine::exits;

constexpr std::uint64_t kOther = 0xB000;  // code of the second processor
constexpr std::uint64_t kFlag = kData, kAnswer = kData + 64;

std::vector<std::byte> spin()
{
    return code({0xF3, 0x90, 0xEB, 0xFC});  // pause; jmp back
}

/// Waits until the word at `wait` is not zero, then writes 1 to that at `tell`, and leaves.
std::vector<std::byte> wait_and_tell(std::uint32_t wait, std::uint32_t tell)
{
    const auto byte = [](std::uint32_t value, unsigned at) { return value >> 8 * at & 0xFF; };
    return code({0xF3, 0x90,                                                                       // pause
                 0x83, 0x3C, 0x25, byte(wait, 0), byte(wait, 1), byte(wait, 2), byte(wait, 3), 0,  // cmp dword [wait], 0
                 0x74, 0xF4,                                                                       // je back
                 0xFF, 0x04, 0x25, byte(tell, 0), byte(tell, 1), byte(tell, 2), byte(tell, 3), 0xE6,
                 0x20});  // inc dword [tell]; out
}

engine::Exit run_on(engine::Vcpu& vcpu)
{
    const engine::Entered entered{vcpu, engine::kNever};
    return vcpu.run();
}

class EngineProcessors : public testing::Test {
protected:
    void SetUp() override
    {
        if (!on_kvm()) GTEST_SKIP() << "the software engine has one processor";
    }
    Ring3Guest guest_;
};

TEST(EngineProcessor, TheSoftwareEngineHasOne)
{
    if (on_kvm()) GTEST_SKIP() << "KVM has many";
    Ring3Guest guest;
    try {
        guest.vm().add_vcpu();
        FAIL() << "it has two";
    } catch (const Error& error) {
        EXPECT_EQ(error.code().value(), ENOTSUP);
        EXPECT_EQ(error.hint(), "the software engine has one processor");
    }
}

TEST_F(EngineProcessors, TwoRunAtOnceAndSeeEachOthersWrites)
{
    guest_.start(wait_and_tell(kAnswer, kFlag));
    const auto second = guest_.vm().add_vcpu();
    guest_.start(wait_and_tell(kFlag, kAnswer), second.get(), kOther);
    auto one = std::async(std::launch::async, [&] { return run_on(guest_.vcpu()).index(); });
    auto two = std::async(std::launch::async, [&] { return run_on(*second).index(); });
    guest_.guest().store(kFlag, 1u);
    const std::size_t out = engine::Exit{exits::PortOut{}}.index();
    EXPECT_EQ(one.get(), out);
    EXPECT_EQ(two.get(), out);
    EXPECT_EQ(guest_.guest().load<std::uint32_t>(kAnswer), 1u);
    EXPECT_EQ(guest_.guest().load<std::uint32_t>(kFlag), 2u);
}

TEST_F(EngineProcessors, MemoryIsAddedWhileOneRuns)
{
    // Spins until another processor, which uses what is added meanwhile, tells it.
    guest_.start(wait_and_tell(kFlag, kAnswer));
    const auto second = guest_.vm().add_vcpu();
    // mov eax, [4 MiB]; mov [kFlag], eax; out 0x20, al
    guest_.start(code({0x8B, 0x04, 0x25, 0, 0, 0x40, 0, 0x89, 0x04, 0x25, 0, 0x90, 0, 0, 0xE6, 0x20}), second.get(), kOther);
    auto running = std::async(std::launch::async, [&] { return run_on(guest_.vcpu()).index(); });
    guest_.add();
    guest_.store(Ring3Guest::kBase, 1u);
    EXPECT_TRUE(std::holds_alternative<exits::PortOut>(run_on(*second)));
    EXPECT_EQ(running.get(), engine::Exit{exits::PortOut{}}.index());
}

TEST_F(EngineProcessors, EachIsKickedAlone)
{
    constexpr int kProcessors = 3;
    guest_.start(spin());
    std::vector<std::unique_ptr<engine::Vcpu>> all;
    std::vector<std::future<std::size_t>> running;
    for (int i = 0; i < kProcessors; ++i) {
        all.push_back(guest_.vm().add_vcpu());
        guest_.start(spin(), all.back().get(), kOther);
        running.push_back(std::async(std::launch::async, [vcpu = all.back().get()] { return run_on(*vcpu).index(); }));
    }
    for (int i = 0; i < kProcessors; ++i) {
        for (int later = i; later < kProcessors; ++later)
            EXPECT_EQ(running[static_cast<std::size_t>(later)].wait_for(std::chrono::seconds{0}), std::future_status::timeout);
        std::thread{[&] { all[static_cast<std::size_t>(i)]->kick(); }}.join();
        EXPECT_EQ(running[static_cast<std::size_t>(i)].get(), engine::Exit{exits::Interrupted{}}.index());
    }
}

TEST_F(EngineProcessors, OneIsUsedAgain)
{
    guest_.start(spin());
    for (int i = 0; i < 3; ++i) {
        const auto second = guest_.vm().add_vcpu();
        // Each ends in the middle of the instruction that the next begins with, which must be executed all the same.
        guest_.start(code({0xE6, 0x20, 0xB0, 7, 0xE6, 0x21}), second.get(), kOther);
        const engine::Entered entered{*second, engine::kNever};
        for (const unsigned port : {0x20u, 0x21u}) {
            const engine::Exit exit = second->run();
            ASSERT_TRUE(std::holds_alternative<exits::PortOut>(exit)) << EngineGuest::describe(exit);
            EXPECT_EQ(std::get<exits::PortOut>(exit).port, port);
        }
        second->settle();
        second->set_registers({.rsp = kStack, .rip = kOther});
        EXPECT_TRUE(std::holds_alternative<exits::PortOut>(second->run()));
    }
}

TEST_F(EngineProcessors, HaveNumbersOfTheirOwn)
{
    if (!kvm::abilities().native_ring0) GTEST_SKIP() << "this KVM shows ring 3 the host's CPUID";
    // mov eax, 1; cpuid; out 0x20, al
    const auto ask = code({0xB8, 1, 0, 0, 0, 0x0F, 0xA2, 0xE6, 0x20});
    constexpr unsigned kApicId = 24;
    guest_.start(ask);
    const auto second = guest_.vm().add_vcpu();
    guest_.start(ask, second.get(), kOther);
    ASSERT_TRUE(std::holds_alternative<exits::PortOut>(guest_.run()));
    ASSERT_TRUE(std::holds_alternative<exits::PortOut>(run_on(*second)));
    EXPECT_EQ(guest_.vcpu().registers().rbx >> kApicId & 0xFF, 0u);
    EXPECT_EQ(second->registers().rbx >> kApicId & 0xFF, 1u);
}

TEST_F(EngineProcessors, DescriptorsLieAboveTheLine)
{
    constexpr int kLine = 700;
    const auto below = [] {
        int count = 0;
        for (int fd = 0; fd < kLine; ++fd) count += ::fcntl(fd, F_GETFD) >= 0 ? 1 : 0;
        return count;
    };
    const int before = below();
    Ring3Guest guest;
    guest.vm().keep_descriptors_above(kLine);
    EXPECT_LE(below(), before) << "/dev/kvm has moved, too, if it was open";
    guest.start(spin());
    const auto second = guest.vm().add_vcpu();
    EXPECT_LE(below(), before);
    guest.vcpu().kick();
    EXPECT_TRUE(std::holds_alternative<exits::Interrupted>(guest.run()));
    guest.start(code({0xE6, 0x20}), second.get(), kOther);
    EXPECT_TRUE(std::holds_alternative<exits::PortOut>(run_on(*second)));
    EXPECT_THROW(guest.vm().keep_descriptors_above(kLine + 1), std::invalid_argument) << "a processor was added";
    Ring3Guest later;
    later.start({0xE6, 0x20});
    later.run_to<exits::PortOut>();
}

TEST_F(EngineProcessors, AForkedProcessMakesMachinesOfItsOwn)
{
    guest_.start({0xE6, 0x20});
    guest_.run_to<exits::PortOut>();
    const auto second = guest_.vm().add_vcpu();
    const pid_t child = ::fork();
    if (child == 0) {
        bool good = false;
        try {
            Ring3Guest guest;
            guest.start(spin());
            std::thread kicker{[&] { guest.vcpu().kick(); }};
            good = std::holds_alternative<exits::Interrupted>(guest.run());
            kicker.join();
        } catch (...) {
            good = false;
        }
        ::_exit(good ? 0 : 1);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
    guest_.guest().settle();
    guest_.vcpu().set_registers({.rip = kCode});
    guest_.run_to<exits::PortOut>();
}

}  // namespace
}  // namespace husk::test
