#pragma once

#include "base/deadline_timer.hpp"
#include "engine/vm.hpp"

#include <atomic>
#include <functional>
#include <utility>

namespace husk::soft {

/// Wakes whoever runs the guest: when kicked, and when its time is up.
class Alarm {
public:
    /// `stop` makes the guest leave; called from any thread and from signal handlers, so it must do no more than that.
    explicit Alarm(std::function<void()> stop) : stop_{std::move(stop)} {}

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

    const std::function<void()> stop_;
    std::atomic<bool> wanted_ = false;
    std::atomic<bool> kicked_ = false;
    std::atomic<bool> expired_ = false;

    DeadlineTimer timer_{[this] { ring(expired_); }};
};

}  // namespace husk::soft
