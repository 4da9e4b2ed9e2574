#pragma once

#include "x86/cpu_features.hpp"

#include <husk/machine.hpp>

namespace husk::program {

/// An engine, and what it shows programs in CPUID.
struct ShownHere {
    Engine engine = Engine::Kvm;  ///< Kvm or Soft
    x86::CpuFeatures features;
};

/// Of the engine that a program on `wanted` would have, asked by a machine without a program. Whoever thaws in this process, or in
/// one that it becomes by fork, does not ask again. Throws Error if there is no engine.
ShownHere features_here(Engine wanted);

}  // namespace husk::program
