#pragma once

#include "memory/reservation.hpp"
#include "program/entry/layout.hpp"

#include <husk/x86.hpp>

#include <span>

namespace husk::program::entry {

/// Makes Husk's part of the space memory and fills it: tables, stubs, descriptors. Throws Error.
void build(const Reservation& space);

/// Opens [begin, end), multiples of 2 MiB, to ring 3: page-directory entries that were not present become so, which every
/// processor sees without being told.
void open(const Reservation& space, std::uint64_t begin, std::uint64_t end);
/// True if open() had this address.
bool is_open(const Reservation& space, std::uint64_t address);

/// Opens what system-call stubs write: to ring 3 too, if they run there. Once, before the first of them is written.
void open_call_data(const Reservation& space, bool in_ring3);
/// Writes the system-call stub of a processor that does not run.
void write_call_stub(const Reservation& space, unsigned processor, std::span<const std::uint8_t> code);

/// Writes what a program starts its functions with when the host calls them: the stubs, and vector registers as XSAVE has them, of
/// which XRSTOR takes all states that the processor manages; FXRSTOR takes the first of them without `xsave`. `in_ring3`: SYSCALL
/// stays there. Throws std::invalid_argument if there is no room for so many.
void write_function_stubs(const Reservation& space, std::span<const std::byte> vectors, bool xsave, bool in_ring3);

/// Writes a processor's page.
void build_processor(const Reservation& space, unsigned processor);

/// The registers that a processor starts in ring 3 with. `xsave`: the guest may use XSAVE and what goes with it.
x86::SystemRegisters system_registers(unsigned processor, bool xsave, bool fsgsbase);

// What goes to STAR, LSTAR and FMASK. SDM Vol. 3A, "Fast System Calls in 64-Bit Mode" (5.8.8).
std::uint64_t star();
std::uint64_t lstar();
std::uint64_t fmask();

/// What the processor pushes when it leaves ring 3 for an exception, and IRETQ takes back.
struct Frame {
    std::uint64_t rip = 0, cs = 0, rflags = 0, rsp = 0, ss = 0;
};
Frame read_frame(const Reservation& space, unsigned processor);
std::uint64_t read_error_code(const Reservation& space, unsigned processor);
void write_frame(const Reservation& space, unsigned processor, const Frame& frame);
/// Where a frame lies: what RSP must be for IRETQ.
constexpr std::uint64_t frame_at(unsigned processor)
{
    return stack_top(processor) - sizeof(Frame);
}

}  // namespace husk::program::entry
