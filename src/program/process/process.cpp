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

void Process::freeze()
{
    freezing.begin();
    const std::lock_guard lock{threads_mutex};
    for (const auto& thread : threads) thread->interrupt();
}

void Process::fail(std::exception_ptr why)
{
    {
        const std::lock_guard lock{end_mutex_};
        if (!failure_) failure_ = std::move(why);
    }
    end(stops::Cancelled{});
}

std::exception_ptr Process::failure() const
{
    const std::lock_guard lock{end_mutex_};
    return failure_;
}

std::optional<ProgramStop> Process::ended() const
{
    const std::lock_guard lock{end_mutex_};
    return ended_;
}

void Process::note(const std::string& line)
{
    {
        const std::lock_guard lock{end_mutex_};
        if (!noted_.insert(line).second) return;
    }
    if (config.notice) config.notice(line);
}

std::string Process::name_of(int fd) const
{
    return files.name_of(fd);
}

std::shared_ptr<Thread> Process::find(int tid)
{
    const std::lock_guard lock{threads_mutex};
    const auto found = std::ranges::find(threads, tid, [](const auto& thread) { return thread->tid; });
    return found == threads.end() ? nullptr : *found;
}

int Process::free_id(int host_thread) const
{
    constexpr int kMost = 1 << 22;  // Linux's PID_MAX_LIMIT
    int id = host_thread;
    const auto taken = [&] { return id == pid || std::ranges::any_of(threads, [&](const auto& each) { return each->tid == id; }); };
    while (taken()) id = id % (kMost - 1) + 1;
    return id;
}

}  // namespace husk::program
