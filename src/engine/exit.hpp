#pragma once

#include <husk/address.hpp>
#include <husk/x86.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>

namespace husk::engine {

/// Why a processor left the guest, the same for every engine. Spans point into the engine and are good until its next run().
namespace exits {

/// IN, or a string IN with its count: the guest goes on with what `data` (count × width bytes) is filled with.
struct PortIn {
    std::uint16_t port = 0;
    std::uint8_t width = 1;  ///< bytes an item: 1, 2 or 4
    std::span<std::byte> data;
};

/// OUT, a string OUT with its count, or several writes of one width to one port that the engine gathered.
struct PortOut {
    std::uint16_t port = 0;
    std::uint8_t width = 1;
    std::span<const std::byte> data;
};

/// A read of guest-physical memory that is not there.
struct MmioRead {
    GuestPhys at;
    std::span<std::byte> data;
};

struct MmioWrite {
    GuestPhys at;
    std::span<const std::byte> data;
};

/// HLT; the instruction pointer is past it.
struct Halt {};

/// Triple fault.
struct Shutdown {
    bool registers_lost = false;          ///< the host resets them before it tells
    std::optional<x86::Exception> first;  ///< what the guest raised and had no handler for, if the engine knows
};

/// An exception the engine neither delivered nor can deliver.
struct Exception {
    x86::Exception exception;
};

/// The engine cannot execute what a processor could.
struct CannotExecute {
    std::string reason;
};

/// An access to guest memory that the host does not let it have: not mapped, or not to be written to. The instruction has not been
/// executed, and run() tries it again, so that it succeeds once the host has mapped what it wants.
///
/// KVM seldom tells more than that there was one (docs/architecture.md, "Memory under a running guest"); engine::accesses_of() then
/// tells where it may have been.
struct MemoryFault {
    std::optional<GuestPhys> at;  ///< the access's first byte in a page at fault, or that page, if the engine knows
    std::optional<bool> write;    ///< false: read or fetched
};

/// kick(), the deadline, or a signal to this thread.
struct Interrupted {};

/// What Vcpu::set_debug() asked for: an instruction is done (step), or the processor is before one that a watch is on (Execute), or
/// before an INT3, or behind one that read or wrote what a watch is on.
struct Debug {
    bool stepped = false;
    bool trap_instruction = false;
    std::optional<std::uint64_t> data{};  ///< linear address of the watch that was met
};

}  // namespace exits

using Exit = std::variant<exits::PortIn, exits::PortOut, exits::MmioRead, exits::MmioWrite, exits::Halt, exits::Shutdown,
                          exits::Exception, exits::CannotExecute, exits::MemoryFault, exits::Interrupted, exits::Debug>;

}  // namespace husk::engine
