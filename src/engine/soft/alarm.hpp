#pragma once

#include "engine/vm.hpp"

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace husk::soft {

/// Wakes whoever runs the guest: when kicked, and when its time is up. The time is watched by a thread that exists from the first
/// deadline on.
class Alarm {
public:
    /// `stop` makes the guest leave; called from any thread and from signal handlers, so it must do no more than that.
    explicit Alarm(std::function<void()> stop) : stop_{std::move(stop)} {}
    ~Alarm();
    Alarm(const Alarm&) = delete;
    Alarm& operator=(const Alarm&) = delete;

    void enter(engine::Deadline deadline);
    void leave() noexcept;
    void kick() noexcept { ring(kicked_); }

    /// True while the guest shall not run: kept up to date by kick(), the deadline, take() and leave().
    const std::atomic<bool>& wanted() const { return wanted_; }

    /// True if there was a kick, which is taken, or time is up, which stays.
    bool take() noexcept;

private:
    void ring(std::atomic<bool>& cause) noexcept
    {
        cause = true;
        wanted_ = true;
        stop_();
    }
    void watch();

    const std::function<void()> stop_;
    std::atomic<bool> wanted_ = false;
    std::atomic<bool> kicked_ = false;
    std::atomic<bool> expired_ = false;

    std::mutex mutex_;
    std::condition_variable changed_;
    engine::Deadline deadline_ = engine::kNever;
    bool over_ = false;
    std::thread watcher_;
};

}  // namespace husk::soft
