#pragma once

#include <sys/syscall.h>

#include <array>
#include <string_view>

namespace husk::test {

struct KnownCall {
    long number;
    std::string_view name;
};

#define HUSK_CALL(name)   \
    KnownCall             \
    {                     \
        SYS_##name, #name \
    }
/// The system calls that Debian 12's headers know.
// clang-format off
inline constexpr auto kKnownCalls = std::to_array<KnownCall>({
    HUSK_CALL(read), HUSK_CALL(write), HUSK_CALL(open), HUSK_CALL(close), HUSK_CALL(stat), HUSK_CALL(fstat), HUSK_CALL(lstat),
    HUSK_CALL(poll), HUSK_CALL(lseek), HUSK_CALL(mmap), HUSK_CALL(mprotect), HUSK_CALL(munmap), HUSK_CALL(brk),
    HUSK_CALL(rt_sigaction), HUSK_CALL(rt_sigprocmask), HUSK_CALL(rt_sigreturn), HUSK_CALL(ioctl), HUSK_CALL(pread64),
    HUSK_CALL(pwrite64), HUSK_CALL(readv), HUSK_CALL(writev), HUSK_CALL(access), HUSK_CALL(pipe), HUSK_CALL(select),
    HUSK_CALL(sched_yield), HUSK_CALL(mremap), HUSK_CALL(msync), HUSK_CALL(mincore), HUSK_CALL(madvise), HUSK_CALL(shmget),
    HUSK_CALL(shmat), HUSK_CALL(shmctl), HUSK_CALL(dup), HUSK_CALL(dup2), HUSK_CALL(pause), HUSK_CALL(nanosleep),
    HUSK_CALL(getitimer), HUSK_CALL(alarm), HUSK_CALL(setitimer), HUSK_CALL(getpid), HUSK_CALL(sendfile), HUSK_CALL(socket),
    HUSK_CALL(connect), HUSK_CALL(accept), HUSK_CALL(sendto), HUSK_CALL(recvfrom), HUSK_CALL(sendmsg), HUSK_CALL(recvmsg),
    HUSK_CALL(shutdown), HUSK_CALL(bind), HUSK_CALL(listen), HUSK_CALL(getsockname), HUSK_CALL(getpeername),
    HUSK_CALL(socketpair), HUSK_CALL(setsockopt), HUSK_CALL(getsockopt), HUSK_CALL(clone), HUSK_CALL(fork), HUSK_CALL(vfork),
    HUSK_CALL(execve), HUSK_CALL(exit), HUSK_CALL(wait4), HUSK_CALL(kill), HUSK_CALL(uname), HUSK_CALL(semget),
    HUSK_CALL(semop), HUSK_CALL(semctl), HUSK_CALL(shmdt), HUSK_CALL(msgget), HUSK_CALL(msgsnd), HUSK_CALL(msgrcv),
    HUSK_CALL(msgctl), HUSK_CALL(fcntl), HUSK_CALL(flock), HUSK_CALL(fsync), HUSK_CALL(fdatasync), HUSK_CALL(truncate),
    HUSK_CALL(ftruncate), HUSK_CALL(getdents), HUSK_CALL(getcwd), HUSK_CALL(chdir), HUSK_CALL(fchdir), HUSK_CALL(rename),
    HUSK_CALL(mkdir), HUSK_CALL(rmdir), HUSK_CALL(creat), HUSK_CALL(link), HUSK_CALL(unlink), HUSK_CALL(symlink),
    HUSK_CALL(readlink), HUSK_CALL(chmod), HUSK_CALL(fchmod), HUSK_CALL(chown), HUSK_CALL(fchown), HUSK_CALL(lchown),
    HUSK_CALL(umask), HUSK_CALL(gettimeofday), HUSK_CALL(getrlimit), HUSK_CALL(getrusage), HUSK_CALL(sysinfo), HUSK_CALL(times),
    HUSK_CALL(ptrace), HUSK_CALL(getuid), HUSK_CALL(syslog), HUSK_CALL(getgid), HUSK_CALL(setuid), HUSK_CALL(setgid),
    HUSK_CALL(geteuid), HUSK_CALL(getegid), HUSK_CALL(setpgid), HUSK_CALL(getppid), HUSK_CALL(getpgrp), HUSK_CALL(setsid),
    HUSK_CALL(setreuid), HUSK_CALL(setregid), HUSK_CALL(getgroups), HUSK_CALL(setgroups), HUSK_CALL(setresuid),
    HUSK_CALL(getresuid), HUSK_CALL(setresgid), HUSK_CALL(getresgid), HUSK_CALL(getpgid), HUSK_CALL(setfsuid),
    HUSK_CALL(setfsgid), HUSK_CALL(getsid), HUSK_CALL(capget), HUSK_CALL(capset), HUSK_CALL(rt_sigpending),
    HUSK_CALL(rt_sigtimedwait), HUSK_CALL(rt_sigqueueinfo), HUSK_CALL(rt_sigsuspend), HUSK_CALL(sigaltstack), HUSK_CALL(utime),
    HUSK_CALL(mknod), HUSK_CALL(uselib), HUSK_CALL(personality), HUSK_CALL(ustat), HUSK_CALL(statfs), HUSK_CALL(fstatfs),
    HUSK_CALL(sysfs), HUSK_CALL(getpriority), HUSK_CALL(setpriority), HUSK_CALL(sched_setparam), HUSK_CALL(sched_getparam),
    HUSK_CALL(sched_setscheduler), HUSK_CALL(sched_getscheduler), HUSK_CALL(sched_get_priority_max),
    HUSK_CALL(sched_get_priority_min), HUSK_CALL(sched_rr_get_interval), HUSK_CALL(mlock), HUSK_CALL(munlock),
    HUSK_CALL(mlockall), HUSK_CALL(munlockall), HUSK_CALL(vhangup), HUSK_CALL(modify_ldt), HUSK_CALL(pivot_root),
    HUSK_CALL(_sysctl), HUSK_CALL(prctl), HUSK_CALL(arch_prctl), HUSK_CALL(adjtimex), HUSK_CALL(setrlimit), HUSK_CALL(chroot),
    HUSK_CALL(sync), HUSK_CALL(acct), HUSK_CALL(settimeofday), HUSK_CALL(mount), HUSK_CALL(umount2), HUSK_CALL(swapon),
    HUSK_CALL(swapoff), HUSK_CALL(reboot), HUSK_CALL(sethostname), HUSK_CALL(setdomainname), HUSK_CALL(iopl), HUSK_CALL(ioperm),
    HUSK_CALL(create_module), HUSK_CALL(init_module), HUSK_CALL(delete_module), HUSK_CALL(get_kernel_syms),
    HUSK_CALL(query_module), HUSK_CALL(quotactl), HUSK_CALL(nfsservctl), HUSK_CALL(getpmsg), HUSK_CALL(putpmsg),
    HUSK_CALL(afs_syscall), HUSK_CALL(tuxcall), HUSK_CALL(security), HUSK_CALL(gettid), HUSK_CALL(readahead),
    HUSK_CALL(setxattr), HUSK_CALL(lsetxattr), HUSK_CALL(fsetxattr), HUSK_CALL(getxattr), HUSK_CALL(lgetxattr),
    HUSK_CALL(fgetxattr), HUSK_CALL(listxattr), HUSK_CALL(llistxattr), HUSK_CALL(flistxattr), HUSK_CALL(removexattr),
    HUSK_CALL(lremovexattr), HUSK_CALL(fremovexattr), HUSK_CALL(tkill), HUSK_CALL(time), HUSK_CALL(futex),
    HUSK_CALL(sched_setaffinity), HUSK_CALL(sched_getaffinity), HUSK_CALL(set_thread_area), HUSK_CALL(io_setup),
    HUSK_CALL(io_destroy), HUSK_CALL(io_getevents), HUSK_CALL(io_submit), HUSK_CALL(io_cancel), HUSK_CALL(get_thread_area),
    HUSK_CALL(lookup_dcookie), HUSK_CALL(epoll_create), HUSK_CALL(epoll_ctl_old), HUSK_CALL(epoll_wait_old),
    HUSK_CALL(remap_file_pages), HUSK_CALL(getdents64), HUSK_CALL(set_tid_address), HUSK_CALL(restart_syscall),
    HUSK_CALL(semtimedop), HUSK_CALL(fadvise64), HUSK_CALL(timer_create), HUSK_CALL(timer_settime), HUSK_CALL(timer_gettime),
    HUSK_CALL(timer_getoverrun), HUSK_CALL(timer_delete), HUSK_CALL(clock_settime), HUSK_CALL(clock_gettime),
    HUSK_CALL(clock_getres), HUSK_CALL(clock_nanosleep), HUSK_CALL(exit_group), HUSK_CALL(epoll_wait), HUSK_CALL(epoll_ctl),
    HUSK_CALL(tgkill), HUSK_CALL(utimes), HUSK_CALL(vserver), HUSK_CALL(mbind), HUSK_CALL(set_mempolicy),
    HUSK_CALL(get_mempolicy), HUSK_CALL(mq_open), HUSK_CALL(mq_unlink), HUSK_CALL(mq_timedsend), HUSK_CALL(mq_timedreceive),
    HUSK_CALL(mq_notify), HUSK_CALL(mq_getsetattr), HUSK_CALL(kexec_load), HUSK_CALL(waitid), HUSK_CALL(add_key),
    HUSK_CALL(request_key), HUSK_CALL(keyctl), HUSK_CALL(ioprio_set), HUSK_CALL(ioprio_get), HUSK_CALL(inotify_init),
    HUSK_CALL(inotify_add_watch), HUSK_CALL(inotify_rm_watch), HUSK_CALL(migrate_pages), HUSK_CALL(openat), HUSK_CALL(mkdirat),
    HUSK_CALL(mknodat), HUSK_CALL(fchownat), HUSK_CALL(futimesat), HUSK_CALL(newfstatat), HUSK_CALL(unlinkat),
    HUSK_CALL(renameat), HUSK_CALL(linkat), HUSK_CALL(symlinkat), HUSK_CALL(readlinkat), HUSK_CALL(fchmodat),
    HUSK_CALL(faccessat), HUSK_CALL(pselect6), HUSK_CALL(ppoll), HUSK_CALL(unshare), HUSK_CALL(set_robust_list),
    HUSK_CALL(get_robust_list), HUSK_CALL(splice), HUSK_CALL(tee), HUSK_CALL(sync_file_range), HUSK_CALL(vmsplice),
    HUSK_CALL(move_pages), HUSK_CALL(utimensat), HUSK_CALL(epoll_pwait), HUSK_CALL(signalfd), HUSK_CALL(timerfd_create),
    HUSK_CALL(eventfd), HUSK_CALL(fallocate), HUSK_CALL(timerfd_settime), HUSK_CALL(timerfd_gettime), HUSK_CALL(accept4),
    HUSK_CALL(signalfd4), HUSK_CALL(eventfd2), HUSK_CALL(epoll_create1), HUSK_CALL(dup3), HUSK_CALL(pipe2),
    HUSK_CALL(inotify_init1), HUSK_CALL(preadv), HUSK_CALL(pwritev), HUSK_CALL(rt_tgsigqueueinfo), HUSK_CALL(perf_event_open),
    HUSK_CALL(recvmmsg), HUSK_CALL(fanotify_init), HUSK_CALL(fanotify_mark), HUSK_CALL(prlimit64), HUSK_CALL(name_to_handle_at),
    HUSK_CALL(open_by_handle_at), HUSK_CALL(clock_adjtime), HUSK_CALL(syncfs), HUSK_CALL(sendmmsg), HUSK_CALL(setns),
    HUSK_CALL(getcpu), HUSK_CALL(process_vm_readv), HUSK_CALL(process_vm_writev), HUSK_CALL(kcmp), HUSK_CALL(finit_module),
    HUSK_CALL(sched_setattr), HUSK_CALL(sched_getattr), HUSK_CALL(renameat2), HUSK_CALL(seccomp), HUSK_CALL(getrandom),
    HUSK_CALL(memfd_create), HUSK_CALL(kexec_file_load), HUSK_CALL(bpf), HUSK_CALL(execveat), HUSK_CALL(userfaultfd),
    HUSK_CALL(membarrier), HUSK_CALL(mlock2), HUSK_CALL(copy_file_range), HUSK_CALL(preadv2), HUSK_CALL(pwritev2),
    HUSK_CALL(pkey_mprotect), HUSK_CALL(pkey_alloc), HUSK_CALL(pkey_free), HUSK_CALL(statx), HUSK_CALL(io_pgetevents),
    HUSK_CALL(rseq), HUSK_CALL(pidfd_send_signal), HUSK_CALL(io_uring_setup), HUSK_CALL(io_uring_enter),
    HUSK_CALL(io_uring_register), HUSK_CALL(open_tree), HUSK_CALL(move_mount), HUSK_CALL(fsopen), HUSK_CALL(fsconfig),
    HUSK_CALL(fsmount), HUSK_CALL(fspick), HUSK_CALL(pidfd_open), HUSK_CALL(clone3), HUSK_CALL(close_range), HUSK_CALL(openat2),
    HUSK_CALL(pidfd_getfd), HUSK_CALL(faccessat2), HUSK_CALL(process_madvise), HUSK_CALL(epoll_pwait2),
    HUSK_CALL(mount_setattr), HUSK_CALL(quotactl_fd), HUSK_CALL(landlock_create_ruleset), HUSK_CALL(landlock_add_rule),
    HUSK_CALL(landlock_restrict_self), HUSK_CALL(memfd_secret), HUSK_CALL(process_mrelease), HUSK_CALL(futex_waitv),
    HUSK_CALL(set_mempolicy_home_node),
});
// clang-format on
#undef HUSK_CALL

}  // namespace husk::test
