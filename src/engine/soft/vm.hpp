#pragma once

#include "engine/vm.hpp"

#include <memory>
#include <string>

/// The software engine: an emulated processor, Unicorn's. Needs nothing of the host. docs/soft-engine.md says how it works.
namespace husk::soft {

/// A virtual machine without memory yet. Creates nothing of Unicorn's before its processor is asked for.
std::unique_ptr<engine::Vm> make_vm();

/// Unicorn's, "2.1.1".
std::string version();

}  // namespace husk::soft
