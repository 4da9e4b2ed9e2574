#pragma once

#include "program/signals/action.hpp"
#include "program/signals/alternate_stack.hpp"
#include "program/signals/descriptors.hpp"
#include "program/signals/frame.hpp"
#include "program/signals/helper.hpp"
#include "program/signals/host_signals.hpp"
#include "program/signals/pending.hpp"
#include "program/signals/timers.hpp"

#include <atomic>
#include <mutex>
#include <optional>

namespace husk::program {

/// What a thread has of its own. Its owner changes `blocked`, `saved`, `stack` and `exception`, which only it reads without
/// ProcessSignals::mutex; all else needs that.
struct ThreadSignals {
    explicit ThreadSignals(QueueRoom& room) : pending{room} {}

    SignalSet blocked;
    std::optional<SignalSet> saved;  ///< what `blocked` was before a call that changes it while it waits
    SignalSet awaited;               ///< by rt_sigtimedwait: they wake the thread though it blocks them
    PendingSignals pending;          ///< sent to this thread alone
    AlternateStack stack;
    LastException exception;
    bool from_exception = false;  ///< what is pending, or was taken last, is the signal that `exception` became

    /// True if this thread would take the signal.
    bool wants(int signal) const { return !blocked.has(signal) || awaited.has(signal); }
};

/// What a program's threads share. `mutex` guards what does not guard itself, and in each thread what is said there; it is taken
/// after Process::threads_mutex.
struct ProcessSignals {
    ~ProcessSignals()
    {
        host.give_back();
        helper.stop();
    }

    std::mutex mutex;
    QueueRoom room;
    Actions actions;
    PendingSignals pending{room};  ///< sent to the program: the first thread that wants them takes them
    SignalDescriptors descriptors;
    std::atomic<bool> stopped{false};  ///< by a signal, until SIGCONT, where the host's process does not stop with the program

    SignalHelper helper;
    Timers timers{helper};
    HostSignals host{helper};
};

}  // namespace husk::program
