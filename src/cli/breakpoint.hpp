#pragma once

#include <husk/machine.hpp>

#include <cstddef>
#include <span>

namespace husk::cli {

/// HLT in the place of an instruction's first byte, so that a machine stops before that is executed for the first time. For code at
/// ring 0 that stays where it was loaded.
class Breakpoint {
public:
    /// `at` must be memory.
    Breakpoint(Machine& machine, GuestPhys at);

    /// True if the machine, which has just halted, did so here.
    bool reached() const;
    /// Puts the byte back, and the machine, which reached it, before the instruction.
    void remove();

private:
    Machine& machine_;
    GuestPhys at_;
    std::span<std::byte> code_;  ///< the host's view of the byte
    std::byte original_;
};

}  // namespace husk::cli
