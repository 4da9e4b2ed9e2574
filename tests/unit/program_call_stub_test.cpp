#include "program/entry/processor.hpp"
#include "program/space/space.hpp"
#include "support/stub_vcpu.hpp"

#include <gtest/gtest.h>
#include <sys/syscall.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <set>
#include <string>
#include <utility>

// The calls that a processor answers itself: what its stub does, instruction by instruction, and what becomes of a call if the
// processor is stopped before any of them.
namespace husk::test {
namespace {

using namespace program::entry;

constexpr std::uint64_t kReturn = 0x40'1234;
constexpr int kPid = 4711, kTid = 4713;
constexpr unsigned kProcessor = 3;
constexpr std::uint64_t kFlags = 0xAD7;
constexpr std::uint64_t kTrap = 0x100;
constexpr Answers kAll{.pid = kPid, .tid = kTid, .yield = true};

/// Stops at once, wherever it is put: for a kick, or for an exception.
class Stopping final : public StubVcpu {
public:
    engine::Exit run() override
    {
        if (!vector) return engine::exits::Interrupted{};
        return engine::exits::PortOut{.port = static_cast<std::uint16_t>(kExceptionPorts + *vector), .width = 1, .data = {}};
    }
    std::optional<unsigned> vector;
};

enum class Left { Not, Out, Return };

class Stubs : public testing::TestWithParam<bool> {
protected:
    Stubs()
    {
        build(space_.reservation());
        open_call_data(space_.reservation(), GetParam());
        processor_.set_system_calls_stay_in_ring3(GetParam());
        x86::SystemRegisters system;
        system.cs.dpl = GetParam() ? 3 : 0;
        vcpu_.set_system_registers(system);
        vcpu_.set_model_registers({.fmask = fmask()});
    }

    void answer(const Answers& answers) { processor_.answer_inside(answers); }

    static x86::Registers arrived(std::uint64_t number, std::uint64_t flags = kFlags)
    {
        x86::Registers registers;
        registers.rip = call_stub(kProcessor);
        registers.rax = number;
        registers.rcx = kReturn;
        registers.r11 = flags;
        registers.rdx = 0xD0;
        registers.rsp = 0x7F00;
        if (GetParam()) registers.rflags = Flags<x86::Rflags>{flags};
        return registers;
    }

    template <typename T>
    T at(std::uint64_t address)
    {
        T value{};
        std::memcpy(&value, space_.reservation().bytes(address, sizeof value).data(), sizeof value);
        return value;
    }
    /// Of an instruction of `size` bytes that addresses by RIP, with `after` bytes behind the distance.
    std::uint64_t target(std::uint64_t rip, std::uint64_t size, std::uint64_t after = 0)
    {
        return rip + size + static_cast<std::uint64_t>(std::int64_t{at<std::int32_t>(rip + size - after - 4)});
    }
    bool begins(std::uint64_t rip, std::initializer_list<std::uint8_t> bytes)
    {
        return std::ranges::all_of(bytes, [&](std::uint8_t byte) { return at<std::uint8_t>(rip++) == byte; });
    }
    void store(std::uint64_t address, std::uint32_t value)
    {
        EXPECT_EQ(address, call_data(kProcessor)) << "it writes somewhere else";
        std::memcpy(space_.reservation().bytes(address, sizeof value).data(), &value, sizeof value);
    }

    bool computes(x86::Registers& r);
    bool jumps(x86::Registers& r);
    Left step(x86::Registers& r);
    Event raised(unsigned vector, std::uint64_t rip, x86::Registers& user);

    /// What the processor makes of it if it stops here.
    Event stopped(x86::Registers& registers)
    {
        vcpu_.set_registers(registers);
        return processor_.run(registers);
    }

    program::Space space_{program::layout::kSpace};
    Stopping vcpu_;
    Processor processor_{space_.reservation(), &vcpu_, kProcessor};
    bool carry_ = false;
};

/// The instructions that a stub may have: none but those that read RFLAGS or leave it alone, and in ring 0 one that does not
/// matter.
bool Stubs::computes(x86::Registers& r)
{
    const auto advance = [&](std::uint64_t size) { return r.rip += size, true; };
    if (begins(r.rip, {0x48, 0x91})) return std::swap(r.rax, r.rcx), advance(2);
    if (begins(r.rip, {0x48, 0x8D, 0x89}))
        return r.rcx += static_cast<std::uint64_t>(std::int64_t{at<std::int32_t>(r.rip + 3)}), advance(7);
    if (begins(r.rip, {0x48, 0x89, 0xC1})) return r.rcx = r.rax, advance(3);
    if (begins(r.rip, {0xB8})) return r.rax = at<std::uint32_t>(r.rip + 1), advance(5);
    if (begins(r.rip, {0xB9})) return r.rcx = at<std::uint32_t>(r.rip + 1), advance(5);
    if (begins(r.rip, {0x8B, 0x0D})) return r.rcx = at<std::uint32_t>(target(r.rip, 6)), advance(6);
    if (begins(r.rip, {0x8D, 0x49, 0xFF})) return r.rcx = static_cast<std::uint32_t>(r.rcx - 1), advance(3);
    if (begins(r.rip, {0x89, 0x0D})) return store(target(r.rip, 6), static_cast<std::uint32_t>(r.rcx)), advance(6);
    if (begins(r.rip, {0xC7, 0x05})) return store(target(r.rip, 10, 4), at<std::uint32_t>(r.rip + 6)), advance(10);
    if (begins(r.rip, {0xF3, 0x90})) return advance(2);
    if (begins(r.rip, {0x41, 0x0F, 0xBA, 0xE3, 0x08})) return carry_ = (r.r11 & kTrap) != 0, advance(5);
    return false;
}

bool Stubs::jumps(x86::Registers& r)
{
    const bool if_zero = begins(r.rip, {0xE3});
    const bool if_carry = begins(r.rip, {0x72});
    const bool always = begins(r.rip, {0xEB});
    if (!if_zero && !if_carry && !always) return false;
    EXPECT_TRUE(!if_carry || !GetParam()) << "flags are not its own in ring 3";
    const bool taken = always || (if_zero && r.rcx == 0) || (if_carry && carry_);
    const auto far = static_cast<std::uint64_t>(std::int64_t{at<std::int8_t>(r.rip + 1)});
    r.rip += 2 + (taken ? far : 0);
    return true;
}

Left Stubs::step(x86::Registers& r)
{
    if (computes(r) || jumps(r)) return Left::Not;
    if (begins(r.rip, {0xE6, kSystemCallPort})) return Left::Out;
    const bool in_ring3 = begins(r.rip, {0xFF, 0xE1});
    EXPECT_TRUE(in_ring3 || begins(r.rip, {0x48, 0x0F, 0x07})) << "no instruction of a stub at " << r.rip;
    EXPECT_EQ(in_ring3, GetParam());
    return Left::Return;
}

constexpr std::uint64_t kNumbers[] = {SYS_getpid,
                                      SYS_gettid,
                                      SYS_sched_yield,
                                      0,
                                      1,
                                      SYS_getpid - 1,
                                      SYS_getpid + 1,
                                      SYS_gettid - SYS_getpid,
                                      SYS_sched_yield - 1,
                                      SYS_gettid + 1,
                                      ~std::uint64_t{0},
                                      0x7FFF'FFFF,
                                      0x1'0000'0000 | SYS_getpid,
                                      0x8000'0000'0000'0000 | SYS_gettid};

std::optional<int> answer_to(std::uint64_t number, const Answers& answers)
{
    if (number == SYS_getpid) return answers.pid;
    if (number == SYS_gettid) return answers.tid;
    return number == SYS_sched_yield && answers.yield ? std::optional{0} : std::nullopt;
}

TEST_P(Stubs, AnswerWhatTheyAreToldAndLeaveWithAllElse)
{
    for (unsigned some = 0; some < 8; ++some) {
        const Answers answers{.pid = (some & 1) != 0 ? std::optional{kPid} : std::nullopt,
                              .tid = (some & 2) != 0 ? std::optional{kTid} : std::nullopt,
                              .yield = (some & 4) != 0};
        answer(answers);
        for (const std::uint64_t number : kNumbers) {
            store(call_data(kProcessor), 2);
            x86::Registers registers = arrived(number);
            const x86::Registers before = registers;
            Left left = Left::Not;
            while (left == Left::Not) left = step(registers);
            const auto wanted = answer_to(number, answers);
            EXPECT_EQ(left, wanted ? Left::Return : Left::Out) << number;
            EXPECT_EQ(registers.rax, wanted ? static_cast<std::uint64_t>(*wanted) : number);
            EXPECT_EQ(registers.rcx, kReturn);
            registers.rip = before.rip;
            registers.rax = before.rax;
            EXPECT_EQ(registers, before) << "nothing else changes";
        }
    }
}

// At every instruction that any call comes to: the call is yet to be made, just as it was, or it is answered; and not the other way
// round later.
TEST_P(Stubs, CanBeStoppedAtEveryInstruction)
{
    answer(kAll);
    std::set<std::uint64_t> places;
    for (const std::uint64_t number : kNumbers) {
        for (unsigned count = 0; count < 2; ++count) {
            store(call_data(kProcessor), count);
            bool answered = false;
            Left left = Left::Not;
            for (x86::Registers registers = arrived(number); left == Left::Not; left = step(registers)) {
                places.insert(registers.rip);
                x86::Registers user = registers;
                const Event event = stopped(user);
                const bool now = std::holds_alternative<events::Interrupted>(event);
                EXPECT_TRUE(now || std::holds_alternative<events::SystemCall>(event));
                EXPECT_TRUE(now || !answered);
                answered = now;
                const auto wanted = answer_to(number, kAll);
                ASSERT_TRUE(!answered || wanted);
                EXPECT_EQ(user.rax, answered ? static_cast<std::uint64_t>(*wanted) : number) << "at " << registers.rip;
                EXPECT_EQ(user.rip, kReturn);
                EXPECT_EQ(user.rcx, kReturn);
                EXPECT_EQ(user.rflags.word(), kFlags);
                EXPECT_EQ(user.r11, kFlags);
            }
        }
    }
    EXPECT_GT(places.size(), 20u);
    for (std::uint64_t at = call_stub(kProcessor); at < call_stub(kProcessor + 1); ++at) {
        if (places.contains(at)) continue;
        // Only a program that jumps there comes to it: its registers are what they are.
        x86::Registers user = arrived(SYS_getpid);
        user.rip = at;
        const x86::Registers before = user;
        EXPECT_TRUE(std::holds_alternative<events::Interrupted>(stopped(user)));
        EXPECT_EQ(user, before);
    }
}

TEST_P(Stubs, AskTheHostForEachSixteenthYield)
{
    answer(kAll);
    unsigned out = 0;
    constexpr unsigned kRounds = 10;
    for (unsigned i = 0; i < kRounds * kYieldsInside; ++i) {
        x86::Registers registers = arrived(SYS_sched_yield);
        Left left = Left::Not;
        while (left == Left::Not) left = step(registers);
        if (left == Left::Out) ++out;
    }
    EXPECT_EQ(out, kRounds);
}

TEST_P(Stubs, OfOtherProcessorsAreNotTouched)
{
    answer(kAll);
    for (const unsigned other : {kProcessor - 1, kProcessor + 1})
        for (std::uint64_t at = call_stub(other); at < call_stub(other) + kCallStubSize; ++at)
            EXPECT_EQ(this->at<std::uint8_t>(at), 0);
    EXPECT_EQ(vcpu_.model_registers().lstar, call_stub(kProcessor));
}

/// An exception at `rip`, with `rax` and the rest as SYSCALL left them.
Event Stubs::raised(unsigned vector, std::uint64_t rip, x86::Registers& user)
{
    constexpr std::uint64_t kErrorCode = 8;  // bytes
    write_frame(space_.reservation(), kProcessor,
                {.rip = rip, .cs = kUserCode, .rflags = kFlags | kTrap, .rsp = user.rsp, .ss = kUserData});
    user.rsp = frame_at(kProcessor) - kErrorCode;
    vcpu_.vector = vector;
    return stopped(user);
}

// In ring 3 the trap of a step comes within the stub, and ends it; other exceptions are the program's.
TEST_P(Stubs, EndWhereTheyAreStepped)
{
    constexpr unsigned kDebug = 1, kInvalidOpcode = 6;
    answer(kAll);
    x86::Registers user = arrived(SYS_getpid, kFlags | kTrap);
    EXPECT_TRUE(std::holds_alternative<events::SystemCall>(raised(kDebug, call_stub(kProcessor), user)));
    EXPECT_EQ(user.rax, static_cast<std::uint64_t>(SYS_getpid));
    EXPECT_EQ(user.rip, kReturn);
    EXPECT_EQ(user.rsp, arrived(0).rsp);
    EXPECT_EQ(user.rflags.word(), kFlags | kTrap);
    user = arrived(SYS_getpid);
    EXPECT_TRUE(std::holds_alternative<events::Exception>(raised(kInvalidOpcode, call_stub(kProcessor), user)));
    user = arrived(SYS_getpid);
    EXPECT_TRUE(std::holds_alternative<events::Exception>(raised(kDebug, kReturn, user)));
}

// Where SYSRETQ would trap too early.
TEST_P(Stubs, LeaveToHuskWhatIsSteppedInRing0)
{
    answer(kAll);
    x86::Registers registers = arrived(SYS_getpid, kFlags | kTrap);
    Left left = Left::Not;
    while (left == Left::Not) left = step(registers);
    EXPECT_EQ(left, GetParam() ? Left::Return : Left::Out);
    EXPECT_EQ(vcpu_.model_registers().fmask == 0, GetParam());
}

INSTANTIATE_TEST_SUITE_P(InRing, Stubs, testing::Bool());

}  // namespace
}  // namespace husk::test
