#pragma once

#include <husk/x86.hpp>

#include <cstdint>
#include <optional>

namespace husk::soft {

/// An exception or a software interrupt that is to reach the guest's handler.
struct Event {
    bool software = false;  ///< INT n, INT3, INTO: the handler's gate asks for privilege
    std::uint8_t vector = 0;
    std::optional<std::uint32_t> error_code;
    std::uint64_t return_to = 0;  ///< the instruction pointer that the handler finds in its frame
    std::uint64_t address = 0;    ///< of a page fault
    bool fault = false;           ///< the instruction at `return_to` was not executed: RFLAGS.RF is set in the frame

    /// The EXT bit of error codes: what is faulted upon was none of the guest's instructions'.
    /// SDM Vol. 3A, "Error Code" (6.13).
    std::uint32_t external() const { return software ? 0 : 1; }
};

/// The exception that `event` is; for INT n, one by that number.
x86::Exception exception_of(const Event& event);

/// `exception`, raised at the instruction that `return_to` points to or, for traps, past it.
Event event_of(const x86::Exception& exception, std::uint64_t return_to);

}  // namespace husk::soft
