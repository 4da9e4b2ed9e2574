#include "program/entry/call_stub.hpp"

#include <sys/syscall.h>

#include <algorithm>
#include <limits>
#include <stdexcept>

namespace husk::program::entry {

namespace {

constexpr std::uint8_t kJumpIfRcxZero = 0xE3;  // SDM Vol. 2A, "Jcc"
constexpr std::uint8_t kJumpIfCarry = 0x72;
constexpr std::uint8_t kJump = 0xEB;
constexpr unsigned kByteBits = 8;

std::uint8_t distance(std::size_t from, std::size_t to)
{
    const auto far = static_cast<std::ptrdiff_t>(to) - static_cast<std::ptrdiff_t>(from);
    if (far < std::numeric_limits<std::int8_t>::min() || far > std::numeric_limits<std::int8_t>::max())
        throw std::logic_error{"a jump of a system-call stub is too far"};
    return static_cast<std::uint8_t>(far);
}

}  // namespace

void CallStub::put(State state, std::uint32_t number, std::initializer_list<std::uint8_t> bytes)
{
    places_.push_back({code_.size(), state, number});
    code_.insert(code_.end(), bytes);
}

void CallStub::put_word(std::uint32_t word)
{
    for (unsigned i = 0; i < sizeof word; ++i) code_.push_back(static_cast<std::uint8_t>(word >> i * kByteBits));
}

/// The last four bytes but `bytes_after` of an instruction that addresses by RIP.
void CallStub::put_distance(std::uint64_t address, std::size_t bytes_after)
{
    put_word(static_cast<std::uint32_t>(address - (at_ + code_.size() + sizeof(std::uint32_t) + bytes_after)));
}

CallStub::Jump CallStub::jump(std::uint8_t opcode, State state, std::uint32_t number)
{
    put(state, number, {opcode, 0});
    return {code_.size()};
}

void CallStub::land(Jump jump)
{
    code_[jump.from - 1] = distance(jump.from, code_.size());
}

void CallStub::jump_back(State state, std::uint32_t number, std::size_t to)
{
    const Jump back = jump(kJump, state, number);
    code_.back() = distance(back.from, to);
}

/// LEA RCX, [RCX + from − to]: RCX, which lacked `from` of the number, then lacks `to`.
void CallStub::move_number(std::uint32_t from, std::uint32_t to)
{
    put(State::Compared, from, {0x48, 0x8D, 0x89});
    put_word(from - to);
}

void CallStub::return_with(std::uint32_t number, std::uint32_t value)
{
    put(State::Known, number, {0x48, 0x89, 0xC1});  // mov rcx, rax
    put(State::Known, number, {0xB8});              // mov eax, value
    put_word(value);
    if (in_ring3_)
        put(State::Answered, number, {0xFF, 0xE1});  // jmp rcx
    else
        put(State::Answered, number, {0x48, 0x0F, 0x07});  // sysretq
}

/// Counts down in memory; at 0 the count begins anew and the call leaves. Whatever a program writes there, where it can, harms only
/// its own fairness.
void CallStub::yield(std::size_t leave)
{
    constexpr std::uint32_t kNumber = SYS_sched_yield;
    put(State::Known, kNumber, {0x8B, 0x0D});  // mov ecx, [counter]
    put_distance(counter_);
    const Jump used_up = jump(kJumpIfRcxZero, State::Known, kNumber);
    put(State::Known, kNumber, {0x8D, 0x49, 0xFF});  // lea ecx, [rcx - 1]
    put(State::Known, kNumber, {0x89, 0x0D});        // mov [counter], ecx
    put_distance(counter_);
    put(State::Known, kNumber, {0xF3, 0x90});  // pause
    return_with(kNumber, 0);
    land(used_up);
    put(State::Known, kNumber, {0xC7, 0x05});  // mov dword [counter], kYieldsInside - 1
    put_distance(counter_, sizeof kYieldsInside);
    put_word(kYieldsInside - 1);
    put(State::Known, kNumber, {0xB9});  // mov ecx, kNumber
    put_word(kNumber);
    jump_back(State::Known, kNumber, leave);
}

CallStub::CallStub(const Answers& answers, unsigned processor, bool in_ring3)
    : at_{call_stub(processor)}, counter_{call_data(processor)}, in_ring3_{in_ring3}
{
    constexpr std::uint8_t kTrapFlagBit = 8;
    std::optional<Jump> stepping;
    if (!in_ring3_) {
        // SYSRETQ would set TF, too, but trap one instruction too early: Husk returns otherwise.
        put(State::Arrived, 0, {0x41, 0x0F, 0xBA, 0xE3, kTrapFlagBit});  // bt r11d, 8
        stepping = jump(kJumpIfCarry, State::Arrived, 0);
    }
    put(State::Arrived, 0, {0x48, 0x91});  // xchg rcx, rax
    std::uint32_t less = 0;
    const auto compare = [&](bool wanted, std::uint32_t number) -> std::optional<Jump> {
        if (!wanted) return std::nullopt;
        move_number(less, number);
        less = number;
        return jump(kJumpIfRcxZero, State::Compared, number);
    };
    const auto pid = compare(answers.pid.has_value(), SYS_getpid);
    const auto tid = compare(answers.tid.has_value(), SYS_gettid);
    const auto yields = compare(answers.yield, SYS_sched_yield);
    move_number(less, 0);
    const std::size_t leave = code_.size();
    put(State::Compared, 0, {0x48, 0x91});  // xchg rcx, rax
    if (stepping) land(*stepping);
    put(State::Arrived, 0, {0xE6, kSystemCallPort});  // out kSystemCallPort, al
    code_.insert(code_.end(), {0x0F, 0x0B});          // ud2: Husk goes on elsewhere
    if (pid) {
        land(*pid);
        return_with(SYS_getpid, static_cast<std::uint32_t>(*answers.pid));
    }
    if (tid) {
        land(*tid);
        return_with(SYS_gettid, static_cast<std::uint32_t>(*answers.tid));
    }
    if (yields) {
        land(*yields);
        yield(leave);
    }
    if (code_.size() > kCallStubSize) throw std::logic_error{"a system-call stub is too long"};
}

std::optional<CallStub::Finish> CallStub::finish(x86::Registers& user) const
{
    const auto place = std::ranges::find(places_, user.rip - at_, [](const Place& each) { return each.offset; });
    if (place == places_.end()) return std::nullopt;
    const std::uint64_t rax = user.rax;
    const std::uint64_t rcx = user.rcx;
    switch (place->state) {
        case State::Arrived:
        case State::Answered: break;
        case State::Compared:
            user.rax = rcx + place->number;
            user.rcx = rax;
            break;
        case State::Known:
            user.rax = place->number;
            user.rcx = rax;
            break;
    }
    user.rip = user.rcx;
    user.rflags = Flags<x86::Rflags>{user.r11};
    return place->state == State::Answered ? Finish::Answered : Finish::Served;
}

}  // namespace husk::program::entry
