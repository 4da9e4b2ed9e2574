#pragma once

#include <husk/x86.hpp>

#include <string>
#include <vector>

namespace husk::debug {

/// What some bits are, and what follows from that.
struct Reason {
    std::string bits;       ///< "CR0.PG is 1"
    std::string therefore;  ///< "paging is on"
    bool operator==(const Reason&) const = default;
};

/// How the processor's mode follows from its registers, one thing after the other. States that no processor is in, as a file may
/// have them, are named as such.
std::vector<Reason> explain_mode(const x86::Registers& registers, const x86::SystemRegisters& system);

}  // namespace husk::debug
