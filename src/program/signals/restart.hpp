#pragma once

#include <array>
#include <cstdint>

namespace husk::program {

/// What becomes of a call that a signal interrupted: signal(7), "Interruption of system calls and library functions by signal
/// handlers". Whatever is interrupted by a signal that runs no handler is made again, but for Final.
enum class Restart : std::uint8_t {
    Always,    ///< made again, whatever ran
    IfWanted,  ///< made again after a handler with SA_RESTART
    Never,     ///< −EINTR after any handler
    Final,     ///< −EINTR in any case: the call has done what it was to do
};

/// Of the call with this number and these arguments.
Restart restart_of(std::uint64_t number, const std::array<std::uint64_t, 6>& arguments);

}  // namespace husk::program
