#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace husk {

/// Calls a function when a deadline has passed: on a thread of its own, which is there from the first deadline on.
class DeadlineTimer {
public:
    using Deadline = std::chrono::steady_clock::time_point;
    static constexpr Deadline kNever = Deadline::max();

    explicit DeadlineTimer(std::function<void()> ring) : ring_{std::move(ring)} {}
    ~DeadlineTimer();
    DeadlineTimer(const DeadlineTimer&) = delete;
    DeadlineTimer& operator=(const DeadlineTimer&) = delete;

    /// Instead of the one before. Wakes the thread only where it would sleep too long. Throws std::system_error if there can be
    /// none.
    void set(Deadline deadline);
    /// Once this is back, nothing is called.
    void clear() noexcept;

private:
    void run();

    const std::function<void()> ring_;
    std::mutex mutex_;
    std::condition_variable changed_;
    Deadline deadline_ = kNever;
    bool over_ = false;
    std::thread thread_;
};

}  // namespace husk
