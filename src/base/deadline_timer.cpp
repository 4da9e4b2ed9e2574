#include "base/deadline_timer.hpp"

#include "base/quiet_thread.hpp"

#include <utility>

namespace husk {

DeadlineTimer::~DeadlineTimer()
{
    {
        const std::lock_guard lock{mutex_};
        over_ = true;
    }
    changed_.notify_one();
    if (thread_.joinable()) thread_.join();
}

void DeadlineTimer::set(Deadline deadline)
{
    bool earlier = false;
    {
        const std::lock_guard lock{mutex_};
        earlier = std::exchange(deadline_, deadline) > deadline;
        if (!thread_.joinable()) thread_ = quiet_thread([this] { run(); });
    }
    if (earlier) changed_.notify_one();
}

void DeadlineTimer::clear() noexcept
{
    const std::lock_guard lock{mutex_};
    deadline_ = kNever;  // the thread sees it when it wakes at the old one
}

void DeadlineTimer::run()
{
    std::unique_lock lock{mutex_};
    while (!over_) {
        if (deadline_ == kNever) {
            changed_.wait(lock);
        } else if (std::chrono::steady_clock::now() >= deadline_) {
            deadline_ = kNever;
            ring_();
        } else {
            changed_.wait_until(lock, Deadline{deadline_});
        }
    }
}

}  // namespace husk
