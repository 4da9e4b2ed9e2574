#pragma once

#include "engine/debug.hpp"
#include "engine/exit.hpp"

#include <husk/x86.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

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
    /// As set_system_registers(); what the host keeps beside them (an interrupt controller's) becomes as at reset, which costs less
    /// than to leave it alone.
    virtual void reset_system_registers(const x86::SystemRegisters& system) { set_system_registers(system); }

    /// The bases of FS and GS alone, which cost less than all system registers.
    virtual std::uint64_t fs_base() = 0;
    virtual void set_fs_base(std::uint64_t base) = 0;
    virtual std::uint64_t gs_base() = 0;
    virtual void set_gs_base(std::uint64_t base) = 0;

    /// A register that this host has not reads as zero.
    virtual x86::ModelRegisters model_registers() = 0;
    /// Throws Error if the host refuses a value: an address that is not canonical, a bit of XCR0 beyond supported_xcr0().
    virtual void set_model_registers(const x86::ModelRegisters& model) = 0;
    /// LSTAR and FMASK alone, which costs less than all of them.
    virtual void set_system_call_entry(std::uint64_t lstar, std::uint64_t fmask) = 0;
    /// The bits that XCR0 may have; none if programs are not to be given XSAVE (CR4.OSXSAVE), for vector_state() would not have it
    /// all.
    virtual std::uint64_t supported_xcr0() = 0;

    /// x87 and vector registers as XSAVE stores them in its standard format (SDM Vol. 1, "XSAVE Area", 13.4), with room for all of
    /// supported_xcr0(), and for x87 and SSE: vector_state_size() bytes, at least 576.
    virtual std::vector<std::byte> vector_state() = 0;
    virtual std::size_t vector_state_size() = 0;
    /// False, and nothing is changed, if a processor would refuse `image`: not vector_state_size() bytes, reserved bits of MXCSR, a
    /// header that names other states, has the compacted format or reserved bits. Safe for images that a guest
    /// made.
    [[nodiscard]] virtual bool set_vector_state(std::span<const std::byte> image) = 0;
    /// True if a processor would load `image`, which it is not made to here.
    [[nodiscard]] virtual bool accepts_vector_state(std::span<const std::byte> image) = 0;

    /// What set_debug() can be asked for, found out the first time that it is asked for.
    virtual DebugAbilities debug_abilities() = 0;
    /// From the next run() on. `request` must be within debug_abilities(). Throws Error if the host refuses it.
    virtual void set_debug(const DebugRequest& request) = 0;

    /// Makes RDTSC in the guest read the host's own counter. False if this host does not do that.
    virtual bool use_host_tsc() = 0;

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

}  // namespace husk::engine
