#pragma once

#include <asm/prctl.h>
#include <linux/futex.h>
#include <linux/membarrier.h>
#include <linux/random.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <csignal>

#include "program/abi/name_set.hpp"

/// Names in calls on threads and processes.
namespace husk::program::names {

/// With the signal sent at the end, in the lowest byte: SIGCHLD, or what signals.hpp makes of it.
inline constexpr auto kCloneFlags = std::to_array<Name>({
    HUSK_BIT(CLONE_VM),
    HUSK_BIT(CLONE_FS),
    HUSK_BIT(CLONE_FILES),
    HUSK_BIT(CLONE_SIGHAND),
    HUSK_BIT(CLONE_PIDFD),
    HUSK_BIT(CLONE_PTRACE),
    HUSK_BIT(CLONE_VFORK),
    HUSK_BIT(CLONE_PARENT),
    HUSK_BIT(CLONE_THREAD),
    HUSK_BIT(CLONE_NEWNS),
    HUSK_BIT(CLONE_SYSVSEM),
    HUSK_BIT(CLONE_SETTLS),
    HUSK_BIT(CLONE_PARENT_SETTID),
    HUSK_BIT(CLONE_CHILD_CLEARTID),
    HUSK_BIT(CLONE_DETACHED),
    HUSK_BIT(CLONE_UNTRACED),
    HUSK_BIT(CLONE_CHILD_SETTID),
    HUSK_BIT(CLONE_NEWCGROUP),
    HUSK_BIT(CLONE_NEWUTS),
    HUSK_BIT(CLONE_NEWIPC),
    HUSK_BIT(CLONE_NEWUSER),
    HUSK_BIT(CLONE_NEWPID),
    HUSK_BIT(CLONE_NEWNET),
    HUSK_BIT(CLONE_IO),
    {0x1'0000'0000, "CLONE_CLEAR_SIGHAND"},
    {0x2'0000'0000, "CLONE_INTO_CGROUP"},
    HUSK_FIELD(SIGCHLD, 0xFF),
});

/// In unshare and setns no byte is a signal.
inline constexpr auto kNamespaceFlags = std::to_array<Name>({
    HUSK_BIT(CLONE_FS),
    HUSK_BIT(CLONE_FILES),
    {0x80, "CLONE_NEWTIME"},
    HUSK_BIT(CLONE_NEWNS),
    HUSK_BIT(CLONE_SYSVSEM),
    HUSK_BIT(CLONE_NEWCGROUP),
    HUSK_BIT(CLONE_NEWUTS),
    HUSK_BIT(CLONE_NEWIPC),
    HUSK_BIT(CLONE_NEWUSER),
    HUSK_BIT(CLONE_NEWPID),
    HUSK_BIT(CLONE_NEWNET),
});

// The operation with FUTEX_PRIVATE_FLAG has a name of its own.
inline constexpr std::uint64_t kFutexOperationMask = kWholeInt & ~bits_of(FUTEX_CLOCK_REALTIME);
inline constexpr auto kFutexOperation = std::to_array<Name>({
    HUSK_FIELD(FUTEX_WAIT, kFutexOperationMask),
    HUSK_FIELD(FUTEX_WAKE, kFutexOperationMask),
    HUSK_FIELD(FUTEX_FD, kFutexOperationMask),
    HUSK_FIELD(FUTEX_REQUEUE, kFutexOperationMask),
    HUSK_FIELD(FUTEX_CMP_REQUEUE, kFutexOperationMask),
    HUSK_FIELD(FUTEX_WAKE_OP, kFutexOperationMask),
    HUSK_FIELD(FUTEX_LOCK_PI, kFutexOperationMask),
    HUSK_FIELD(FUTEX_UNLOCK_PI, kFutexOperationMask),
    HUSK_FIELD(FUTEX_TRYLOCK_PI, kFutexOperationMask),
    HUSK_FIELD(FUTEX_WAIT_BITSET, kFutexOperationMask),
    HUSK_FIELD(FUTEX_WAKE_BITSET, kFutexOperationMask),
    HUSK_FIELD(FUTEX_WAIT_REQUEUE_PI, kFutexOperationMask),
    HUSK_FIELD(FUTEX_CMP_REQUEUE_PI, kFutexOperationMask),
    HUSK_FIELD(FUTEX_LOCK_PI2, kFutexOperationMask),
    HUSK_FIELD(FUTEX_WAIT_PRIVATE, kFutexOperationMask),
    HUSK_FIELD(FUTEX_WAKE_PRIVATE, kFutexOperationMask),
    HUSK_FIELD(FUTEX_REQUEUE_PRIVATE, kFutexOperationMask),
    HUSK_FIELD(FUTEX_CMP_REQUEUE_PRIVATE, kFutexOperationMask),
    HUSK_FIELD(FUTEX_WAKE_OP_PRIVATE, kFutexOperationMask),
    HUSK_FIELD(FUTEX_LOCK_PI_PRIVATE, kFutexOperationMask),
    HUSK_FIELD(FUTEX_UNLOCK_PI_PRIVATE, kFutexOperationMask),
    HUSK_FIELD(FUTEX_TRYLOCK_PI_PRIVATE, kFutexOperationMask),
    HUSK_FIELD(FUTEX_WAIT_BITSET_PRIVATE, kFutexOperationMask),
    HUSK_FIELD(FUTEX_WAKE_BITSET_PRIVATE, kFutexOperationMask),
    HUSK_FIELD(FUTEX_WAIT_REQUEUE_PI_PRIVATE, kFutexOperationMask),
    HUSK_FIELD(FUTEX_CMP_REQUEUE_PI_PRIVATE, kFutexOperationMask),
    HUSK_FIELD(FUTEX_LOCK_PI2_PRIVATE, kFutexOperationMask),
    HUSK_BIT(FUTEX_CLOCK_REALTIME),
});
inline constexpr auto kFutexBitset = std::to_array<Name>({choice(FUTEX_BITSET_MATCH_ANY, "FUTEX_BITSET_MATCH_ANY")});
inline constexpr auto kWaitOptions = std::to_array<Name>({
    HUSK_BIT(WNOHANG),
    HUSK_BIT(WSTOPPED),
    HUSK_BIT(WEXITED),
    HUSK_BIT(WCONTINUED),
    HUSK_BIT(WNOWAIT),
    {0x20000000, "__WNOTHREAD"},
    {0x40000000, "__WALL"},
    {0x80000000, "__WCLONE"},
});
inline constexpr auto kWaitidType = std::to_array<Name>({
    choice(0, "P_ALL"),
    choice(1, "P_PID"),
    choice(2, "P_PGID"),
    choice(3, "P_PIDFD"),
});
inline constexpr auto kRseqFlags = std::to_array<Name>({{1, "RSEQ_FLAG_UNREGISTER"}});
inline constexpr auto kArchPrctlCode = std::to_array<Name>({
    HUSK_CHOICE(ARCH_SET_GS),
    HUSK_CHOICE(ARCH_SET_FS),
    HUSK_CHOICE(ARCH_GET_FS),
    HUSK_CHOICE(ARCH_GET_GS),
    HUSK_CHOICE(ARCH_GET_CPUID),
    HUSK_CHOICE(ARCH_SET_CPUID),
    HUSK_CHOICE(ARCH_GET_XCOMP_SUPP),
    HUSK_CHOICE(ARCH_GET_XCOMP_PERM),
    HUSK_CHOICE(ARCH_REQ_XCOMP_PERM),
    HUSK_CHOICE(ARCH_MAP_VDSO_X32),
    HUSK_CHOICE(ARCH_MAP_VDSO_32),
    HUSK_CHOICE(ARCH_MAP_VDSO_64),
    choice(0x4001, "ARCH_GET_UNTAG_MASK"),
    choice(0x4002, "ARCH_ENABLE_TAGGED_ADDR"),
    choice(0x4003, "ARCH_GET_MAX_TAG_BITS"),
    choice(0x5001, "ARCH_SHSTK_ENABLE"),
    choice(0x5002, "ARCH_SHSTK_DISABLE"),
    choice(0x5003, "ARCH_SHSTK_LOCK"),
    choice(0x5004, "ARCH_SHSTK_UNLOCK"),
    choice(0x5005, "ARCH_SHSTK_STATUS"),
});
inline constexpr auto kPrctlOption = std::to_array<Name>({
    HUSK_CHOICE(PR_SET_PDEATHSIG),
    HUSK_CHOICE(PR_GET_PDEATHSIG),
    HUSK_CHOICE(PR_GET_DUMPABLE),
    HUSK_CHOICE(PR_SET_DUMPABLE),
    HUSK_CHOICE(PR_GET_KEEPCAPS),
    HUSK_CHOICE(PR_SET_KEEPCAPS),
    HUSK_CHOICE(PR_GET_TIMING),
    HUSK_CHOICE(PR_SET_TIMING),
    HUSK_CHOICE(PR_SET_NAME),
    HUSK_CHOICE(PR_GET_NAME),
    HUSK_CHOICE(PR_GET_SECCOMP),
    HUSK_CHOICE(PR_SET_SECCOMP),
    HUSK_CHOICE(PR_CAPBSET_READ),
    HUSK_CHOICE(PR_CAPBSET_DROP),
    HUSK_CHOICE(PR_GET_TSC),
    HUSK_CHOICE(PR_SET_TSC),
    HUSK_CHOICE(PR_GET_SECUREBITS),
    HUSK_CHOICE(PR_SET_SECUREBITS),
    HUSK_CHOICE(PR_SET_TIMERSLACK),
    HUSK_CHOICE(PR_GET_TIMERSLACK),
    HUSK_CHOICE(PR_MCE_KILL),
    HUSK_CHOICE(PR_SET_MM),
    HUSK_CHOICE(PR_SET_CHILD_SUBREAPER),
    HUSK_CHOICE(PR_GET_CHILD_SUBREAPER),
    HUSK_CHOICE(PR_SET_NO_NEW_PRIVS),
    HUSK_CHOICE(PR_GET_NO_NEW_PRIVS),
    HUSK_CHOICE(PR_GET_TID_ADDRESS),
    HUSK_CHOICE(PR_SET_THP_DISABLE),
    HUSK_CHOICE(PR_GET_THP_DISABLE),
    HUSK_CHOICE(PR_CAP_AMBIENT),
    HUSK_CHOICE(PR_GET_SPECULATION_CTRL),
    HUSK_CHOICE(PR_SET_SPECULATION_CTRL),
    HUSK_CHOICE(PR_SET_IO_FLUSHER),
    HUSK_CHOICE(PR_GET_IO_FLUSHER),
    HUSK_CHOICE(PR_SET_SYSCALL_USER_DISPATCH),
    HUSK_CHOICE(PR_SCHED_CORE),
    choice(65, "PR_SET_MDWE"),
    choice(66, "PR_GET_MDWE"),
    HUSK_CHOICE(PR_SET_VMA),
    HUSK_CHOICE(PR_SET_PTRACER),
});
inline constexpr auto kSchedPolicy = std::to_array<Name>({
    HUSK_CHOICE(SCHED_OTHER),
    HUSK_CHOICE(SCHED_FIFO),
    HUSK_CHOICE(SCHED_RR),
    HUSK_CHOICE(SCHED_BATCH),
    HUSK_CHOICE(SCHED_IDLE),
    HUSK_CHOICE(SCHED_DEADLINE),
    choice(SCHED_OTHER | SCHED_RESET_ON_FORK, "SCHED_OTHER|SCHED_RESET_ON_FORK"),
    choice(SCHED_FIFO | SCHED_RESET_ON_FORK, "SCHED_FIFO|SCHED_RESET_ON_FORK"),
    choice(SCHED_RR | SCHED_RESET_ON_FORK, "SCHED_RR|SCHED_RESET_ON_FORK"),
});
// Enumerators: their names are the commands'.
inline constexpr auto kMembarrierCommand = std::to_array<Name>({
    HUSK_CHOICE(MEMBARRIER_CMD_QUERY),
    HUSK_CHOICE(MEMBARRIER_CMD_GLOBAL),
    HUSK_CHOICE(MEMBARRIER_CMD_GLOBAL_EXPEDITED),
    HUSK_CHOICE(MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED),
    HUSK_CHOICE(MEMBARRIER_CMD_PRIVATE_EXPEDITED),
    HUSK_CHOICE(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED),
    HUSK_CHOICE(MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE),
    HUSK_CHOICE(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE),
    HUSK_CHOICE(MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ),
    HUSK_CHOICE(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ),
});
inline constexpr auto kResource = std::to_array<Name>({
    HUSK_CHOICE(RLIMIT_CPU),
    HUSK_CHOICE(RLIMIT_FSIZE),
    HUSK_CHOICE(RLIMIT_DATA),
    HUSK_CHOICE(RLIMIT_STACK),
    HUSK_CHOICE(RLIMIT_CORE),
    HUSK_CHOICE(RLIMIT_RSS),
    HUSK_CHOICE(RLIMIT_NPROC),
    HUSK_CHOICE(RLIMIT_NOFILE),
    HUSK_CHOICE(RLIMIT_MEMLOCK),
    HUSK_CHOICE(RLIMIT_AS),
    choice(10, "RLIMIT_LOCKS"),
    choice(11, "RLIMIT_SIGPENDING"),
    choice(12, "RLIMIT_MSGQUEUE"),
    choice(13, "RLIMIT_NICE"),
    choice(14, "RLIMIT_RTPRIO"),
    choice(15, "RLIMIT_RTTIME"),
});
inline constexpr auto kRusageWho =
    std::to_array<Name>({HUSK_CHOICE(RUSAGE_SELF), HUSK_CHOICE(RUSAGE_CHILDREN), HUSK_CHOICE(RUSAGE_THREAD)});
inline constexpr auto kPriorityWhich =
    std::to_array<Name>({HUSK_CHOICE(PRIO_PROCESS), HUSK_CHOICE(PRIO_PGRP), HUSK_CHOICE(PRIO_USER)});
inline constexpr auto kRandomFlags = std::to_array<Name>({HUSK_BIT(GRND_NONBLOCK), HUSK_BIT(GRND_RANDOM), HUSK_BIT(GRND_INSECURE)});
inline constexpr auto kSeccompOperation = std::to_array<Name>({
    HUSK_CHOICE(SECCOMP_SET_MODE_STRICT),
    HUSK_CHOICE(SECCOMP_SET_MODE_FILTER),
    HUSK_CHOICE(SECCOMP_GET_ACTION_AVAIL),
    HUSK_CHOICE(SECCOMP_GET_NOTIF_SIZES),
});
inline constexpr auto kPidfdFlags = std::to_array<Name>({{04000, "PIDFD_NONBLOCK"}, {0200, "PIDFD_THREAD"}});

}  // namespace husk::program::names
