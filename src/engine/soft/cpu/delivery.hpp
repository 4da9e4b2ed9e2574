#pragma once

#include "engine/exit.hpp"
#include "engine/soft/cpu/event.hpp"
#include "engine/soft/cpu/memory.hpp"
#include "engine/soft/cpu/system_memory.hpp"

#include <husk/x86.hpp>

#include <optional>
#include <vector>

namespace husk::soft {

/// What became of an event.
struct Delivered {
    /// Where the guest goes on, at its handler; or why it does not. After a triple fault, registers are those from before but CR2.
    x86::State state;
    std::optional<engine::Exit> end;  ///< Shutdown, or CannotExecute where a table or stack is no memory
    std::vector<SystemMemory::Written> written;
};

/// Delivers `event` through the guest's interrupt vector table (real mode) or IDT. If the processor faults on the way, delivers
/// that fault, or a double fault, instead. `privilege` is that of the code which runs. SDM Vol. 3A, "Interrupt and Exception
/// Handling" (6); Vol. 2A, "INT n/INTO/INT3/INT1—Call to Interrupt Procedure".
Delivered deliver(const Memory& memory, const x86::State& state, unsigned privilege, Event event);

}  // namespace husk::soft
