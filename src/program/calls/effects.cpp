#include "program/calls/effects.hpp"

#include <husk/guest.h>

#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>

namespace husk::program {

namespace {

constexpr std::array kNothingOfHost{
    SYS_brk,          SYS_munmap,        SYS_mprotect,        SYS_mremap,          SYS_madvise,
    SYS_futex,        SYS_clock_gettime, SYS_clock_getres,    SYS_gettimeofday,    SYS_time,
    SYS_nanosleep,    SYS_getpid,        SYS_gettid,          SYS_sched_yield,     SYS_rt_sigprocmask,
    SYS_rt_sigaction, SYS_rt_sigreturn,  SYS_sigaltstack,     SYS_arch_prctl,      SYS_getrandom,
    SYS_exit,         SYS_exit_group,    SYS_clock_nanosleep, SYS_set_robust_list, SYS_set_tid_address,
    SYS_uname,
};

constexpr std::array kMemoryAlone{
    SYS_brk,           SYS_mmap,        SYS_munmap,       SYS_mprotect,        SYS_mremap,    SYS_madvise, SYS_futex,
    SYS_clock_gettime, SYS_time,        SYS_clock_getres, SYS_gettimeofday,    SYS_nanosleep, SYS_getpid,  SYS_gettid,
    SYS_getppid,       SYS_sched_yield, SYS_getrandom,    SYS_clock_nanosleep, SYS_uname,     SYS_sysinfo, SYS_getuid,
    SYS_geteuid,       SYS_getgid,      SYS_getegid,      SYS_getrusage,       SYS_times,     SYS_getcwd,  SYS_access,
    SYS_faccessat,     SYS_stat,        SYS_lstat,        SYS_newfstatat,      SYS_fstat,     SYS_statx,   SYS_readlink,
    SYS_readlinkat,    SYS_mincore,
};

/// Reads and writes of a descriptor in its first argument.
constexpr std::array kStreams{SYS_read, SYS_write, SYS_readv, SYS_writev};

bool among(const auto& numbers, std::uint64_t number)
{
    return std::ranges::find(numbers, static_cast<long>(number)) != numbers.end();
}

}  // namespace

bool needs_nothing_of_host(const Call& call)
{
    if (call.number == SYS_mmap) return (call.word(3) & MAP_ANONYMOUS) != 0;
    return call.number == HUSK_CALL || among(kNothingOfHost, call.number);
}

bool changes_memory_alone(const Call& call)
{
    if (among(kStreams, call.number)) return call.word(0) <= STDERR_FILENO;
    return call.number == HUSK_CALL || among(kMemoryAlone, call.number);
}

}  // namespace husk::program
