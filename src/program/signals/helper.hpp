#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <thread>

namespace husk::program {

/// The host thread "husk-signals", which waits for the host's timers that stand for a program's, and for signals that the host
/// caught for it. It is there from its first use until stop(), and can be started again. It takes part in nothing of the guest's.
class SignalHelper {
public:
    struct Sink {
        /// A timer of the host, made with target(), has expired: its value, and how often more than once.
        std::function<void(int value, int overruns)> timer;
        /// wake() was called.
        std::function<void()> woken;
    };

    SignalHelper() = default;
    ~SignalHelper() { stop(); }
    SignalHelper(const SignalHelper&) = delete;
    SignalHelper& operator=(const SignalHelper&) = delete;

    /// What is called on the helper's thread. Before the first use.
    void set_sink(Sink sink) { sink_ = std::move(sink); }

    /// Starts the thread, and does not wait for it. What wake() was called for meanwhile it does first. Throws std::system_error.
    void begin();
    /// The host id of the thread, which is started if need be: where host timers send interrupt_signal(). Throws std::system_error.
    int tid();
    /// Whoever waits for the helper may not hold a lock that the sink takes.
    void stop();

    /// Calls the sink's woken() soon. Safe in a signal handler; nothing happens if the thread was not begun.
    void wake() const noexcept;

private:
    void run();

    Sink sink_;
    std::mutex mutex_;
    std::thread thread_;
    std::atomic<int> tid_{0};
    std::atomic<bool> stopping_{false};
};

}  // namespace husk::program
