#pragma once

#include "engine/soft/cpu/event.hpp"
#include "engine/soft/cpu/memory.hpp"
#include "engine/soft/cpu/system_memory.hpp"
#include "x86/descriptor.hpp"

#include <husk/x86.hpp>

#include <cstdint>

namespace husk::soft {

/// One attempt to get from the code that runs to the handler of an event.
struct Transfer {
    Transfer(const Memory& guest, const x86::State& from, unsigned cpl, const Event& what)
        : state{from}, memory{guest, state.system}, privilege{cpl}, event{what}
    {}

    x86::State state;  ///< stays as it was until nothing more can go wrong, unless `committed`
    SystemMemory memory;
    unsigned privilege;
    const Event& event;
    bool committed = false;  ///< a task was switched to: what goes wrong from now on does so in the new task

    /// A fault on the way. `code` is a selector, or an IDT index with its bit, or 0; EXT is added.
    tl::unexpected<Obstacle> fault(std::uint8_t vector, std::uint32_t code = 0) const
    {
        return tl::unexpected{
            Obstacle{x86::Exception{.vector = vector, .has_error_code = true, .error_code = code | event.external()}}};
    }
};

/// Through the interrupt vector table.
Expected<void> deliver_in_real_mode(Transfer& transfer);
/// Through a gate of the IDT, in protected, virtual-8086 and long mode.
Expected<void> deliver_through_gate(Transfer& transfer);
/// To the task whose TSS `selector` names, as a task gate does. SDM Vol. 3A, "Task Switching" (8.3).
Expected<void> switch_task(Transfer& transfer, x86::Selector selector);

}  // namespace husk::soft
