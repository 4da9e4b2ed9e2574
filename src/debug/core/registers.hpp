#pragma once

#include "debug/core/core_file.hpp"

#include <husk/machine.hpp>

/// Registers in a core file, as Linux has them for a thread: <sys/procfs.h>, Linux's include/uapi/linux/elf.h.
namespace husk::debug {

/// What a core file of a guest at such code is: outside of 64-bit code one of i386.
CoreWidth core_width(const x86::SystemRegisters& system);

/// The notes of one thread, or processor: its general registers and, unless that is 0, the signal that ended it. Outside of 64-bit
/// code the instruction pointer is linear, CS base and EIP, for debuggers know nothing of segments.
void add_status(CoreNotes& notes, const MachineState& state, int thread, int signal);
/// x87's and SSE's, and XSAVE's area with AVX's where there are any.
void add_vectors(CoreNotes& notes, const MachineState& state);

}  // namespace husk::debug
