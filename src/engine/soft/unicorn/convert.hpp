#pragma once

#include "engine/soft/unicorn/context.hpp"
#include "engine/soft/unicorn/layout.hpp"

#include <husk/x86.hpp>

namespace husk::soft {

/// The system registers in a Context, hidden parts of segments included. CR8 is not among them: Unicorn keeps no task priority.
x86::SystemRegisters read_system(const Context& context, const Layout& layout);

/// Changes the system registers in a Context, and with them the flags that Unicorn translates code by. Whoever restores it must
/// flush Unicorn's TLB.
void write_system(Context& context, const Layout& layout, const x86::SystemRegisters& system);

/// The privilege level that code runs at, 0–3.
unsigned privilege_level(const Context& context, const Layout& layout);

}  // namespace husk::soft
