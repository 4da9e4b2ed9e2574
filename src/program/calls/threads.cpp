#include "program/process/threads.hpp"
#include "program/calls/handlers.hpp"
#include "program/process/process.hpp"

#include <linux/sched.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>

namespace husk::program {

namespace {

/// A new thread shares all that threads of one process share.
constexpr std::uint64_t kThread = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD;
constexpr std::uint64_t kServed =
    kThread | CLONE_SYSVSEM | CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID | CLONE_CHILD_SETTID | CLONE_DETACHED;

/// One process for now.
Result no_new_process(Thread& thread, std::string_view name)
{
    thread.process.note(std::string{name} + ": a program is one process here; another cannot be made (ENOSYS)");
    return -ENOSYS;
}

Result start(Thread& thread, std::uint64_t flags, std::uint64_t stack, std::uint64_t tls, GuestVirt parent_tid, GuestVirt child_tid)
{
    if ((flags & kThread) != kThread) return no_new_process(thread, "fork");
    if ((flags & ~kServed) != 0) return -EINVAL;
    if ((flags & CLONE_SETTLS) != 0 && tls >= layout::kUserEnd) return -EPERM;
    NewThread what;
    what.stack = stack;
    if ((flags & CLONE_SETTLS) != 0) what.tls = tls;
    if ((flags & CLONE_PARENT_SETTID) != 0) what.parent_tid = parent_tid;
    if ((flags & CLONE_CHILD_SETTID) != 0) what.child_tid = child_tid;
    if ((flags & CLONE_CHILD_CLEARTID) != 0) what.clear_child_tid = child_tid;
    return start_thread(thread, what);
}

Result clone(Thread& thread, const Call& call)
{
    constexpr std::uint64_t kExitSignal = CSIGNAL;
    const std::uint64_t flags = call.word(0) & ~kExitSignal;
    return start(thread, flags, call.word(1), call.word(4), call.address(2), call.address(3));
}

Result clone3(Thread& thread, const Call& call)
{
    // Without what came after the first version: their values must be zero.
    clone_args arguments{};
    const std::uint64_t size = call.word(1);
    if (size < CLONE_ARGS_SIZE_VER0) return -EINVAL;
    if (size > kPageSize) return -E2BIG;
    const auto bytes = thread.process.memory.get_array<std::byte>(call.address(0), size);
    if (!bytes) return -EFAULT;
    const std::size_t known = std::min<std::size_t>(size, sizeof arguments);
    for (std::size_t i = known; i < size; ++i)
        if ((*bytes)[i] != std::byte{0}) return -E2BIG;
    std::memcpy(&arguments, bytes->data(), known);
    if (arguments.set_tid_size != 0 || (arguments.flags & CLONE_INTO_CGROUP) != 0) return -EPERM;
    const bool half_a_stack = (arguments.stack == 0) != (arguments.stack_size == 0);
    if (half_a_stack || (arguments.flags & CSIGNAL) != 0) return -EINVAL;
    return start(thread, arguments.flags, arguments.stack + arguments.stack_size, arguments.tls, {arguments.parent_tid},
                 {arguments.child_tid});
}

Result fork(Thread& thread, const Call&)
{
    return no_new_process(thread, "fork");
}

Result vfork(Thread& thread, const Call&)
{
    return no_new_process(thread, "vfork");
}

Result execve(Thread& thread, const Call&)
{
    thread.process.note("execve: another program cannot take this one's place (ENOSYS)");
    return -ENOSYS;
}

Result socket(Thread& thread, const Call& call)
{
    // The C library asks a name service by a socket of this kind whenever a user's name is looked up, and does without.
    if (call.integer(0) != AF_UNIX) thread.process.note("socket: a program has no network (ENOSYS)");
    return -ENOSYS;
}

Result exit(Thread& thread, const Call& call)
{
    constexpr std::uint32_t kStatus = 0xFF;
    thread.finished = true;
    thread.exit_status = static_cast<std::uint32_t>(call.integer(0)) & kStatus;
    return 0;
}

Result exit_group(Thread& thread, const Call& call)
{
    constexpr std::uint32_t kStatus = 0xFF;
    thread.process.end(stops::Exited{static_cast<std::uint32_t>(call.integer(0)) & kStatus});
    return 0;
}

Result set_tid_address(Thread& thread, const Call& call)
{
    thread.clear_child_tid = call.address(0);
    return thread.tid;
}

Result gettid(Thread& thread, const Call&)
{
    return thread.tid;
}

constexpr std::array kCalls = std::to_array<Served>({
    {SYS_clone, clone},
    {SYS_clone3, clone3},
    {SYS_fork, fork},
    {SYS_vfork, vfork},
    {SYS_execve, execve},
    {SYS_execveat, execve},
    {SYS_socket, socket},
    {SYS_socketpair, socket},
    {SYS_exit, exit},
    {SYS_exit_group, exit_group},
    {SYS_set_tid_address, set_tid_address},
    {SYS_gettid, gettid},
});

}  // namespace

std::span<const Served> thread_calls()
{
    return kCalls;
}

}  // namespace husk::program
