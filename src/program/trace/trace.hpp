#pragma once

#include <chrono>
#include <csignal>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

#include "program/trace/call_text.hpp"
#include "program/trace/reader.hpp"

namespace husk::program {

/// Tells what a program does, call by call, in the manner of strace. Its threads may all use it at once; the sink is given one
/// whole line at a time, without its end, and must not call back.
///
/// A call is told when it has returned. One that waits is told in two lines if waits() is called:
/// "futex(… <unfinished ...>" and "<... futex resumed>) = 0". Where there are several threads each line starts with "[pid N] ".
class Trace {
public:
    using Sink = std::function<void(std::string_view line)>;
    struct Options {
        Limits limits;
        bool times = true;  ///< with the time that each call took
    };

    explicit Trace(Sink sink);
    Trace(Sink sink, const Options& options);

    /// `thread` is about to make a call. Looks at what the call is given. exit and exit_group are told at once.
    void enter(int thread, std::uint64_t number, const Values& values, const Reader& read);
    /// The call that `thread` has entered will take time.
    void waits(int thread);
    /// The call that `thread` has entered returned `result`, a value or -errno, after `duration`. Without a call, does nothing.
    void leave(int thread, std::int64_t result, std::chrono::nanoseconds duration, const Reader& read);

    /// "--- SIGSEGV {si_signo=SIGSEGV, si_code=SEGV_MAPERR, si_addr=0x8} ---".
    void signal(int thread, const siginfo_t& info);
    /// "+++ exited with 0 +++".
    void exited(int thread, int status);
    /// "+++ killed by SIGSEGV +++".
    void killed(int thread, int signal);
    /// Tells the calls that have not returned.
    void finish();

private:
    struct Pending {
        CallText call;
        bool told = false;  ///< its beginning was
    };

    void tell(int thread, std::string_view line);
    void tell_unfinished(int thread, Pending& pending);
    void end(int thread, std::string_view line);

    const Sink sink_;
    const Options options_;
    std::mutex mutex_;                ///< of all below, and of the sink
    std::map<int, Pending> pending_;  ///< by thread
    std::set<int> threads_;           ///< those alive
};

}  // namespace husk::program
