#include "support/program_process.hpp"

#include <asm/prctl.h>
#include <linux/membarrier.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/time.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <array>

// What a program is told of itself and the system, and may change.
namespace husk::test {
namespace {

using program::Result;

ProgramConfig with_limits()
{
    ProgramConfig config;
    config.limits.memory = 1 << 30;
    config.limits.files = 50;
    return config;
}

class CallsInformation : public ProgramProcess {
protected:
    CallsInformation() : ProgramProcess{with_limits()} {}
    static constexpr std::uint64_t kIn = kPages, kOut = kPages + 0x1000;
};

TEST_F(CallsInformation, Ids)
{
    EXPECT_EQ(call(SYS_getpid), ::getpid());
    EXPECT_EQ(call(SYS_getuid), static_cast<Result>(::getuid()));
    EXPECT_EQ(call(SYS_getresuid, kOut, kOut + 4, kOut + 8), 0);
    EXPECT_EQ(get<uid_t>(kOut + 4), ::geteuid());
    EXPECT_EQ(call(SYS_getpgid, 0), ::getpgid(0));
    EXPECT_EQ(call(SYS_getsid, ::getpid()), ::getsid(0));
    EXPECT_EQ(call(SYS_getpgid, 1), -ESRCH);
    EXPECT_EQ(call(SYS_getsid, ::getppid()), -ESRCH);
    EXPECT_EQ(call(SYS_getgroups, 0, 0), ::getgroups(0, nullptr));
    EXPECT_EQ(call(SYS_getgroups, -1, kOut), -EINVAL);
    EXPECT_EQ(call(SYS_getgroups, 65536, program::layout::kUserEnd - 8), -EFAULT);
}

TEST_F(CallsInformation, IdsDoNotChange)
{
    const auto own = ::geteuid();
    EXPECT_EQ(call(SYS_setuid, own), 0);
    EXPECT_EQ(call(SYS_setresuid, -1, own, -1), 0);
    EXPECT_EQ(call(SYS_setreuid, own, -1), 0);
    EXPECT_EQ(call(SYS_setuid, own + 1), -EPERM);
    EXPECT_EQ(call(SYS_setgid, ::getegid() + 1), -EPERM);
    EXPECT_EQ(call(SYS_setresgid, -1, -1, ::getegid() + 1), -EPERM);
    EXPECT_EQ(call(SYS_setuid, -1), -EINVAL);
    EXPECT_EQ(call(SYS_setfsuid, own + 1), static_cast<Result>(own));
    EXPECT_EQ(call(SYS_setgroups, 0, 0), -EPERM);
    EXPECT_EQ(::geteuid(), own);
    // The process is not the program's alone here.
    EXPECT_EQ(call(SYS_setsid), -EPERM);
    EXPECT_EQ(call(SYS_setpgid, 1, 1), -ESRCH);
    EXPECT_EQ(call(SYS_setpgid, 0, -1), -EINVAL);
    const mode_t before = ::umask(022);
    EXPECT_EQ(call(SYS_umask, 077), 022);
    EXPECT_EQ(call(SYS_umask, 01777), 077);
    EXPECT_EQ(::umask(before), 022u);
}

TEST_F(CallsInformation, Limits)
{
    EXPECT_EQ(call(SYS_getrlimit, RLIMIT_NOFILE, kOut), 0);
    EXPECT_EQ(get<rlimit>(kOut).rlim_cur, 50u);
    EXPECT_EQ(call(SYS_prlimit64, 0, RLIMIT_AS, 0, kOut), 0);
    EXPECT_EQ(get<rlimit>(kOut).rlim_max, rlim_t{1} << 30);
    put(kIn, rlimit{.rlim_cur = 20, .rlim_max = 30});
    EXPECT_EQ(call(SYS_prlimit64, ::getpid(), RLIMIT_NOFILE, kIn, kOut), 0);
    EXPECT_EQ(get<rlimit>(kOut).rlim_cur, 50u);
    put(kIn, rlimit{.rlim_cur = 20, .rlim_max = 31});
    EXPECT_EQ(call(SYS_setrlimit, RLIMIT_NOFILE, kIn), -EPERM);
    put(kIn, rlimit{.rlim_cur = 21, .rlim_max = 20});
    EXPECT_EQ(call(SYS_setrlimit, RLIMIT_NOFILE, kIn), -EINVAL);
    EXPECT_EQ(call(SYS_getrlimit, RLIM_NLIMITS, kOut), -EINVAL);
    EXPECT_EQ(call(SYS_getrlimit, -1, kOut), -EINVAL);
    EXPECT_EQ(call(SYS_prlimit64, 1, RLIMIT_NOFILE, 0, kOut), -ESRCH);
    put(kIn, rlimit{.rlim_cur = 0, .rlim_max = 0});
    EXPECT_EQ(call(SYS_setrlimit, RLIMIT_STACK, kIn), 0);
    rlimit husks{};
    ::getrlimit(RLIMIT_STACK, &husks);
    EXPECT_NE(husks.rlim_cur, 0u);  // the guest's own
}

TEST_F(CallsInformation, System)
{
    EXPECT_EQ(call(SYS_uname, kOut), 0);
    EXPECT_STREQ(get<utsname>(kOut).sysname, "Linux");
    EXPECT_EQ(call(SYS_sysinfo, kOut), 0);
    const auto info = get<struct sysinfo>(kOut);
    EXPECT_LE(info.totalram * info.mem_unit, 1u << 30);
    EXPECT_EQ(call(SYS_getrandom, kOut, 32, 0), 32);
    EXPECT_EQ(call(SYS_getrandom, kOut, 32, 0x100), -EINVAL);
    const Result known = call(SYS_membarrier, MEMBARRIER_CMD_QUERY, 0, 0);
    EXPECT_EQ(known & MEMBARRIER_CMD_GLOBAL_EXPEDITED, 0);
    EXPECT_EQ(call(SYS_membarrier, MEMBARRIER_CMD_GLOBAL_EXPEDITED, 0, 0), -EINVAL);
    if ((known & MEMBARRIER_CMD_PRIVATE_EXPEDITED) != 0) {
        EXPECT_EQ(call(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0), 0);
        EXPECT_EQ(call(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0), 0);
    }
    EXPECT_EQ(call(SYS_rseq, kIn, 32, 0, 0), -ENOSYS);
}

TEST_F(CallsInformation, Scheduling)
{
    EXPECT_EQ(call(SYS_sched_yield), 0);
    EXPECT_GT(call(SYS_sched_getaffinity, 0, 128, kOut), 0);
    const auto mask = get<std::array<std::uint64_t, 16>>(kOut);
    put(kIn, mask);
    EXPECT_EQ(call(SYS_sched_setaffinity, ::getpid(), 128, kIn), 0);
    EXPECT_EQ(call(SYS_sched_getaffinity, thread_->tid, 128, kOut), call(SYS_sched_getaffinity, 0, 128, kOut));
    for (const long number : {SYS_sched_getaffinity, SYS_sched_setaffinity})
        for (const int id : {1, ::getppid(), -1}) EXPECT_EQ(call(number, id, 128, kIn), -ESRCH) << id;
    EXPECT_EQ(call(SYS_sched_getscheduler, 1), -ESRCH);
    put(kIn, sched_param{.sched_priority = 1});
    EXPECT_EQ(call(SYS_sched_setscheduler, 0, SCHED_FIFO, kIn), -EPERM);
    put(kIn, std::array<std::uint32_t, 12>{48, SCHED_RR, 0, 0, 0, 1});
    EXPECT_EQ(call(SYS_sched_setattr, 0, kIn, 0), -EPERM);
    put(kIn, std::array<std::uint32_t, 12>{40});
    EXPECT_EQ(call(SYS_sched_setattr, 0, kIn, 0), -E2BIG);
    EXPECT_EQ(call(SYS_getpriority, PRIO_PROCESS, 1), -ESRCH);
    const auto nice = static_cast<int>(20 - call(SYS_getpriority, PRIO_PROCESS, 0));
    EXPECT_EQ(call(SYS_setpriority, PRIO_PROCESS, 0, nice), 0);
    EXPECT_EQ(call(SYS_setpriority, PRIO_PROCESS, 0, nice - 1), -EACCES);
    EXPECT_EQ(call(SYS_setpriority, PRIO_USER, 0, nice), -EPERM);
    EXPECT_EQ(call(SYS_setpriority, PRIO_PROCESS, 1, nice), -ESRCH);
    constexpr int kThread = 1, kRealTime = 1 << 13;
    EXPECT_EQ(call(SYS_ioprio_set, kThread, 0, kRealTime), -EPERM);
    EXPECT_EQ(call(SYS_ioprio_set, kThread, 1, 0), -ESRCH);
}

TEST_F(CallsInformation, ProcessControl)
{
    put_text(kIn, "a name that is too long");
    EXPECT_EQ(call(SYS_prctl, PR_SET_NAME, kIn), 0);
    EXPECT_EQ(call(SYS_prctl, PR_GET_NAME, kOut), 0);
    EXPECT_EQ(get_text(kOut, 16), std::string("a name that is ") + '\0');
    EXPECT_EQ(call(SYS_prctl, PR_SET_NAME, kReadOnly + 4096 - 1), 0);  // an empty name at the very end of what is there
    const Result husks = ::prctl(PR_GET_DUMPABLE);
    EXPECT_EQ(call(SYS_prctl, PR_SET_DUMPABLE, 0), 0);
    EXPECT_EQ(call(SYS_prctl, PR_GET_DUMPABLE), 0);
    EXPECT_EQ(call(SYS_prctl, PR_SET_DUMPABLE, 2), -EINVAL);
    EXPECT_EQ(::prctl(PR_GET_DUMPABLE), husks);
    EXPECT_EQ(call(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
    EXPECT_EQ(call(SYS_prctl, PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), 1);
    EXPECT_EQ(call(SYS_prctl, PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0), -EINVAL);
    EXPECT_EQ(call(SYS_prctl, PR_SET_PDEATHSIG, 9), -EINVAL);
    EXPECT_EQ(call(SYS_prctl, PR_SET_SECCOMP, 1), -EINVAL);
    EXPECT_EQ(call(SYS_prctl, PR_CAPBSET_READ, 0), 0);
    EXPECT_EQ(call(SYS_prctl, PR_CAPBSET_READ, 1000), -EINVAL);
    EXPECT_EQ(call(SYS_prctl, PR_SET_VMA, PR_SET_VMA_ANON_NAME, kPages, 4096, 0), 0);
    EXPECT_EQ(call(SYS_prctl, 0x7777), -EINVAL);
}

TEST_F(CallsInformation, BasesOfSegments)
{
    EXPECT_EQ(call(SYS_arch_prctl, ARCH_SET_FS, 0x1234'5678), 0);
    EXPECT_EQ(vcpu_.fs_base(), 0x1234'5678u);
    EXPECT_EQ(call(SYS_arch_prctl, ARCH_GET_FS, kOut), 0);
    EXPECT_EQ(get<std::uint64_t>(kOut), 0x1234'5678u);
    EXPECT_EQ(call(SYS_arch_prctl, ARCH_SET_GS, 0x7FFF'FFFF'EFFF), 0);
    EXPECT_EQ(vcpu_.gs_base(), 0x7FFF'FFFF'EFFFu);
    for (const std::uint64_t bad : {0x7FFF'FFFF'F000ull, 0x8000'0000'0000ull, 0xFFFF'8000'0000'0000ull, ~0ull})
        EXPECT_EQ(call(SYS_arch_prctl, ARCH_SET_FS, bad), -EPERM) << std::hex << bad;
    EXPECT_EQ(call(SYS_arch_prctl, ARCH_GET_GS, program::layout::kHusk), -EFAULT);
    EXPECT_EQ(call(SYS_arch_prctl, 0x3001, kOut), -EINVAL);
    EXPECT_EQ(call(SYS_personality, 0xFFFF'FFFF), 0);
    EXPECT_EQ(call(SYS_personality, 0x0040000), -EINVAL);
}

TEST_F(CallsInformation, NoCapabilities)
{
    constexpr std::uint32_t kVersion3 = 0x20080522;
    put(kIn, std::array<std::uint32_t, 2>{kVersion3, 0});
    put(kOut, std::array<std::uint32_t, 6>{1, 1, 1, 1, 1, 1});
    EXPECT_EQ(call(SYS_capset, kIn, kOut), -EPERM);
    EXPECT_EQ(call(SYS_capget, kIn, kOut), 0);
    EXPECT_EQ(get<std::uint64_t>(kOut), 0u);
    EXPECT_EQ(call(SYS_capset, kIn, kOut), 0);
    put(kIn, std::array<std::uint32_t, 2>{kVersion3, 1});
    EXPECT_EQ(call(SYS_capget, kIn, kOut), -ESRCH);
    put(kIn, std::array<std::uint32_t, 2>{7, 0});
    EXPECT_EQ(call(SYS_capget, kIn, kOut), -EINVAL);
    EXPECT_EQ(get<std::uint32_t>(kIn), kVersion3);
}

TEST_F(CallsInformation, Clocks)
{
    EXPECT_EQ(call(SYS_clock_gettime, CLOCK_MONOTONIC, kOut), 0);
    EXPECT_GT(get<timespec>(kOut).tv_sec, 0);
    constexpr int kPerThread = 4, kScheduled = 2, kDescriptor = 3;
    const auto clock_of = [](int id, int kind) { return static_cast<int>(~static_cast<unsigned>(id) << 3) | kind; };
    EXPECT_EQ(call(SYS_clock_gettime, clock_of(0, kScheduled), kOut), 0);
    EXPECT_EQ(call(SYS_clock_gettime, clock_of(::getpid(), kScheduled), kOut), 0);
    EXPECT_EQ(call(SYS_clock_gettime, clock_of(thread_->tid, kPerThread | kScheduled), kOut), 0);
    EXPECT_EQ(call(SYS_clock_gettime, clock_of(1, kScheduled), kOut), -EINVAL);
    EXPECT_EQ(call(SYS_clock_getres, clock_of(::getppid(), kPerThread | kScheduled), kOut), -EINVAL);
    EXPECT_EQ(call(SYS_clock_gettime, clock_of(own(make_file()), kDescriptor), kOut), -EINVAL);
    EXPECT_EQ(call(SYS_clock_settime, CLOCK_REALTIME, kOut), -EPERM);
    EXPECT_EQ(call(SYS_settimeofday, kOut, 0), -EPERM);
    EXPECT_EQ(call(SYS_adjtimex, kOut), -EPERM);
    EXPECT_EQ(call(SYS_clock_nanosleep, CLOCK_REALTIME_ALARM, 0, kIn, 0), -EPERM);
    EXPECT_GT(call(SYS_time, 0), 1'000'000'000);
    EXPECT_EQ(call(SYS_gettimeofday, kOut, 0), 0);
}

}  // namespace
}  // namespace husk::test
