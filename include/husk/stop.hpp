#pragma once

#include <husk/address.hpp>
#include <husk/x86.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>

namespace husk {

/// Why a guest stopped: each alternative is a value, for what a guest does is never an exception of the host's language.
namespace stops {

/// HLT. With interrupts on the guest waits for one; nothing attached to this machine can send it.
struct Halted {
    bool interrupts_on = false;
    bool operator==(const Halted&) const = default;
};

/// The guest wrote `code` to the exit port (0xF4), or a device asked to stop with it.
struct Exited {
    std::uint32_t code = 0;
    bool operator==(const Exited&) const = default;
};

/// An exception while delivering a double fault: a real machine resets. SDM Vol. 3A, "Interrupt 8—Double Fault Exception (#DF)".
struct TripleFault {
    bool registers_lost = false;          ///< this host's KVM resets the registers before it tells (AMD-V)
    std::optional<x86::Exception> first;  ///< what it began with, at the instruction pointer, if the engine tells (software)
    bool operator==(const TripleFault&) const = default;
};

/// An exception that the guest raised and that was not delivered to a handler of its own.
struct UnhandledException {
    x86::Exception exception;
    bool operator==(const UnhandledException&) const = default;
};

/// The time given to run() passed.
struct OutOfTime {
    bool operator==(const OutOfTime&) const = default;
};

/// cancel() was called.
struct Cancelled {
    bool operator==(const Cancelled&) const = default;
};

/// The engine cannot go on with this guest although a real machine could. `bytes` are those at the instruction pointer, as many
/// as could be read (at most 15, an x86 instruction's longest).
struct CannotExecute {
    std::string reason;  ///< in words: what the engine lacks
    GuestVirt at;        ///< linear address of the instruction
    std::array<std::byte, 15> bytes{};
    std::uint8_t size = 0;  ///< how many of `bytes` are valid
    bool operator==(const CannotExecute&) const = default;
};

/// The guest asked to be frozen here, on a machine that is to stop there (MachineConfig::stop_to_freeze).
struct FreezeAsked {
    bool operator==(const FreezeAsked&) const = default;
};

/// The guest touched what nobody claims: on a strict machine any port or address, on every machine an instruction fetched from
/// where there is no memory.
struct Unclaimed {
    enum class Space : std::uint8_t { Port, Memory };
    enum class Access : std::uint8_t { Read, Write, Fetch };
    Space space = Space::Port;
    Access access = Access::Read;
    std::uint64_t address = 0;  ///< port number or guest-physical address
    std::uint32_t size = 0;     ///< bytes a single access
    bool operator==(const Unclaimed&) const = default;
};

/// What a debugger waits for (Machine::step(), Machine::set_breakpoints()); the guest itself has not stopped.
struct Debug {
    enum class Why : std::uint8_t {
        Step,        ///< an instruction is done
        Breakpoint,  ///< the next instruction has one
        Watchpoint,  ///< the last instruction has read or written what one is on
    };
    Why why = Why::Step;
    GuestVirt at{};  ///< where that breakpoint or watchpoint is; not of a step
    bool operator==(const Debug&) const = default;
};

}  // namespace stops

using Stop = std::variant<stops::Halted, stops::Exited, stops::TripleFault, stops::UnhandledException, stops::OutOfTime,
                          stops::Cancelled, stops::CannotExecute, stops::FreezeAsked, stops::Unclaimed, stops::Debug>;

/// One line in words: "halted with interrupts off", "triple fault" …
std::string describe(const Stop& stop);

}  // namespace husk
