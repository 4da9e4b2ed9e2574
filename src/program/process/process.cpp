#include "program/process/process.hpp"

#include <algorithm>

namespace husk::program {

void Process::end(ProgramStop why)
{
    {
        const std::lock_guard lock{end_mutex_};
        if (!ended_) ended_ = std::move(why);
    }
    ending_ = true;
    const std::lock_guard lock{threads_mutex};
    for (const auto& thread : threads) thread->interrupt();
}

std::optional<ProgramStop> Process::ended() const
{
    const std::lock_guard lock{end_mutex_};
    return ended_;
}

std::shared_ptr<Thread> Process::find(int tid)
{
    const std::lock_guard lock{threads_mutex};
    const auto found = std::ranges::find(threads, tid, [](const auto& thread) { return thread->tid; });
    return found == threads.end() ? nullptr : *found;
}

}  // namespace husk::program
