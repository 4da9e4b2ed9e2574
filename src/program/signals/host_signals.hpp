#pragma once

#include "program/host/disposition.hpp"
#include "program/signals/action.hpp"
#include "program/signals/helper.hpp"
#include "program/signals/pending.hpp"

#include <array>
#include <atomic>
#include <functional>
#include <mutex>

namespace husk::program {

/// Lets a program have the signals that this process gets from outside: what the program handles is caught and handed on, what it
/// ignores is ignored, what it leaves alone ends it as if it had sent it to itself; but those that stop it or leave a core do so to
/// this process at once. One program of a process at a time. Not taken are:
///  - SIGKILL and SIGSTOP, which nobody can;
///  - SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGSYS, which would be Husk's own mistakes;
///  - SIGPIPE and SIGXFSZ, which come of the program's calls (RaisedSignals);
///  - those that Husk and libc use themselves: SIGURG, interrupt_signal(), 32 and 33.
class HostSignals {
public:
    explicit HostSignals(SignalHelper& helper) : helper_{&helper} {}
    ~HostSignals() { give_back(); }
    HostSignals(const HostSignals&) = delete;
    HostSignals& operator=(const HostSignals&) = delete;

    /// From now on. `actions` get what execve() lets a program inherit: what is ignored stays so. Throws std::logic_error if
    /// another program of this process has them.
    void take(Actions& actions);
    bool taken() const { return taken_; }
    /// All signals are again as they were.
    void give_back();

    /// The program's action for a signal has changed.
    void follow(int signal, const Actions& actions);

    /// True if something was caught that has not been handed on. A signal that has come before a call ends is known then.
    bool has_caught() const;
    /// Hands on what was caught since, in the order in which it came. When it returns, so has everybody else's.
    void hand_on(const std::function<void(const SignalInfo&)>& to);

private:
    SignalHelper* helper_;
    std::atomic<bool> taken_{false};
    std::mutex handing_on_;
    std::array<HostDisposition, kSignals + 1> before_{};
};

/// The signals that the host's kernel raises on a thread for what its call did: SIGPIPE and SIGXFSZ. While this lives, the calling
/// thread holds them back, so that they can be handed to the program.
class RaisedSignals {
public:
    RaisedSignals();
    ~RaisedSignals();
    RaisedSignals(const RaisedSignals&) = delete;
    RaisedSignals& operator=(const RaisedSignals&) = delete;

    /// The one that has been raised on the calling thread, or 0.
    static int take();

private:
    SignalSet before_;
};

}  // namespace husk::program
