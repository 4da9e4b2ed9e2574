#pragma once

#include <husk/x86.hpp>

#include <functional>
#include <optional>
#include <string>

namespace husk {

/// One thing that Husk asked of KVM to make a machine or to run it: for whoever wants to see how that is done.
struct Step {
    std::string call;  ///< the system call's name, or the ioctl's: "open", "KVM_CREATE_VM"
    std::string what;  ///< what it was given and what came of it: "slot 0: 0x200000 bytes at guest-physical 0x0"
    /// The registers that it set, if it did.
    std::optional<x86::Registers> registers{};
    std::optional<x86::SystemRegisters> system{};
};

using StepSink = std::function<void(const Step&)>;

}  // namespace husk
