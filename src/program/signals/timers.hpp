#pragma once

#include "program/host/call.hpp"
#include "program/signals/helper.hpp"
#include "program/signals/set.hpp"

#include <csignal>
#include <ctime>
#include <map>
#include <mutex>
#include <optional>

namespace husk::program {

/// Whom a timer tells what, as sigevent(7) has it.
struct Notice {
    int how = SIGEV_NONE;  ///< SIGEV_SIGNAL: the process; SIGEV_THREAD_ID: a thread; SIGEV_NONE: nobody
    int signal = 0;
    sigval value{};
    int tid = 0;
};

/// A program's timers: timer_create(2) and setitimer(2). Each is a timer of the host's on the same clock, so that clocks that are
/// set, suspended time and time used by processors count as they do on the host; when it expires, the helper tells. Thread-safe.
/// Results are Linux's.
class Timers {
public:
    static constexpr std::size_t kMost = 1024;  ///< each counts against the user's RLIMIT_SIGPENDING

    explicit Timers(SignalHelper& helper) : helper_{&helper} {}
    ~Timers() { clear(); }
    Timers(const Timers&) = delete;
    Timers& operator=(const Timers&) = delete;

    /// Of the calling thread, where the clock is a thread's. The id, which begins at 0. Without a notice the process gets SIGALRM
    /// with the id as its value.
    Result create(int clock, const std::optional<Notice>& notice);
    Result remove(int id);
    Result set(int id, int flags, const itimerspec& next, itimerspec& before);
    Result get(int id, itimerspec& now) const;
    /// How often the timer had expired beyond the once that its last signal told.
    Result overruns(int id) const;

    /// The interval timers, ITIMER_REAL to ITIMER_PROF, which are timers with an id of their own.
    Result set_interval(int which, const itimerspec& next, itimerspec& before);
    Result get_interval(int which, itimerspec& now) const;
    static bool is_interval(int id) { return id < 0; }

    /// What a timer that expired is to do; nothing if it has been removed meanwhile.
    std::optional<Notice> notice(int id) const;
    /// Its signal was taken, and told of `overruns`.
    void delivered(int id, int overruns);

    /// How many there are, of interval timers those that run.
    std::size_t count() const;
    /// Removes them all, as execve() and the end do.
    void clear();

private:
    struct Timer {
        int host = 0;  ///< the host's id
        Notice notice;
        int overruns = 0;
    };

    Result make(int id, int clock, const Notice& notice);
    std::optional<int> host_id(int id) const;

    SignalHelper* helper_;
    mutable std::mutex mutex_;
    std::map<int, Timer> timers_;
    int next_ = 0;
};

}  // namespace husk::program
