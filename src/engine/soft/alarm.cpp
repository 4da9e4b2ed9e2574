#include "engine/soft/alarm.hpp"

#include <utility>

namespace husk::soft {

Alarm::~Alarm()
{
    {
        const std::lock_guard lock{mutex_};
        over_ = true;
    }
    changed_.notify_one();
    if (watcher_.joinable()) watcher_.join();
}

void Alarm::enter(engine::Deadline deadline)
{
    if (deadline == engine::kNever) return;
    bool earlier = false;
    {
        const std::lock_guard lock{mutex_};
        earlier = std::exchange(deadline_, deadline) > deadline;
        if (!watcher_.joinable()) watcher_ = std::thread{[this] { watch(); }};
    }
    if (earlier) changed_.notify_one();
}

void Alarm::leave() noexcept
{
    const std::lock_guard lock{mutex_};
    deadline_ = engine::kNever;  // the watcher sees it when it wakes at the old one
    if (expired_.exchange(false)) wanted_ = kicked_.load();
}

bool Alarm::take() noexcept
{
    if (!wanted_) return false;
    // Lower the flag first: a kick from here on raises it again.
    wanted_ = false;
    const bool kicked = kicked_.exchange(false);
    const bool expired = expired_;
    if (expired) wanted_ = true;
    return kicked || expired;
}

void Alarm::watch()
{
    std::unique_lock lock{mutex_};
    while (!over_) {
        if (deadline_ == engine::kNever) {
            changed_.wait(lock);
        } else if (std::chrono::steady_clock::now() >= deadline_) {
            deadline_ = engine::kNever;
            ring(expired_);
        } else {
            changed_.wait_until(lock, engine::Deadline{deadline_});
        }
    }
}

}  // namespace husk::soft
