#pragma once

#include <cstdint>

namespace husk::program {

class Thread;

/// What calls that wait or fail ask of the signals code. Unset, as in tests of calls alone: there are no signals.
struct SignalHooks {
    /// True if a signal is pending that the thread handles or that ends the program: what it waits in answers EINTR. False if an
    /// interruption was for nothing.
    bool (*to_deliver)(Thread& thread) = nullptr;
    /// Queues a signal to the thread for what it just did: SIGXFSZ.
    void (*raise)(Thread& thread, int signal) = nullptr;
    /// The mask of ppoll and its kin (the kernel's 64 bits) for one call. A signal that it lets through and that is pending
    /// interrupts the thread.
    void (*begin_mask)(Thread& thread, std::uint64_t mask) = nullptr;
    /// The call is done. Interrupted: the old mask comes back when the signal's handler has returned; otherwise at once.
    void (*end_mask)(Thread& thread, bool interrupted) = nullptr;
};

}  // namespace husk::program
