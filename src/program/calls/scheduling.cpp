#include "program/calls/arguments.hpp"
#include "program/calls/groups.hpp"
#include "program/calls/own_thread.hpp"

#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include <algorithm>
#include <array>

// How the host shares its processors among the guest's threads. Only they can be named, and nothing is asked for them that a
// process without privileges does not get, even if Husk is root's: no real-time, no better priority than they have.
namespace husk::program {

namespace {

using namespace kinds;

/// A call whose first argument is a thread, the others of these kinds.
template <typename... Kinds>
Result of_thread(Thread& thread, const Call& call)
{
    const Result id = own_thread(thread, call.integer(0));
    if (failed(id)) return id;
    Words taken = take<Word, Kinds...>(thread, call);
    if (taken.error != 0) return taken.error;
    taken.words[0] = host::word(id);
    return make<Way::AtOnce>(thread, call.number, taken.words);
}

bool shares(int policy)
{
    return policy == SCHED_OTHER || policy == SCHED_BATCH || policy == SCHED_IDLE;
}

/// sched_setscheduler(thread, policy, parameters)
Result set_policy(Thread& thread, const Call& call)
{
    constexpr int kResetOnFork = SCHED_RESET_ON_FORK;
    if (!shares(call.integer(1) & ~kResetOnFork)) return -EPERM;
    return of_thread<Word, Struct<sched_param>>(thread, call);
}

/// The kernel's struct sched_attr: sched_setattr(2).
struct Attributes {
    std::uint32_t size;
    std::uint32_t policy;
    std::uint64_t flags;
    std::int32_t nice;
    std::uint32_t priority;
    std::uint64_t runtime, deadline, period;
    std::uint32_t utilization_least, utilization_most;
};

/// True if a thread would come before others more than now.
bool improves(Result thread_id, int nice)
{
    constexpr int kMiddle = 20;  // getpriority answers 20 − nice: getpriority(2), "C library/kernel differences"
    const Result now = host_call(SYS_getpriority, PRIO_PROCESS, thread_id);
    return failed(now) || nice < kMiddle - now;
}

/// sched_setattr(thread, attributes, flags)
Result set_attributes(Thread& thread, const Call& call)
{
    constexpr std::uint32_t kFirstSize = 48;  // SCHED_ATTR_SIZE_VER0
    constexpr std::uint64_t kResetOnFork = 1;
    const Result id = own_thread(thread, call.integer(0));
    if (failed(id)) return id;
    const auto size = thread.process.memory.get<std::uint32_t>(call.address(1));
    if (!size) return -EFAULT;
    if (*size != 0 && *size < kFirstSize) return -E2BIG;
    Attributes attributes{};
    const std::size_t given = *size == 0 ? kFirstSize : std::min<std::size_t>(*size, sizeof(Attributes));
    if (!thread.process.memory.read(call.address(1), std::as_writable_bytes(std::span{&attributes, 1}).first(given)))
        return -EFAULT;
    if ((attributes.flags & ~kResetOnFork) != 0) return -EINVAL;
    if (!shares(static_cast<int>(attributes.policy)) || improves(id, attributes.nice)) return -EPERM;
    attributes.size = kFirstSize;
    return host_call(SYS_sched_setattr, id, &attributes, call.integer(2));
}

/// Whose priority getpriority and setpriority mean: of a process, a thread; of a group or a user, which are the host's, the caller.
Result whose(Thread& thread, const Call& call)
{
    const int which = call.integer(0);
    if (which < PRIO_PROCESS || which > PRIO_USER) return -EINVAL;
    return which == PRIO_PROCESS ? own_thread(thread, call.integer(1)) : 0;
}

/// getpriority(which, who)
Result get_priority(Thread& thread, const Call& call)
{
    const Result id = whose(thread, call);
    return failed(id) ? id : host_call(SYS_getpriority, PRIO_PROCESS, id);
}

/// setpriority(which, who, nice)
Result set_priority(Thread& thread, const Call& call)
{
    const Result id = whose(thread, call);
    if (failed(id)) return id;
    if (call.integer(0) != PRIO_PROCESS) return -EPERM;
    return improves(id, call.integer(2)) ? -EACCES : host_call(SYS_setpriority, PRIO_PROCESS, id, call.integer(2));
}

constexpr int kOfProcess = 1;  ///< IOPRIO_WHO_PROCESS

/// ioprio_get(which, who)
Result get_io_priority(Thread& thread, const Call& call)
{
    const Result id = own_thread(thread, call.integer(1));
    if (call.integer(0) != kOfProcess || failed(id)) return -ESRCH;
    return host_call(SYS_ioprio_get, kOfProcess, id);
}

/// ioprio_set(which, who, priority)
Result set_io_priority(Thread& thread, const Call& call)
{
    constexpr int kClassShift = 13, kRealTime = 1;  // ioprio_set(2)
    const Result id = own_thread(thread, call.integer(1));
    if (call.integer(0) != kOfProcess || failed(id)) return -ESRCH;
    if ((call.integer(2) >> kClassShift) == kRealTime) return -EPERM;
    return host_call(SYS_ioprio_set, kOfProcess, id, call.integer(2));
}

constexpr auto kCalls = std::to_array<Served>({
    {SYS_sched_yield, pass<Way::AtOnce>},
    {SYS_sched_getaffinity, of_thread<Word, Bytes32<1>>},
    {SYS_sched_setaffinity, of_thread<Word, Bytes32<1>>},
    {SYS_sched_getscheduler, of_thread<>},
    {SYS_sched_setscheduler, set_policy},
    {SYS_sched_getparam, of_thread<Struct<sched_param>>},
    {SYS_sched_setparam, of_thread<Struct<sched_param>>},
    {SYS_sched_getattr, of_thread<Bytes32<2>, Word, Word>},
    {SYS_sched_setattr, set_attributes},
    {SYS_sched_get_priority_max, pass<Way::AtOnce, Word>},
    {SYS_sched_get_priority_min, pass<Way::AtOnce, Word>},
    {SYS_sched_rr_get_interval, of_thread<Struct<timespec>>},
    {SYS_getpriority, get_priority},
    {SYS_setpriority, set_priority},
    {SYS_ioprio_get, get_io_priority},
    {SYS_ioprio_set, set_io_priority},
    {SYS_getcpu, pass<Way::AtOnce, Struct<unsigned>, Struct<unsigned>>},
});

}  // namespace

std::span<const Served> scheduling_calls()
{
    return kCalls;
}

}  // namespace husk::program
