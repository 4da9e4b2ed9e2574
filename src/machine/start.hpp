#pragma once

#include "device/bus.hpp"
#include "x86/tables.hpp"

#include <husk/memory.hpp>
#include <husk/x86.hpp>

#include <optional>

namespace husk::machine {

/// Where things lie in a machine's memory when its guest starts.
class Layout {
public:
    Layout(GuestMemory& memory, const device::Bus& mmio) : memory_{memory}, mmio_{mmio} {}

    /// The page tables of `mode`; without entries, and ending at 0, for modes that have none.
    x86::Tables tables(x86::Mode mode) const;

    /// Writes the page tables and says in which state the guest starts. Throws std::invalid_argument if that cannot be.
    x86::State start(x86::Mode mode, GuestPhys entry, std::optional<GuestPhys> stack);

private:
    GuestPhys default_stack(x86::Mode mode) const;
    void write(const x86::Tables& tables);

    GuestMemory& memory_;
    const device::Bus& mmio_;
};

}  // namespace husk::machine
