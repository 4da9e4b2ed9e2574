// Makes system calls whose arguments all lie in one arena at a fixed address, and tells afterwards what each was, what it returned,
// and what was in the arena before and after it. Run by record.sh under strace, whose lines it pairs with these.
#include <asm/prctl.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <linux/openat2.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <initializer_list>
#include <string>
#include <vector>

namespace {

using Word = std::uint64_t;
constexpr Word kArena = 0x100000000;
constexpr std::size_t kArenaSize = 0x10000;
constexpr Word kBad = 0xdead00000000;  // nothing is mapped there

char* arena = nullptr;
std::size_t used = 0;
std::string records;

Word room(std::size_t size)
{
    const Word at = kArena + used;
    used = (used + size + 31) & ~std::size_t{15};
    return at;
}
Word text(const std::string& value)
{
    const Word at = room(value.size() + 1);
    std::memcpy(arena + (at - kArena), value.c_str(), value.size() + 1);
    return at;
}
template <typename T>
Word put(const T& value)
{
    const Word at = room(sizeof(T));
    std::memcpy(arena + (at - kArena), &value, sizeof(T));
    return at;
}
template <typename T>
T get(Word at)
{
    T value;
    std::memcpy(&value, arena + (at - kArena), sizeof(T));
    return value;
}

/// Runs of bytes that are not zero; short gaps belong to them.
void dump(const char* when)
{
    constexpr std::size_t kGap = 16;
    char byte[4];
    for (std::size_t at = 0; at < kArenaSize;) {
        if (arena[at] == 0) {
            ++at;
            continue;
        }
        std::size_t end = at + 1;
        for (std::size_t next = end; next < kArenaSize && next < end + kGap; ++next)
            if (arena[next] != 0) end = next + 1;
        char head[64];
        std::snprintf(head, sizeof head, "%s %zx ", when, at + kArena);
        records += head;
        for (; at < end; ++at) {
            std::snprintf(byte, sizeof byte, "%02x", static_cast<unsigned char>(arena[at]));
            records += byte;
        }
        records += '\n';
    }
}

long raw(long number, const Word* a)
{
    long result = number;
    register Word r10 asm("r10") = a[3];
    register Word r8 asm("r8") = a[4];
    register Word r9 asm("r9") = a[5];
    asm volatile("syscall" : "+a"(result) : "D"(a[0]), "S"(a[1]), "d"(a[2]), "r"(r10), "r"(r8), "r"(r9) : "rcx", "r11", "memory");
    return result;
}

long call(long number, std::initializer_list<Word> arguments)
{
    Word a[6] = {};
    std::size_t count = 0;
    for (const Word argument : arguments) a[count++] = argument;
    char line[256];
    std::snprintf(line, sizeof line, "call %ld %lx %lx %lx %lx %lx %lx\n", number, a[0], a[1], a[2], a[3], a[4], a[5]);
    records += line;
    dump("before");
    const long result = raw(number, a);
    dump("after");
    std::snprintf(line, sizeof line, "result %ld\n", result);
    records += line;
    return result;
}
/// Starts the next case with an empty arena.
void clear()
{
    std::memset(arena, 0, kArenaSize);
    used = 0;
}

constexpr Word kHere = static_cast<Word>(AT_FDCWD);

void files()
{
    const long out = call(SYS_openat, {kHere, text("file"), O_RDWR | O_CREAT | O_CLOEXEC, 0644});
    const Word fd = static_cast<Word>(out);
    clear(), call(SYS_openat, {kHere, text("missing"), O_RDONLY | O_CLOEXEC});
    clear(), call(SYS_open, {text("/dev/null"), O_WRONLY | O_NONBLOCK});
    clear(), call(SYS_openat, {kHere, kBad, 0});
    clear(), call(SYS_openat, {kHere, 0, 0});
    clear(), call(SYS_openat, {kHere, text("x"), 0x40000000});
    clear(), call(SYS_write, {fd, text("hello, world\n"), 13});
    clear(), call(SYS_write, {fd, text("\1\2\0033\x7f\xff\"quoted\\\t\v\f\r"), 18});
    clear(), call(SYS_write, {fd, text("A line of more than thirty-two bytes, which is cut"), 50});
    clear(), call(SYS_write, {fd, text("exactly thirty-two bytes of text"), 32});
    clear(), call(SYS_write, {fd, text(""), 0});
    clear(), call(SYS_write, {fd, kBad, 5});
    clear(), call(SYS_lseek, {fd, 0, SEEK_SET});
    clear(), call(SYS_lseek, {fd, static_cast<Word>(-5), SEEK_END});
    clear(), call(SYS_lseek, {fd, 0, 17});
    clear(), call(SYS_pread64, {fd, room(100), 100, 2});
    clear(), call(SYS_pread64, {fd, room(100), 10, 100000});
    clear(), call(SYS_read, {fd, room(100), 100});
    clear(), call(SYS_read, {99, room(100), 100});
    clear(), call(SYS_pwrite64, {fd, text("pw"), 2, 1});
    clear();
    const iovec vectors[] = {{reinterpret_cast<void*>(text("abc")), 3}, {reinterpret_cast<void*>(text("defgh")), 5}};
    call(SYS_writev, {fd, put(vectors), 2});
    clear();
    const iovec parts[] = {{reinterpret_cast<void*>(room(4)), 4}, {reinterpret_cast<void*>(room(500)), 500}, {nullptr, 0}};
    call(SYS_preadv, {fd, put(parts), 3, 0, 0});
    clear(), call(SYS_writev, {fd, kBad, 2});
    clear(), call(SYS_newfstatat, {kHere, text("file"), room(144), 0});
    clear(), call(SYS_newfstatat, {fd, text(""), room(144), AT_EMPTY_PATH});
    clear(), call(SYS_newfstatat, {kHere, text("missing"), room(144), AT_SYMLINK_NOFOLLOW});
    clear(), call(SYS_stat, {text("/dev/null"), room(144)});
    clear(), call(SYS_fstat, {fd, room(144)});
    clear(), call(SYS_statx, {kHere, text("file"), AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT, STATX_ALL, room(256)});
    clear(), call(SYS_statx, {kHere, text("missing"), 0, STATX_MODE | STATX_SIZE, room(256)});
    clear(), call(SYS_access, {text("file"), R_OK | W_OK});
    clear(), call(SYS_access, {text("missing"), F_OK});
    clear(), call(SYS_faccessat2, {kHere, text("file"), X_OK, AT_EACCESS});
    clear(), call(SYS_ftruncate, {fd, 1000});
    clear(), call(SYS_truncate, {text("file"), 100});
    clear(), call(SYS_fallocate, {fd, 1, 0, 4096});
    clear(), call(SYS_fadvise64, {fd, 0, 0, POSIX_FADV_SEQUENTIAL});
    clear(), call(SYS_fsync, {fd});
    clear(), call(SYS_flock, {fd, 2 | 4});
    clear(), call(SYS_fchmod, {fd, 0600});
    clear(), call(SYS_umask, {022});
    clear(), call(SYS_umask, {0});
    clear(), call(SYS_mkdir, {text("folder"), 0755});
    clear(), call(SYS_mkdirat, {kHere, text("folder"), 0});
    clear(), call(SYS_symlink, {text("file"), text("link")});
    clear(), call(SYS_readlink, {text("link"), room(100), 100});
    clear(), call(SYS_readlinkat, {kHere, text("file"), room(100), 100});
    clear(), call(SYS_linkat, {kHere, text("file"), kHere, text("second"), AT_SYMLINK_FOLLOW});
    clear(), call(SYS_rename, {text("second"), text("third")});
    clear(), call(SYS_renameat2, {kHere, text("third"), kHere, text("file"), 1});
    clear(), call(SYS_unlink, {text("third")});
    clear(), call(SYS_unlinkat, {kHere, text("folder"), AT_REMOVEDIR});
    clear(), call(SYS_unlinkat, {kHere, text("folder"), 0});
    clear(), call(SYS_chmod, {text("file"), 04755});
    clear(), call(SYS_fchmodat, {kHere, text("file"), 0644});
    clear(), call(SYS_chown, {text("file"), static_cast<Word>(-1), 0xFFFFFFFF});
    clear(), call(SYS_fchownat, {kHere, text("file"), 0, 0, AT_SYMLINK_NOFOLLOW});
    clear(), call(SYS_mknod, {text("fifo"), S_IFIFO | 0600, 0});
    clear(), call(SYS_getcwd, {room(4096), 4096});
    clear(), call(SYS_chdir, {text("/tmp/husk-record")});
    clear(), call(SYS_fcntl, {fd, F_GETFD});
    clear(), call(SYS_fcntl, {fd, F_SETFD, 0});
    clear(), call(SYS_fcntl, {fd, F_GETFD});
    clear(), call(SYS_fcntl, {fd, F_GETFL});
    clear(), call(SYS_fcntl, {fd, F_SETFL, O_RDWR | O_APPEND});
    clear(), call(SYS_fcntl, {fd, F_DUPFD_CLOEXEC, 10});
    clear();
    struct flock lock {};
    lock.l_type = F_WRLCK, lock.l_start = 5, lock.l_len = 10;
    call(SYS_fcntl, {fd, F_SETLK, put(lock)});
    clear(), call(SYS_fcntl, {fd, 999, 5});
    clear(), call(SYS_dup, {fd});
    clear(), call(SYS_dup2, {fd, 20});
    clear(), call(SYS_dup3, {fd, 21, O_CLOEXEC});
    clear(), call(SYS_close, {21});
    clear(), call(SYS_close, {static_cast<Word>(-1)});
    clear(), call(SYS_setxattr, {text("file"), text("user.husk"), text("value"), 5, 1});
    clear(), call(SYS_getxattr, {text("file"), text("user.husk"), room(50), 50});
    clear(), call(SYS_listxattr, {text("file"), room(50), 50});
    clear(), call(SYS_removexattr, {text("file"), text("user.none")});
    clear();
    const timespec times[] = {{1700000000, 5}, {0, UTIME_OMIT}};
    call(SYS_utimensat, {kHere, text("file"), put(times), 0});
    clear(), call(SYS_utimensat, {kHere, text("file"), 0, 0});
    clear();
    open_how how{};
    how.flags = O_RDONLY | O_CLOEXEC, how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
    call(SYS_openat2, {kHere, text("file"), put(how), sizeof how});
    clear();
    const long folder = call(SYS_open, {text("."), O_RDONLY | O_DIRECTORY});
    clear(), call(SYS_getdents64, {static_cast<Word>(folder), room(4096), 4096});
    clear(), call(SYS_statfs, {text("missing"), room(120)});
    clear(), call(SYS_close_range, {100, 200, 4});
    clear(), call(SYS_memfd_create, {text("name"), 3});
    clear(), call(SYS_sendfile, {20, fd, put(std::uint64_t{2}), 10});
    clear(), call(SYS_sendfile, {8, fd, put(std::uint64_t{2}), 10});
    clear(), call(SYS_copy_file_range, {fd, put(std::uint64_t{0}), 8, 0, 5, 0});
    lock.l_type = F_RDLCK;
    clear(), call(SYS_fcntl, {fd, F_GETLK, put(lock)});
    clear(), call(SYS_statfs, {text("."), room(120)});
    clear(), call(SYS_inotify_init1, {04000});
    clear(), call(SYS_inotify_add_watch, {99, text("."), 0x102});
}

void descriptors()
{
    clear();
    const Word ends = room(8);
    call(SYS_pipe2, {ends, O_CLOEXEC});
    const Word from = static_cast<Word>(get<int>(ends));
    const Word to = static_cast<Word>(get<int>(ends + 4));
    clear();
    pollfd polled[] = {{static_cast<int>(from), POLLIN, 0}, {static_cast<int>(to), POLLOUT | POLLERR, 0}};
    call(SYS_poll, {put(polled), 2, 100});
    clear(), call(SYS_poll, {put(polled[0]), 1, 1});
    clear(), call(SYS_poll, {0, 0, 1});
    clear(), call(SYS_ppoll, {put(polled[1]), 1, put(timespec{5, 0}), put(std::uint64_t{1 << 1}), 8});
    clear();
    fd_set readers;
    FD_ZERO(&readers);
    FD_SET(static_cast<int>(from), &readers);
    call(SYS_select, {to + 1, put(readers), 0, 0, put(timeval{0, 1000})});
    fd_set writers;
    FD_ZERO(&writers);
    FD_SET(static_cast<int>(to), &writers);
    clear(), call(SYS_select, {to + 1, put(readers), put(writers), 0, 0});
    clear();
    const Word mask[] = {put(std::uint64_t{1 << 9}), 8};
    call(SYS_pselect6, {to + 1, 0, put(writers), 0, put(timespec{1, 0}), put(mask)});
    clear(), call(SYS_ioctl, {from, 0x541B, room(4)});      // FIONREAD
    clear(), call(SYS_ioctl, {from, 0x5421, put(int{1})});  // FIONBIO
    clear(), call(SYS_ioctl, {from, TCGETS, room(60)});
    clear(), call(SYS_read, {from, room(10), 10});
    clear(), call(SYS_eventfd2, {3, 02000000 | 1});
    clear();
    const Word epoll = static_cast<Word>(call(SYS_epoll_create1, {EPOLL_CLOEXEC}));
    epoll_event event{};
    event.events = EPOLLOUT | EPOLLET, event.data.u64 = to;
    clear(), call(SYS_epoll_ctl, {epoll, EPOLL_CTL_ADD, to, put(event)});
    clear(), call(SYS_epoll_wait, {epoll, room(120), 10, 100});
    clear(), call(SYS_epoll_pwait, {epoll, room(120), 10, 0, 0, 8});
    clear(), call(SYS_epoll_ctl, {epoll, EPOLL_CTL_DEL, to, 0});
    clear();
    const long timer = call(SYS_timerfd_create, {CLOCK_MONOTONIC, 02000000});
    clear(), call(SYS_timerfd_settime, {static_cast<Word>(timer), 0, put(itimerspec{{0, 0}, {5, 7}}), 0});
    clear(), call(SYS_signalfd4, {static_cast<Word>(-1), put(std::uint64_t{1 << 1}), 8, 02000000});
}

void memory()
{
    clear(), call(SYS_mmap,
                  {0x200000000, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, static_cast<Word>(-1), 0});
    clear(), call(SYS_mprotect, {0x200000000, 4096, PROT_NONE});
    clear(), call(SYS_mprotect, {0x200000000, 4096, 0x40});
    clear(), call(SYS_madvise, {0x200000000, 8192, MADV_DONTNEED});
    clear(), call(SYS_mremap, {0x200001000, 4096, 8192, MREMAP_MAYMOVE | MREMAP_FIXED, 0x200010000});
    clear(), call(SYS_mremap, {0x200010000, 8192, 4096, MREMAP_MAYMOVE});
    clear(), call(SYS_munmap, {0x200000000, 0x20000});
    clear(), call(SYS_mmap, {0, 4096, PROT_READ, MAP_SHARED, 99, 0x1000});
    clear(), call(SYS_msync, {0x200000000, 4096, 4});
    clear(), call(SYS_mlock, {0x1000, 4096});
    clear(), call(SYS_getrandom, {room(8), 0, 1});
}

void signals()
{
    struct Action {
        Word handler, flags, restorer, mask;
    };
    clear(), call(SYS_rt_sigaction, {SIGINT, put(Action{0x401000, SA_RESTART | 0x04000000, 0x402000, 0}), room(32), 8});
    clear(), call(SYS_rt_sigaction, {SIGINT, put(Action{1, 0, 0, 0}), room(32), 8});
    clear(), call(SYS_rt_sigaction, {SIGSEGV, put(Action{0x401000, SA_SIGINFO | SA_ONSTACK | 0x04000000, 0x402000, ~0ull}), 0, 8});
    clear(), call(SYS_rt_sigaction, {SIGKILL, put(Action{0, 0, 0, 0}), 0, 8});
    clear(), call(SYS_rt_sigaction, {SIGSEGV, put(Action{0, 0, 0, 0}), 0, 8});
    clear(), call(SYS_rt_sigprocmask, {SIG_BLOCK, put(std::uint64_t{1 << 1 | 1 << 14}), room(8), 8});
    clear(), call(SYS_rt_sigprocmask, {SIG_SETMASK, put(~std::uint64_t{0}), 0, 8});
    clear(), call(SYS_rt_sigprocmask, {SIG_SETMASK, put(std::uint64_t{0}), room(8), 8});
    clear(), call(SYS_rt_sigprocmask, {SIG_SETMASK, kBad, 0, 8});
    clear(), call(SYS_rt_sigpending, {room(8), 8});
    clear(), call(SYS_rt_sigtimedwait, {put(std::uint64_t{1 << 9}), room(128), put(timespec{0, 1000}), 8});
    clear(), call(SYS_sigaltstack, {put(stack_t{reinterpret_cast<void*>(0x100008000), 0, 8192}), room(24)});
    clear(), call(SYS_kill, {1, 0});
    clear(), call(SYS_tgkill, {1, 1, 65});
    clear(), call(SYS_tkill, {99999999, SIGUSR1});
}

void time_and_threads()
{
    clear(), call(SYS_clock_gettime, {CLOCK_MONOTONIC, room(16)});
    clear(), call(SYS_clock_gettime, {77, room(16)});
    clear(), call(SYS_clock_getres, {CLOCK_REALTIME, room(16)});
    clear(), call(SYS_nanosleep, {put(timespec{0, 1000}), 0});
    clear(), call(SYS_nanosleep, {put(timespec{0, -1}), room(16)});
    clear(), call(SYS_clock_nanosleep, {CLOCK_REALTIME, TIMER_ABSTIME, put(timespec{1, 2}), 0});
    clear(), call(SYS_gettimeofday, {room(16), 0});
    clear(), call(SYS_setitimer, {ITIMER_REAL, put(itimerval{{0, 0}, {100, 5}}), room(32)});
    clear(), call(SYS_getitimer, {ITIMER_VIRTUAL, room(32)});
    clear(), call(SYS_alarm, {0});
    clear(), call(SYS_times, {kBad});
    clear();
    sigevent event{};
    event.sigev_notify = SIGEV_SIGNAL, event.sigev_signo = SIGALRM;
    call(SYS_timer_create, {CLOCK_MONOTONIC, put(event), room(4)});
    clear(), call(SYS_timer_settime, {0, 0, put(itimerspec{{1, 0}, {50, 0}}), room(32)});
    clear(), call(SYS_timer_delete, {0});
    clear(), call(SYS_timer_delete, {77});
    clear(), call(SYS_futex, {put(int{7}), FUTEX_WAIT_PRIVATE, 8, 0});
    clear(), call(SYS_futex, {put(int{7}), FUTEX_WAIT, 7, put(timespec{0, 1000})});
    clear(), call(SYS_futex, {put(int{7}), FUTEX_WAKE_PRIVATE, 0x7fffffff});
    clear(), call(SYS_futex, {put(int{7}), FUTEX_WAIT_BITSET_PRIVATE | FUTEX_CLOCK_REALTIME, 8, 0, 0, 0xffffffff});
    clear(), call(SYS_futex, {put(int{7}), FUTEX_CMP_REQUEUE_PRIVATE, 1, 2, put(int{3}), 8});
    clear(), call(SYS_sched_yield, {});
    clear(), call(SYS_sched_setaffinity, {0, 8, put(std::uint64_t{1})});
    clear(), call(SYS_sched_getaffinity, {0, 128, room(128)});
    clear(), call(SYS_sched_getscheduler, {0});
    clear(), call(SYS_sched_getparam, {0, room(4)});
    clear(), call(SYS_set_robust_list, {kArena, 24});
    clear(), call(SYS_rseq, {kBad, 32, 0, 0x53053053});
    clear(), call(SYS_membarrier, {16, 0, 0});
    clear(), call(SYS_arch_prctl, {0x3001, 0x1234});
    clear(), call(SYS_prctl, {PR_SET_NAME, text("recorder")});
    clear(), call(SYS_prctl, {PR_GET_NAME, room(16)});
    clear(), call(SYS_prctl, {PR_SET_PDEATHSIG, 0});
    clear(), call(SYS_prctl, {PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0});
}

void processes()
{
    clear(), call(SYS_wait4, {static_cast<Word>(-1), room(4), WNOHANG, 0});
    clear(), call(SYS_waitid, {0, 0, room(128), WEXITED | WNOHANG, 0});
    clear(), call(SYS_getrlimit, {RLIMIT_CORE, room(16)});
    clear(), call(SYS_prlimit64, {0, RLIMIT_NOFILE, put(rlimit{1024, 4096}), room(16)});
    clear(), call(SYS_prlimit64, {0, RLIMIT_STACK, 0, room(16)});
    clear(), call(SYS_prlimit64, {0, 99, 0, 0});
    clear(), call(SYS_getrusage, {RUSAGE_SELF, room(144)});
    clear(), call(SYS_getpriority, {PRIO_PROCESS, 0});
    clear(), call(SYS_getuid, {});
    clear(), call(SYS_getresuid, {room(4), room(4), room(4)});
    clear(), call(SYS_setreuid, {static_cast<Word>(-1), static_cast<Word>(-1)});
    clear(), call(SYS_getpgid, {0});
    clear(), call(SYS_uname, {room(400)});
    clear(), call(SYS_sysinfo, {room(120)});
    clear();
    const Word arguments[] = {text("program"), text("one two"), 0};
    call(SYS_execve, {text("/missing"), put(arguments), room(8)});
    clear(), call(SYS_unshare, {0x80});
    clear(), call(500, {1, 2, 3});
}

void sockets()
{
    clear();
    const Word net = static_cast<Word>(call(SYS_socket, {AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0}));
    clear();
    sockaddr_un local{AF_UNIX, "/missing/socket"};
    call(SYS_connect, {net, put(local), sizeof(sa_family_t) + 16});
    clear();
    sockaddr_in where{};
    where.sin_family = AF_INET, where.sin_port = htons(80), where.sin_addr.s_addr = htonl(0x7f000001);
    call(SYS_connect, {99, put(where), sizeof where});
    clear();
    sockaddr_in6 six{};
    six.sin6_family = AF_INET6, six.sin6_port = htons(443), six.sin6_addr.s6_addr[15] = 1;
    call(SYS_bind, {99, put(six), sizeof six});
    clear();
    const Word pair = room(8);
    call(SYS_socketpair, {AF_UNIX, SOCK_DGRAM, 0, pair});
    const Word one = static_cast<Word>(get<int>(pair));
    const Word two = static_cast<Word>(get<int>(pair + 4));
    clear(), call(SYS_sendto, {one, text("datagram"), 8, MSG_NOSIGNAL, 0, 0});
    clear(), call(SYS_recvfrom, {two, room(100), 100, 0, 0, 0});
    clear();
    msghdr message{};
    iovec vector{reinterpret_cast<void*>(text("message")), 7};
    message.msg_iov = reinterpret_cast<iovec*>(put(vector)), message.msg_iovlen = 1;
    call(SYS_sendmsg, {one, put(message), 0});
    clear();
    vector = {reinterpret_cast<void*>(room(100)), 100};
    message.msg_iov = reinterpret_cast<iovec*>(put(vector));
    call(SYS_recvmsg, {two, put(message), 0});
    clear(), call(SYS_getsockname, {one, room(110), put(int{110})});
    clear(), call(SYS_accept4, {one, room(16), put(int{16}), SOCK_CLOEXEC});
    clear(), call(SYS_listen, {net, 5});
    clear(), call(SYS_shutdown, {one, SHUT_RDWR});
}

}  // namespace

int main()
{
    void* const at =
        ::mmap(reinterpret_cast<void*>(kArena), kArenaSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    if (at == MAP_FAILED) return 1;
    arena = static_cast<char*>(at);
    records.reserve(1 << 22);
    (void)!::write(-1, "start", 5);
    files();
    descriptors();
    memory();
    signals();
    time_and_threads();
    processes();
    sockets();
    (void)!::write(-1, "end", 3);
    std::FILE* const to = std::fopen("records", "w");
    std::fputs(records.c_str(), to);
    std::fclose(to);
}
