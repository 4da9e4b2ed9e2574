#pragma once

#include "engine/exit.hpp"

#include <husk/memory.hpp>
#include <husk/x86.hpp>

#include <chrono>
#include <cstdint>
#include <memory>

namespace husk::engine {

using Deadline = std::chrono::steady_clock::time_point;
inline constexpr Deadline kNever = Deadline::max();

/// One processor of a virtual machine. All calls but kick() come from one thread at a time.
class Vcpu {
public:
    virtual ~Vcpu() = default;
    Vcpu(const Vcpu&) = delete;
    Vcpu& operator=(const Vcpu&) = delete;

    /// The calling thread becomes the one that runs this processor, until leave(). After `deadline`, run() returns Interrupted.
    virtual void enter(Deadline deadline) = 0;
    virtual void leave() noexcept = 0;

    /// Goes on with the guest until its next exit. Only between enter() and leave(). Throws Error if the host fails.
    virtual Exit run() = 0;

    /// Completes the instruction of the last exit (takes a PortIn's answer, moves past an OUT), without running the next, so that
    /// registers() are those of an instruction boundary. Only between enter() and leave().
    virtual void settle() = 0;

    /// Makes run() return Interrupted soon: now if it is running, at once at its next call if it is not. From any thread, and from
    /// a signal handler.
    virtual void kick() noexcept = 0;

    virtual x86::Registers registers() = 0;
    virtual void set_registers(const x86::Registers& registers) = 0;
    virtual x86::SystemRegisters system_registers() = 0;
    virtual void set_system_registers(const x86::SystemRegisters& system) = 0;

protected:
    Vcpu() = default;
};

/// enter() for as long as it lives.
class Entered {
public:
    Entered(Vcpu& vcpu, Deadline deadline) : vcpu_{vcpu} { vcpu_.enter(deadline); }
    ~Entered() { vcpu_.leave(); }
    Entered(const Entered&) = delete;
    Entered& operator=(const Entered&) = delete;

private:
    Vcpu& vcpu_;
};

/// A virtual machine: guest memory, and one processor over it.
class Vm {
public:
    virtual ~Vm() = default;
    Vm(const Vm&) = delete;
    Vm& operator=(const Vm&) = delete;

    /// Gives the guest every region of `memory`, shared with the host and not copied; `memory` must outlive the machine.
    virtual void map(const GuestMemory& memory) = 0;

    /// Lets the engine gather writes of one byte to `port` and deliver them in order, before any other exit and at most 20 ms late.
    /// An engine that gains nothing by it ignores the call.
    virtual void gather_writes(std::uint16_t port) = 0;

    /// The processor, which lives as long as the machine. Throws Error if the host refuses it.
    virtual Vcpu& vcpu() = 0;

protected:
    Vm() = default;
};

}  // namespace husk::engine
