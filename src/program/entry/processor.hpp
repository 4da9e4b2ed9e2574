#pragma once

#include "engine/vm.hpp"
#include "memory/reservation.hpp"
#include "program/entry/call_stub.hpp"
#include "program/entry/pages.hpp"
#include "x86/cpu_features.hpp"

#include <husk/address.hpp>
#include <husk/x86.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

namespace husk::program::entry {

/// Why ring 3 was left.
namespace events {
/// SYSCALL: number and arguments are in the registers, RIP is behind it.
struct SystemCall {};
/// An exception by its vector. RIP is at the instruction, or behind it for traps.
struct Exception {
    std::uint8_t vector = 0;
    std::uint64_t error_code = 0;
    std::uint64_t address = 0;  ///< #PF: CR2
};
/// Memory that the guest's tables give it but the host does not: not mapped there, or not for this access.
struct NoMemory {
    std::optional<std::uint64_t> address;
};
/// Vcpu::kick().
struct Interrupted {};
/// A watch that the processor was asked for (Vcpu::set_debug): RIP is at the instruction for one on execution, and behind that
/// which met it for one on data.
struct Watched {
    std::optional<std::uint64_t> data;  ///< where the watch is that was met, if it is one on data
};
/// The engine cannot go on.
struct Broken {
    std::string reason;
};
}  // namespace events

using Event =
    std::variant<events::SystemCall, events::Exception, events::NoMemory, events::Interrupted, events::Watched, events::Broken>;

/// A processor as seen from ring 3: takes the guest's registers down and up across the border, however it was crossed.
///
///     SYSCALL     ──► stub ──OUT──► Husk ──► SYSRETQ        if SYSCALL arrives in ring 0, as the manual has it
///                                        ──► ring 3         if it stays in ring 3: Husk sets RIP itself
///     exception   ──► gate ──OUT──► Husk ──► IRETQ          the frame on the ring-0 stack holds RIP, RFLAGS, RSP
///     a stub at ring 3 ────────OUT──► Husk ──► ring 3       nothing was crossed: function_call.hpp
///     kick, fault ──────────────────► Husk ──► ring 3       likewise
///
/// Some calls the stub answers itself, if answer_inside() said so: CallStub.
class Processor {
public:
    /// Without a `vcpu` it can only be asked what it is.
    Processor(const Reservation& space, engine::Vcpu* vcpu, unsigned index) : space_{&space}, vcpu_{vcpu}, index_{index} {}

    /// Makes a SYSCALL of Husk's own at ring 3, before the guest can interfere, and sees where it arrives. Between enter() and
    /// leave(), with the start registers set.
    void find_system_call_ring();
    bool system_calls_stay_in_ring3() const { return stays_in_ring3_; }
    /// What another processor of the same machine has found.
    void set_system_calls_stay_in_ring3(bool stay) { stays_in_ring3_ = stay; }

    /// What CPUID shows ring 3. Under the same conditions, and before answer_inside().
    x86::CpuFeatures ask_features();

    /// Answers these calls inside the guest from now on. The ring must be known, and open_call_data() called.
    void answer_inside(const Answers& answers);

    /// Runs ring 3 until an event; `user` is then its registers.
    Event run(x86::Registers& user);
    /// Makes `user` what ring 3 goes on with at the next run(). `all`: RCX and R11 too, which a system call's return otherwise
    /// overwrites.
    void resume(const x86::Registers& user, bool all);

private:
    enum class Crossed { Nothing, SystemCall, Exception };

    void run_own_code(std::uint64_t at, std::uint16_t port, const char* what);
    std::optional<Event> port(std::uint16_t port, x86::Registers& user);
    Event exception(unsigned vector, x86::Registers& user);
    std::optional<Event> interrupted(x86::Registers& user);
    std::optional<Event> watched(const engine::exits::Debug& exit, x86::Registers& user);
    std::optional<Event> finish_call(x86::Registers& user) const;
    void take_frame(x86::Registers& user);
    void return_by_frame(const x86::Registers& user);

    const Reservation* space_;
    engine::Vcpu* vcpu_;
    unsigned index_;
    bool stays_in_ring3_ = false;
    CallStub stub_;
    Crossed crossed_ = Crossed::Nothing;
};

}  // namespace husk::program::entry
