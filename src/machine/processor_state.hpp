#pragma once

#include "engine/vcpu.hpp"

#include <husk/machine.hpp>

namespace husk::machine {

/// All of a processor that engines tell. Between run() and settle() it is not that of an instruction boundary.
MachineState state_of(engine::Vcpu& vcpu);

/// Throws Error, saying what it is that this processor has not.
void set_state(engine::Vcpu& vcpu, const MachineState& state);

}  // namespace husk::machine
