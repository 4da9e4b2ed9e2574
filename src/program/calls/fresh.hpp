#pragma once

#include "program/calls/arguments.hpp"

#include <fcntl.h>
#include <sys/syscall.h>

#include <algorithm>
#include <mutex>
#include <shared_mutex>

namespace husk::program {

/// One more than the largest descriptor that a call may make.
inline int descriptor_limit(const Thread& thread)
{
    return std::min(thread.process.descriptor_line, thread.process.standing.limits.descriptors());
}

/// A descriptor that the host made, or what it answered instead; one beyond the limit is closed again: −EMFILE. To be called with
/// Process::descriptors held as when it was made.
inline Result keep(const Thread& thread, Result made)
{
    if (failed(made) || made < descriptor_limit(thread)) return made;
    host_call(SYS_close, static_cast<int>(made));
    return -EMFILE;
}

/// pass() for a call that makes a descriptor.
template <typename... Kinds>
Result pass_new(Thread& thread, const Call& call)
{
    const Words taken = take<Kinds...>(thread, call);
    if (taken.error != 0) return taken.error;
    const std::shared_lock lock{thread.process.descriptors};
    return keep(thread, make<Way::AtOnce>(thread, call.number, taken.words));
}

/// Flags that are passed on; others are EINVAL, whatever a newer kernel makes of them.
template <std::size_t Index, int Allowed>
bool only_flags(const Call& call)
{
    return (call.integer(Index) & ~Allowed) == 0;
}

}  // namespace husk::program
