#pragma once

#include "program/process/process.hpp"
#include "program/process/thread.hpp"

#include <cerrno>

namespace husk::program {

/// The host's id of the guest's thread that `id` names in calls about threads: 0 for the caller; a process's id is that of its
/// first thread. −ESRCH for every other process and thread of the host, as if it were not there.
inline Result own_thread(Thread& thread, int id)
{
    if (id == 0 || id == thread.tid) return 0;
    if (id < 0) return -ESRCH;
    if (thread.process.find(id)) return id;
    if (id != thread.process.pid) return -ESRCH;
    const std::lock_guard lock{thread.process.threads_mutex};
    return thread.process.threads.empty() ? -ESRCH : thread.process.threads.front()->tid;
}

}  // namespace husk::program
