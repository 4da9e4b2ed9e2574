#include "program/watch.hpp"

#include "base/quiet_thread.hpp"

#include <algorithm>
#include <ctime>

namespace husk::program {

namespace {

using std::chrono::nanoseconds;

nanoseconds read(clockid_t clock)
{
    timespec time{};
    if (::clock_gettime(clock, &time) != 0) return {};  // the thread has just ended
    return std::chrono::seconds{time.tv_sec} + nanoseconds{time.tv_nsec};
}

/// The kernel's clock of a thread's processor time: MAKE_THREAD_CPUCLOCK(tid, CPUCLOCK_SCHED), include/linux/posix-timers_types.h.
clockid_t cpu_clock(int tid)
{
    constexpr unsigned kPerThread = 4, kScheduled = 2, kShift = 3;
    return static_cast<clockid_t>(~static_cast<unsigned>(tid) << kShift | kPerThread | kScheduled);
}

}  // namespace

nanoseconds cpu_time(Process& process)
{
    const std::lock_guard lock{process.threads_mutex};
    nanoseconds total = process.cpu_time_of_ended;
    for (const auto& thread : process.threads) total += read(cpu_clock(thread->host_tid));
    return total;
}

Watch::Watch(Process& process) : process_{process}
{
    const ProgramLimits& limits = process.config.limits;
    if (!limits.wall_time && !limits.cpu_time && !process.freezing.where().after) return;
    thread_ = quiet_thread([this] { run(); });
}

Watch::~Watch()
{
    if (!thread_.joinable()) return;
    {
        const std::lock_guard lock{mutex_};
        over_ = true;
    }
    wake_.notify_one();
    thread_.join();
}

void Watch::run()
{
    const ProgramLimits& limits = process_.config.limits;
    std::unique_lock lock{mutex_};
    while (!over_) {
        nanoseconds left = nanoseconds::max();
        if (limits.wall_time) {
            left = *limits.wall_time - (std::chrono::steady_clock::now() - started_);
            // Not the time in which it is looked at.
            if (process_.debugger != nullptr) left += process_.debugger->time_held();
            if (left <= nanoseconds{0}) return process_.end(stops::OutOfTime{});
        }
        if (limits.cpu_time) {
            const nanoseconds unused = *limits.cpu_time - cpu_time(process_);
            if (unused <= nanoseconds{0}) return process_.end(stops::OutOfCpuTime{});
            // Threads use it up side by side, as many as run at a time: the host's processors at most.
            left = std::min(left, unused / std::max(1u, std::thread::hardware_concurrency()) + nanoseconds{1});
        }
        if (const auto after = process_.freezing.where().after; after && !process_.freezing.begun()) {
            const nanoseconds until = *after - (std::chrono::steady_clock::now() - started_);
            if (until <= nanoseconds{0}) process_.freeze();
            left = std::min(left, std::max(until, nanoseconds{1}));
        }
        // Of a program that is held it does not become less.
        if (process_.debugger != nullptr) left = std::max(left, nanoseconds{std::chrono::milliseconds{1}});
        constexpr nanoseconds kDay = std::chrono::hours{24};  // a time point far beyond would overflow
        wake_.wait_for(lock, std::min(left, kDay), [this] { return over_; });
    }
}

}  // namespace husk::program
