#pragma once

#include "program/process/call.hpp"

namespace husk::program {

/// HUSK_CALL, the system call that Linux has not: its first argument is an operation of <husk/guest.h>. −ENOSYS for one that there
/// is not.
Result guest_call(Thread& thread, const Call& call);

}  // namespace husk::program
