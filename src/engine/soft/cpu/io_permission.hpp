#pragma once

#include "engine/soft/cpu/linear.hpp"

#include <husk/x86.hpp>

#include <cstdint>

/// Who may use ports, which Unicorn does not ask. SDM Vol. 1, "Protected-Mode I/O" (19.5).
namespace husk::soft {

/// The I/O privilege level of RFLAGS.
unsigned io_privilege(const x86::Registers& registers);

/// True if all ports are open to code at `privilege`: real mode, or the I/O privilege level of RFLAGS.
bool ports_open(const x86::Registers& registers, const x86::SystemRegisters& system, unsigned privilege);

/// True if the I/O permission bitmap of the task-state segment `tr` grants ports `first` to `first + count - 1`.
bool ports_granted(const Linear& memory, const x86::Segment& tr, std::uint16_t first, unsigned count);

}  // namespace husk::soft
