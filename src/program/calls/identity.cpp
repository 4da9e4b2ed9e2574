#include "program/calls/arguments.hpp"
#include "program/calls/groups.hpp"

#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>

// Who a process is. It is Husk's process, with its ids, and sees no other. Its user and groups stay as they are: what a call asks
// for beyond them is EPERM, as to a process without privileges, also if Husk is root's.
namespace husk::program {

namespace {

using namespace kinds;

using Ids = std::array<std::uint32_t, 3>;  ///< real, effective, saved

constexpr std::uint32_t kUnchanged = ~0u;

Ids ids(long number)
{
    Ids all{};
    host_call(number, &all[0], &all[1], &all[2]);
    return all;
}

/// A call that wants `asked` as ids of this kind, of which some are −1: 0 if they are those of the process in their places.
template <std::size_t Count>
Result keep_ids(long number, const Call& call, const std::array<std::size_t, Count>& places)
{
    const Ids own = ids(number);
    for (std::size_t i = 0; i < Count; ++i) {
        const auto wanted = static_cast<std::uint32_t>(call.integer(i));
        if (wanted != kUnchanged && wanted != own.at(places[i])) return -EPERM;
    }
    return 0;
}

constexpr std::array<std::size_t, 1> kEffective{1};
constexpr std::array<std::size_t, 2> kRealAndEffective{0, 1};
constexpr std::array<std::size_t, 3> kAll{0, 1, 2};

/// setuid and setgid take no −1.
template <long Get>
Result set_one(Thread&, const Call& call)
{
    return static_cast<std::uint32_t>(call.integer(0)) == kUnchanged ? -EINVAL : keep_ids(Get, call, kEffective);
}
template <long Get>
Result set_two(Thread&, const Call& call)
{
    return keep_ids(Get, call, kRealAndEffective);
}
template <long Get>
Result set_three(Thread&, const Call& call)
{
    return keep_ids(Get, call, kAll);
}
/// setfsuid and setfsgid answer what the id was, and not whether they changed it.
template <long Get>
Result keep_file_id(Thread&, const Call&)
{
    return ids(Get)[1];
}

using Id = Struct<std::uint32_t>;

Result own_pid(Thread& thread, const Call&)
{
    return thread.process.pid;
}

/// getpgid and getsid: of this process. There is no other.
Result of_own(Thread& thread, const Call& call)
{
    const int pid = call.integer(0);
    return pid == 0 || pid == thread.process.pid ? host_call(static_cast<long>(call.number), 0) : -ESRCH;
}

/// setpgid(pid, group). Where Husk's process is not the program's alone, only what changes nothing.
Result set_group(Thread& thread, const Call& call)
{
    const int self = static_cast<int>(host_call(SYS_getpid));
    const int pid = call.integer(0);
    const int wanted = call.integer(1);
    if (wanted < 0) return -EINVAL;
    if (pid != 0 && pid != thread.process.pid) return -ESRCH;
    const int group = wanted == 0 || wanted == thread.process.pid ? self : wanted;
    if (host_call(SYS_getpgrp) == group && host_call(SYS_getsid, 0) != self) return 0;
    return thread.process.standing.owns_process ? host_call(SYS_setpgid, 0, group) : -EPERM;
}

Result new_session(Thread& thread, const Call&)
{
    return thread.process.standing.owns_process ? host_call(SYS_setsid) : -EPERM;
}

/// getgroups(count, groups)
Result groups(Thread& thread, const Call& call)
{
    const int count = call.integer(0);
    if (count < 0) return -EINVAL;
    constexpr std::uint64_t kMost = 65536;  // NGROUPS_MAX; Linux writes no more, however many are asked for
    const std::uint64_t room = std::min(static_cast<std::uint64_t>(count), kMost);
    const auto host = thread.process.memory.host_or_null(call.address(1), room * sizeof(gid_t));
    return host ? host_call(SYS_getgroups, count, *host) : -EFAULT;
}

constexpr auto kCalls = std::to_array<Served>({
    {SYS_getpid, own_pid},
    {SYS_getppid, pass<Way::AtOnce>},
    {SYS_getpgrp, pass<Way::AtOnce>},
    {SYS_getpgid, of_own},
    {SYS_getsid, of_own},
    {SYS_setpgid, set_group},
    {SYS_setsid, new_session},
    {SYS_getuid, pass<Way::AtOnce>},
    {SYS_geteuid, pass<Way::AtOnce>},
    {SYS_getgid, pass<Way::AtOnce>},
    {SYS_getegid, pass<Way::AtOnce>},
    {SYS_getresuid, pass<Way::AtOnce, Id, Id, Id>},
    {SYS_getresgid, pass<Way::AtOnce, Id, Id, Id>},
    {SYS_getgroups, groups},
    {SYS_setuid, set_one<SYS_getresuid>},
    {SYS_setgid, set_one<SYS_getresgid>},
    {SYS_setreuid, set_two<SYS_getresuid>},
    {SYS_setregid, set_two<SYS_getresgid>},
    {SYS_setresuid, set_three<SYS_getresuid>},
    {SYS_setresgid, set_three<SYS_getresgid>},
    {SYS_setfsuid, keep_file_id<SYS_getresuid>},
    {SYS_setfsgid, keep_file_id<SYS_getresgid>},
    {SYS_setgroups, answer<-EPERM>},
});

}  // namespace

std::span<const Served> identity_calls()
{
    return kCalls;
}

}  // namespace husk::program
