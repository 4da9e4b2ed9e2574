#include "program/process/process.hpp"

#include <fmt/format.h>
#include <sys/syscall.h>

#include <algorithm>
#include <array>
#include <climits>

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
    std::array<char, PATH_MAX> name{};
    const auto link = fmt::format("/proc/self/fd/{}", fd);
    const Result size = host_call(SYS_readlink, link.c_str(), name.data(), name.size());
    return failed(size) ? std::string{} : std::string{name.data(), static_cast<std::size_t>(size)};
}

std::shared_ptr<Thread> Process::find(int tid)
{
    const std::lock_guard lock{threads_mutex};
    const auto found = std::ranges::find(threads, tid, [](const auto& thread) { return thread->tid; });
    return found == threads.end() ? nullptr : *found;
}

}  // namespace husk::program
