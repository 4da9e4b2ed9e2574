#pragma once

#include "program/entry/layout.hpp"

#include <husk/x86.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace husk::program::entry {

/// The calls that a processor answers itself, without leaving the machine, each only if it has an answer.
struct Answers {
    std::optional<int> pid;  ///< what getpid answers
    std::optional<int> tid;  ///< what gettid answers
    bool yield = false;      ///< sched_yield: only each kYieldsInside-th asks the host

    bool any() const { return pid || tid || yield; }
};

/// A host's thread that spins gives the host's processor away that often at least.
inline constexpr std::uint32_t kYieldsInside = 16;

/// Where SYSCALL arrives, of a processor of its own: answers what it can, and leaves by an OUT for everything else.
///
///     xchg rcx, rax          RCX the number, RAX where the program goes on: SYSCALL put that in RCX
///     lea rcx, [rcx - 39]    compares without touching a flag
///     jrcxz getpid
///     …                      the others in the same way
///     lea rcx, [rcx + …]     the number again
///     xchg rcx, rax
///     out 0x10, al
///
/// It needs no memory but the counter of sched_yield, no stack and no register beyond RAX, RCX and R11, which are a call's own.
/// Where SYSCALL arrives in ring 0 it returns by SYSRETQ, which takes the flags from R11; where it stays in ring 3, by a jump, and
/// neither SYSCALL nor the stub has changed a flag.
///
/// Its processor may stop at any instruction; finish() says how the call goes on.
class CallStub {
public:
    /// No stub: nothing is at any address.
    CallStub() = default;
    CallStub(const Answers& answers, unsigned processor, bool in_ring3);

    std::span<const std::uint8_t> code() const { return code_; }

    enum class Finish : std::uint8_t {
        Served,    ///< the call is yet to be made: as if the stub had left by its OUT
        Answered,  ///< the program goes on behind its SYSCALL, with its answer
    };
    /// Makes `user`, of a processor that stopped with RIP in its stub, what they are behind the SYSCALL. Nothing if RIP is not at
    /// one of its instructions, or at one that never runs.
    std::optional<Finish> finish(x86::Registers& user) const;

private:
    enum class State : std::uint8_t {
        Arrived,   ///< as SYSCALL left them: RAX the number, RCX where the program goes on
        Compared,  ///< RCX is the number less `number`, RAX where the program goes on
        Known,     ///< the number is `number`, RAX where the program goes on
        Answered,  ///< RAX the answer, RCX where the program goes on
    };
    struct Place {
        std::size_t offset = 0;
        State state{};
        std::uint32_t number = 0;
    };
    /// A jump forward, whose distance is written when it is known.
    struct Jump {
        std::size_t from = 0;
    };

    void put(State state, std::uint32_t number, std::initializer_list<std::uint8_t> bytes);
    void put_word(std::uint32_t word);
    void put_distance(std::uint64_t address, std::size_t bytes_after = 0);
    Jump jump(std::uint8_t opcode, State state, std::uint32_t number);
    void land(Jump jump);
    void jump_back(State state, std::uint32_t number, std::size_t to);
    void move_number(std::uint32_t from, std::uint32_t to);
    void return_with(std::uint32_t number, std::uint32_t value);
    void yield(std::size_t leave);

    std::uint64_t at_ = 0;
    std::uint64_t counter_ = 0;
    bool in_ring3_ = false;
    std::vector<std::uint8_t> code_;
    std::vector<Place> places_;
};

}  // namespace husk::program::entry
