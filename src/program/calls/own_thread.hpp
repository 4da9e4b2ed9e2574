#pragma once

#include "program/process/process.hpp"
#include "program/process/thread.hpp"

#include <cerrno>
#include <optional>

namespace husk::program {

/// The host's id of the guest's thread that `id` names in calls about threads: 0 for the caller; a process's id is that of its
/// first thread. −ESRCH for every other process and thread of the host, as if it were not there.
inline Result own_thread(Thread& thread, int id)
{
    if (id == 0 || id == thread.tid) return 0;
    if (id < 0) return -ESRCH;
    if (const auto other = thread.process.find(id)) return other->host_tid;
    if (id != thread.process.pid) return -ESRCH;
    const std::lock_guard lock{thread.process.threads_mutex};
    return thread.process.threads.empty() ? -ESRCH : thread.process.threads.front()->host_tid.load();
}

/// The host's number of a clock that the guest names: a clock of its own process or threads has an id in the upper bits of a
/// negative number, inverted (clock_getcpuclockid(3)). Nothing if it is a clock of others.
inline std::optional<int> own_clock(Thread& thread, int clock)
{
    constexpr int kIdShift = 3, kKind = (1 << kIdShift) - 1, kPerThread = 4;
    if (clock >= 0) return clock;
    const int id = ~(clock >> kIdShift);
    const auto of = [clock](int host_id) {
        return static_cast<int>(~static_cast<unsigned>(host_id) << kIdShift) | (clock & kKind);
    };
    if (id == 0) return clock;
    if ((clock & kPerThread) == 0 && id == thread.process.pid) return of(0);
    const auto named = id == thread.tid ? nullptr : thread.process.find(id);
    if (!named && id != thread.tid) return std::nullopt;
    return of(named ? named->host_tid : thread.host_tid);
}

}  // namespace husk::program
