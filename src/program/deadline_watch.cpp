#include "program/deadline_watch.hpp"

#include "base/quiet_thread.hpp"

#include <utility>

namespace husk::program {

DeadlineWatch::~DeadlineWatch()
{
    if (!thread_.joinable()) return;
    {
        const std::lock_guard lock{mutex_};
        over_ = true;
    }
    wake_.notify_one();
    thread_.join();
}

void DeadlineWatch::set(engine::Deadline deadline)
{
    if (std::exchange(last_, deadline) == deadline) return;
    {
        const std::lock_guard lock{mutex_};
        deadline_ = deadline;
    }
    if (thread_.joinable())
        wake_.notify_one();
    else
        thread_ = quiet_thread([this] { run(); });
}

void DeadlineWatch::clear()
{
    // It may sleep on until what was the deadline: it finds then that it is none.
    if (std::exchange(last_, engine::kNever) == engine::kNever) return;
    const std::lock_guard lock{mutex_};
    deadline_ = engine::kNever;
}

void DeadlineWatch::run()
{
    std::unique_lock lock{mutex_};
    while (!over_) {
        if (deadline_ == engine::kNever) {
            wake_.wait(lock);
            continue;
        }
        const engine::Deadline until = deadline_;
        if (engine::Deadline::clock::now() < until) {
            wake_.wait_until(lock, until);
            continue;
        }
        deadline_ = engine::kNever;
        process_.end(stops::OutOfTime{});
    }
}

}  // namespace husk::program
