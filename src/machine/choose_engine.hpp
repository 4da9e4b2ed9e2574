#pragma once

#include "engine/vm.hpp"
#include "x86/needed_features.hpp"

#include <husk/error.hpp>
#include <husk/machine.hpp>
#include <husk/step.hpp>
#include <husk/x86.hpp>

#include <memory>
#include <span>
#include <string>

namespace husk::machine {

/// An engine at work, and why it is this one.
struct Chosen {
    Engine engine = Engine::Kvm;  ///< Kvm or Soft
    std::string reason;           ///< why Engine::Auto did not take KVM; empty otherwise
    std::unique_ptr<engine::Vm> vm;
};

/// What else an engine is chosen and made by.
struct Demands {
    const x86::NeededFeatures* needed = nullptr;  ///< what CPUID must show the guest, if there is such
    StepSink on_step{};                           ///< told of what is asked of KVM from now on, if it is set
};

/// The engine that `wanted` asks for, able to start a guest in `mode`. Throws Error if it is not to be had.
Chosen choose_engine(Engine wanted, x86::Mode mode, const Demands& demands = {});

/// What is thrown if a guest finds less in CPUID than it needs.
Error lacking(Engine engine, std::span<const std::string> features);

/// Why this host's KVM cannot start a guest in `mode`; empty if it can. Throws Error if there is no KVM.
std::string kvm_lacks(x86::Mode mode);

/// What this host's KVM cannot do for a debugger that the software engine can; empty if it can all, or there is none.
std::string kvm_cannot_debug();

/// What the engines keep open for the whole process, which is /dev/kvm if there is one, goes to descriptors from `line` on.
void keep_devices_above(int line);

/// The software engine; throws Error if this build has none.
std::unique_ptr<engine::Vm> soft_engine();
bool has_soft_engine();
/// The version of the library it is made with; empty if this build has none.
std::string soft_engine_version();

}  // namespace husk::machine
