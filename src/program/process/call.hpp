#pragma once

#include "program/host/call.hpp"

#include <husk/address.hpp>

#include <array>
#include <cstdint>
#include <functional>

namespace husk::program {

class Thread;

/// A system call as the guest made it: RAX, and RDI, RSI, RDX, R10, R8, R9.
struct Call {
    std::uint64_t number = 0;
    std::array<std::uint64_t, 6> arguments{};

    /// Arguments by what they are: `call.address(1)` is the second one as a pointer.
    GuestVirt address(std::size_t index) const { return {arguments[index]}; }
    std::uint64_t word(std::size_t index) const { return arguments[index]; }
    int integer(std::size_t index) const { return static_cast<int>(static_cast<std::uint32_t>(arguments[index])); }
};

/// Serves a call: its result is what the guest finds in RAX.
using Handler = Result (*)(Thread& thread, const Call& call);

}  // namespace husk::program
