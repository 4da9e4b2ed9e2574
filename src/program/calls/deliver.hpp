#pragma once

#include <cstdint>

namespace husk::program {

class Thread;

/// A signal that the thread's own instruction raised: si_signo, si_code, si_addr, the exception's vector and error code.
void raise_fault(Thread& thread, int signal, int code, std::uint64_t address, int trap, std::uint64_t error);

/// Delivers what is pending before the thread goes back to the guest.
void before_return(Thread& thread);

}  // namespace husk::program
