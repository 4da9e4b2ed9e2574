#include "program/calls/arguments.hpp"
#include "program/calls/groups.hpp"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>

#include <algorithm>
#include <array>

// What the process may use, and has used.
namespace husk::program {

namespace {

using namespace kinds;

Result show(Thread& thread, unsigned resource, GuestVirt at)
{
    rlimit value{};
    if (const Result failure = thread.process.standing.limits.get(resource, value)) return failure;
    return thread.process.memory.put(at, value) ? 0 : -EFAULT;
}

Result set(Thread& thread, unsigned resource, GuestVirt at)
{
    const auto value = thread.process.memory.get<rlimit>(at);
    return value ? thread.process.standing.limits.set(resource, *value) : -EFAULT;
}

/// getrlimit(resource, value)
Result get_limit(Thread& thread, const Call& call)
{
    return show(thread, static_cast<unsigned>(call.integer(0)), call.address(1));
}

/// setrlimit(resource, value)
Result set_limit(Thread& thread, const Call& call)
{
    return set(thread, static_cast<unsigned>(call.integer(0)), call.address(1));
}

/// prlimit64(pid, resource, new, old)
Result change_limit(Thread& thread, const Call& call)
{
    const int pid = call.integer(0);
    const auto resource = static_cast<unsigned>(call.integer(1));
    if (pid != 0 && pid != thread.process.pid) return -ESRCH;
    ResourceLimits& limits = thread.process.standing.limits;
    rlimit before{};
    if (const Result failure = limits.get(resource, before)) return failure;
    if (call.address(2).value != 0)
        if (const Result failure = set(thread, resource, call.address(2))) return failure;
    if (call.address(3).value != 0 && !thread.process.memory.put(call.address(3), before)) return -EFAULT;
    return 0;
}

/// sysinfo(info): no more memory than the program may have.
Result information(Thread& thread, const Call& call)
{
    struct sysinfo info {};
    if (const Result failure = host_call(SYS_sysinfo, &info)) return failure;
    if (const auto limit = thread.process.config.limits.memory) {
        const std::uint64_t most = *limit / std::max(info.mem_unit, 1u);
        info.totalram = std::min(info.totalram, most);
        info.freeram = std::min(info.freeram, most);
    }
    return thread.process.memory.put(call.address(0), info) ? 0 : -EFAULT;
}

constexpr auto kCalls = std::to_array<Served>({
    {SYS_getrlimit, get_limit},
    {SYS_setrlimit, set_limit},
    {SYS_prlimit64, change_limit},
    {SYS_getrusage, pass<Way::AtOnce, Word, Struct<rusage>>},
    {SYS_sysinfo, information},
});

}  // namespace

std::span<const Served> limit_calls()
{
    return kCalls;
}

}  // namespace husk::program
