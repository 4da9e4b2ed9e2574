#pragma once

#include "engine/kvm/request.hpp"
#include "memory/written_pages.hpp"

#include <asm/ioctls.h>
#include <asm/termbits.h>
#include <linux/fcntl.h>
#include <linux/fs.h>
#include <linux/prctl.h>
#include <linux/sched.h>

#include <cstdint>

/// The system calls that the host takes from Husk while a program runs, each line with its reason. All else answers ENOSYS, but for
/// kAttacks, which end the process at once. Read by the generator, which makes a BPF program of it when Husk is built, and by
/// tests.
///
/// To allow one more: add a line. The build fails if the kernel has no call of that name.
namespace husk::program {

/// What an argument must be: `argument & mask == value`. A mask of nothing asks for nothing.
struct Check {
    unsigned argument = 0;  ///< 0 to 5
    std::uint64_t mask = 0;
    std::uint64_t value = 0;
};

/// `calls`, names with blanks between them, are allowed if both checks hold. Several lines with one name are alternatives.
struct Rule {
    const char* calls;
    const char* why;
    Check first{}, second{};
};

inline constexpr std::uint64_t kLow32 = 0xFFFF'FFFF;
inline constexpr std::uint64_t kAllBits = ~std::uint64_t{0};

/// Stands for the process's own id in what is generated; the id itself is put in its places before the filter is installed.
inline constexpr std::uint32_t kOwnProcess = 0x7E57'0FED;

/// For what the kernel takes as a 32-bit number, of which it ignores the rest: requests, commands, process ids.
constexpr Check is(unsigned argument, std::uint64_t value)
{
    return {argument, kLow32, value & kLow32};
}
constexpr Check is_null(unsigned argument)
{
    return {argument, kAllBits, 0};
}
constexpr Check is_own_process(unsigned argument)
{
    return is(argument, kOwnProcess);
}

// Of fcntl, from Linux 6.10 and 6.12, which Debian 12's headers do not have.
inline constexpr std::uint64_t kDuplicateQuery = 1027;
inline constexpr std::uint64_t kCreatedQuery = 1028;
inline constexpr std::uint64_t kOfThread =
    0;  ///< PRIO_PROCESS, which means a thread: getpriority(2), "C library/kernel differences"
inline constexpr std::uint64_t kDiskOfThread = 1;  ///< IOPRIO_WHO_PROCESS: ioprio_set(2)

/// What pthread_create asks clone for, and nothing else. CLONE_DETACHED has no effect, and musl sets it.
inline constexpr std::uint64_t kThreadFlags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SYSVSEM | CLONE_SIGHAND | CLONE_THREAD |
                                              CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID;
constexpr Check is_new_thread(unsigned argument)
{
    return {argument, kAllBits & ~std::uint64_t{CLONE_DETACHED}, kThreadFlags};
}

// clang-format off
inline constexpr Rule kAllowed[] = {
    // Files that are open.
    {"read write readv writev pread64 pwrite64 preadv pwritev preadv2 pwritev2 lseek", "their bytes"},
    {"sendfile copy_file_range splice tee vmsplice", "their bytes, from one to the other"},
    {"fsync fdatasync sync_file_range syncfs sync fadvise64 readahead", "when their bytes reach the disk"},
    {"ftruncate fallocate", "their size"},
    {"fstat newfstatat statx fstatfs", "what they are"},
    {"fchmod fchown utimensat fgetxattr fsetxattr flistxattr fremovexattr", "what is known of them"},
    {"close close_range dup dup2 dup3 pipe pipe2 flock", "descriptors"},
    {"getdents64 getdents", "folders"},
    {"memfd_create", "files without a name, as good as memory"},

    // A debugger's connection, by a socket that was made before: no other can be.
    {"accept4", "a debugger that comes"},
    {"recvfrom sendto", "what it says and is told, and nobody else", is_null(4)},

    // Files by name: beneath a folder that is open, which the kernel keeps to.
    {"openat2", "the only way to open: open and openat cannot be told to stay beneath a folder"},
    {"mkdirat mknodat unlinkat renameat renameat2 linkat symlinkat readlinkat", "names in folders that are open"},
    {"fchmodat fchownat faccessat faccessat2", "what is known of files in folders that are open"},
    {"readlink getxattr setxattr listxattr removexattr inotify_add_watch", "the same of an open file, by its name in /proc/self/fd"},
    {"rmdir", "Husk's own folder, at the end"},
    {"umask", "rights of new files"},

    // Descriptors' flags and locks. Not who is signalled (F_SETOWN, F_SETSIG), not F_NOTIFY, not leases.
    {"fcntl", "a copy of a descriptor", is(1, F_DUPFD)},
    {"fcntl", "a copy of a descriptor", is(1, F_DUPFD_CLOEXEC)},
    {"fcntl", "close-on-exec", is(1, F_GETFD)},
    {"fcntl", "close-on-exec", is(1, F_SETFD)},
    {"fcntl", "O_APPEND, O_NONBLOCK …", is(1, F_GETFL)},
    {"fcntl", "O_APPEND, O_NONBLOCK …", is(1, F_SETFL)},
    {"fcntl", "locks", is(1, F_GETLK)},
    {"fcntl", "locks", is(1, F_SETLK)},
    {"fcntl", "locks", is(1, F_SETLKW)},
    {"fcntl", "locks of an open file", is(1, F_OFD_GETLK)},
    {"fcntl", "locks of an open file", is(1, F_OFD_SETLK)},
    {"fcntl", "locks of an open file", is(1, F_OFD_SETLKW)},
    {"fcntl", "a pipe's size", is(1, F_GETPIPE_SZ)},
    {"fcntl", "a pipe's size", is(1, F_SETPIPE_SZ)},
    {"fcntl", "is it the same, and was it new: of two descriptors, of a file that was opened", is(1, kDuplicateQuery)},
    {"fcntl", "is it the same, and was it new: of two descriptors, of a file that was opened", is(1, kCreatedQuery)},
    {"fcntl", "how long what is written will live", is(1, F_GET_RW_HINT)},
    {"fcntl", "how long what is written will live", is(1, F_SET_RW_HINT)},
    {"fcntl", "how long what is written will live", is(1, F_GET_FILE_RW_HINT)},
    {"fcntl", "how long what is written will live", is(1, F_SET_FILE_RW_HINT)},
    {"fcntl", "leases, to see that there is none", is(1, F_GETLEASE)},
    {"fcntl", "seals of a memfd", is(1, F_ADD_SEALS)},
    {"fcntl", "seals of a memfd", is(1, F_GET_SEALS)},

    // Waiting.
    {"poll ppoll select pselect6", "for descriptors"},
    {"epoll_create1 epoll_create epoll_ctl epoll_wait epoll_pwait epoll_pwait2", "for many descriptors"},
    {"eventfd eventfd2 timerfd_create timerfd_settime timerfd_gettime", "descriptors made to be waited for"},
    {"inotify_init inotify_init1 inotify_rm_watch", "for what happens to files"},
    {"futex futex_waitv", "threads for each other: the program's futexes are the host's"},
    {"nanosleep clock_nanosleep restart_syscall", "for time to pass"},

    // Time.
    {"clock_gettime clock_getres gettimeofday time times", "clocks, where the vDSO has none"},
    {"clock_adjtime", "how the clock is kept, to read: to change it takes a capability, which is dropped"},
    {"setitimer getitimer timer_create timer_settime timer_gettime timer_getoverrun timer_delete", "timers, of this process alone"},

    // Memory. The program's is Husk's own, at an offset.
    {"mmap munmap mprotect mremap madvise brk msync mincore mlock mlock2 munlock membarrier", "memory of the program, and malloc"},
    {"process_vm_readv process_vm_writev", "reads and writes the program's memory without a fault", is_own_process(0)},

    // Threads and signals, this process's own.
    {"clone", "a thread, as pthread_create makes it. Not clone3, whose flags a filter cannot see", is_new_thread(0)},
    {"set_robust_list get_robust_list rseq set_tid_address exit exit_group", "how a thread and the process start and end"},
    {"sched_yield sched_getaffinity sched_setaffinity getcpu", "processors. Of which thread, Husk checks"},
    {"sched_getscheduler sched_setscheduler sched_getparam sched_setparam sched_getattr sched_setattr", "the share of one, likewise"},
    {"sched_get_priority_max sched_get_priority_min sched_rr_get_interval", "the share of one, likewise"},
    {"getpriority setpriority", "the share of one, likewise", is(0, kOfThread)},
    {"ioprio_get ioprio_set", "the share of a disk, likewise", is(0, kDiskOfThread)},
    {"rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigtimedwait rt_sigsuspend sigaltstack", "signals of this process"},
    {"kill tgkill", "signals to this process: threads kick each other out of KVM_RUN", is_own_process(0)},
    {"prctl", "a thread's name", is(0, PR_SET_NAME)},
    {"prctl", "a thread's name", is(0, PR_GET_NAME)},
    {"prctl", "timer slack of a thread", is(0, PR_SET_TIMERSLACK)},
    {"prctl", "timer slack of a thread", is(0, PR_GET_TIMERSLACK)},

    // Questions that change nothing.
    {"getpid gettid getppid getpgrp getuid geteuid getgid getegid getresuid getresgid getgroups", "who this is"},
    {"uname sysinfo getrusage getrandom", "what this is"},
    {"getpgid getsid", "what group and session this is", is(0, 0)},
    {"getpgid getsid", "what group and session this is", is_own_process(0)},
    {"setpgid", "a group and session of its own, which the terminal knows it by", is(0, 0)},
    {"setsid", "a group and session of its own, which the terminal knows it by"},
    {"prctl", "has it no new privileges?", is(0, PR_GET_NO_NEW_PRIVS)},
    {"prlimit64", "limits, to read", is(0, 0), is_null(2)},
    {"prlimit64", "limits, to read", is_own_process(0), is_null(2)},

    // What of this process's memory is in use, of a descriptor that was opened before.
    {"ioctl", "a program is frozen: which of its pages it has written to", is(1, kPagemapScan)},

    // Virtual machine. Not KVM_CREATE_VM: the one that runs is there.
    {"ioctl", "the program runs", is(1, kvm::kRun.number)},
    {"ioctl", "a thread of the program", is(1, kvm::kCreateVcpu.number)},
    {"ioctl", "a thread of the program: its run page's size", is(1, kvm::kGetVcpuMmapSize.number)},
    {"ioctl", "a thread of the program: what this KVM has", is(1, kvm::kCheckExtension.number)},
    {"ioctl", "a thread of the program: what its processor has", is(1, kvm::kGetSupportedCpuid.number)},
    {"ioctl", "a thread of the program: what its processor has", is(1, kvm::kSetCpuid2.number)},
    {"ioctl", "a thread of the program: what may interrupt it", is(1, kvm::kSetSignalMask.number)},
    {"ioctl", "memory comes into use", is(1, kvm::kSetUserMemoryRegion.number)},
    {"ioctl", "registers", is(1, kvm::kGetRegs.number)},
    {"ioctl", "registers", is(1, kvm::kSetRegs.number)},
    {"ioctl", "system registers", is(1, kvm::kGetSregs.number)},
    {"ioctl", "system registers", is(1, kvm::kSetSregs.number)},
    {"ioctl", "system registers", is(1, kvm::kGetMsrs.number)},
    {"ioctl", "system registers", is(1, kvm::kSetMsrs.number)},
    {"ioctl", "vector registers", is(1, kvm::kGetXcrs.number)},
    {"ioctl", "vector registers", is(1, kvm::kSetXcrs.number)},
    {"ioctl", "vector registers", is(1, kvm::kGetXsave.number)},
    {"ioctl", "vector registers", is(1, kvm::kSetXsave.number)},
    {"ioctl", "vector registers", is(1, kvm::kGetXsave2.number)},
    {"ioctl", "a debugger's watchpoints", is(1, kvm::kSetGuestDebug.number)},
    {"ioctl", "the time stamp counter of a thread", is(1, kvm::kSetDeviceAttr.number)},

    // Terminals and files, as calls/device.cpp has them. Not TIOCSTI and TIOCLINUX, which type into the terminal.
    {"ioctl", "a terminal's settings", is(1, TCGETS)},
    {"ioctl", "a terminal's settings", is(1, TCSETS)},
    {"ioctl", "a terminal's settings", is(1, TCSETSW)},
    {"ioctl", "a terminal's settings", is(1, TCSETSF)},
    {"ioctl", "a terminal's settings, any speed", is(1, TCGETS2)},
    {"ioctl", "a terminal's settings, any speed", is(1, TCSETS2)},
    {"ioctl", "a terminal's settings, any speed", is(1, TCSETSW2)},
    {"ioctl", "a terminal's settings, any speed", is(1, TCSETSF2)},
    {"ioctl", "a terminal's settings, as they once were", is(1, TCGETA)},
    {"ioctl", "a terminal's settings, as they once were", is(1, TCSETA)},
    {"ioctl", "a terminal's settings, as they once were", is(1, TCSETAW)},
    {"ioctl", "a terminal's settings, as they once were", is(1, TCSETAF)},
    {"ioctl", "a terminal's settings, one by one", is(1, TIOCGETD)},
    {"ioctl", "a terminal's settings, one by one", is(1, TIOCGSOFTCAR)},
    {"ioctl", "a terminal's settings, one by one", is(1, TIOCMGET)},
    {"ioctl", "a terminal's settings, one by one", is(1, TIOCEXCL)},
    {"ioctl", "a terminal's settings, one by one", is(1, TIOCNXCL)},
    {"ioctl", "a terminal's settings, one by one", is(1, TIOCGEXCL)},
    {"ioctl", "a terminal's size", is(1, TIOCGWINSZ)},
    {"ioctl", "a terminal's size", is(1, TIOCSWINSZ)},
    {"ioctl", "a terminal's process group and session", is(1, TIOCGPGRP)},
    {"ioctl", "a terminal's process group and session", is(1, TIOCSPGRP)},
    {"ioctl", "a terminal's process group and session", is(1, TIOCGSID)},
    {"ioctl", "a terminal's queues", is(1, TCFLSH)},
    {"ioctl", "a terminal's queues", is(1, TCSBRK)},
    {"ioctl", "a terminal's queues", is(1, TCSBRKP)},
    {"ioctl", "a terminal's queues", is(1, TIOCSBRK)},
    {"ioctl", "a terminal's queues", is(1, TIOCCBRK)},
    {"ioctl", "a terminal's queues", is(1, TCXONC)},
    {"ioctl", "a terminal's queues", is(1, TIOCOUTQ)},
    {"ioctl", "a new terminal", is(1, TIOCGPTN)},
    {"ioctl", "a new terminal", is(1, TIOCSPTLCK)},
    {"ioctl", "a new terminal", is(1, TIOCGPTLCK)},
    {"ioctl", "any descriptor: how much there is to read, O_NONBLOCK, close-on-exec", is(1, FIONREAD)},
    {"ioctl", "any descriptor: how much there is to read, O_NONBLOCK, close-on-exec", is(1, FIOQSIZE)},
    {"ioctl", "any descriptor: how much there is to read, O_NONBLOCK, close-on-exec", is(1, FIONBIO)},
    {"ioctl", "any descriptor: how much there is to read, O_NONBLOCK, close-on-exec", is(1, FIOCLEX)},
    {"ioctl", "any descriptor: how much there is to read, O_NONBLOCK, close-on-exec", is(1, FIONCLEX)},
    {"ioctl", "a file's block size and flags", is(1, FIGETBSZ)},
    {"ioctl", "a file's block size and flags", is(1, FS_IOC_GETFLAGS)},
    {"ioctl", "a file's block size and flags", is(1, FS_IOC_GETVERSION)},
    {"ioctl", "a block device's size", is(1, BLKGETSIZE64)},
    {"ioctl", "a block device's size", is(1, BLKSSZGET)},
    {"ioctl", "cp --reflink", is(1, FICLONE)},
    {"ioctl", "cp --reflink", is(1, FICLONERANGE)},
};

/// What Husk never does, and whoever has taken it over may well try.
inline constexpr Rule kAttacks[] = {
    {"execve execveat", "another program on the host"},
    {"ptrace kcmp pidfd_getfd", "into other processes"},
    {"bpf perf_event_open userfaultfd io_uring_setup io_uring_enter io_uring_register", "large and often broken parts of the kernel"},
    {"mount umount2 move_mount open_tree mount_setattr fsopen fsconfig fsmount fspick pivot_root chroot", "what paths mean"},
    {"setns unshare", "out of, or deeper into, namespaces"},
    {"init_module finit_module delete_module kexec_load kexec_file_load reboot", "the kernel itself"},
    {"add_key request_key keyctl", "the kernel's keys"},
    {"iopl ioperm modify_ldt", "the processor itself"},
    {"swapon swapoff acct quotactl quotactl_fd settimeofday clock_settime adjtimex sethostname setdomainname syslog",
     "the host's administration"},
    {"open_by_handle_at name_to_handle_at", "files without a path, and with it without a grant"},
};
// clang-format on

}  // namespace husk::program
