#include "support/hostile_calls.hpp"

#include <asm/termbits.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/times.h>
#include <sys/uio.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <array>

// Every address and every descriptor of every call, replaced by each of what it must not be.
namespace husk::test {
namespace {

using Described = std::vector<DescribedCall>;

class CallsHostile : public HostileCalls {
protected:
    static constexpr std::uint64_t kText = kPages, kOther = kPages + 0x1000, kZero = kPages + 0x2000, kVectors = kPages + 0x3000;
    static constexpr std::uint64_t kTime = kPages + 0x4000, kThird = kPages + 0x5000;
    static constexpr std::uint64_t kBytes = 64;

    CallsHostile()
    {
        EXPECT_EQ(::pipe(pipe_.data()), 0);
        keep(pipe_[0]);
        keep(pipe_[1]);
        EXPECT_EQ(::write(pipe_[1], "some text for all readers", 25), 25);
        put_text(kText, "user.name");
        put(kVectors, std::array<std::uint64_t, 2>{kOther, kBytes});
    }

    int file_ = make_file();
    int epoll_ = keep(::epoll_create1(0));
    int timer_ = keep(::timerfd_create(CLOCK_MONOTONIC, 0));
    int inotify_ = keep(::inotify_init1(IN_NONBLOCK));
    int events_ = keep(::eventfd(1'000'000, EFD_NONBLOCK | EFD_SEMAPHORE));
    std::array<int, 2> pipe_{};
};

TEST_F(CallsHostile, Transfers)
{
    const auto fd = descriptor(file_);
    const auto many = number(kBytes);
    EXPECT_EQ(::pwrite(file_, std::array<char, 4096>{}.data(), 4096, 1 << 20), 4096);  // there is always something to read
    expect_defended(Described{
        {"read", SYS_read, {fd, partial(out(kOther, kBytes)), many}},
        {"pread64", SYS_pread64, {fd, partial(out(kOther, kBytes)), many, number(0)}},
        {"readv", SYS_readv, {fd, in(kVectors, sizeof(iovec)), number(1)}},
        {"preadv", SYS_preadv, {fd, in(kVectors, sizeof(iovec)), number(1), number(0)}},
        {"preadv2", SYS_preadv2, {fd, in(kVectors, sizeof(iovec)), number(1), number(0)}},
        {"write", SYS_write, {fd, partial(in(kOther, kBytes)), many}},
        {"pwrite64", SYS_pwrite64, {fd, partial(in(kOther, kBytes)), many, number(0)}},
        {"writev", SYS_writev, {fd, in(kVectors, sizeof(iovec)), number(1)}},
        {"pwritev", SYS_pwritev, {fd, in(kVectors, sizeof(iovec)), number(1), number(0)}},
        {"pwritev2", SYS_pwritev2, {fd, in(kVectors, sizeof(iovec)), number(1), number(0)}},
    });
}

TEST_F(CallsHostile, Copying)
{
    const auto fd = descriptor(file_);
    const auto to = descriptor(make_file());
    const auto offset = optional(out(kZero, 8));
    EXPECT_EQ(::pwrite(file_, "text", 4, 0), 4);
    const auto reader = descriptor(pipe_[0]);
    const auto writer = descriptor(pipe_[1]);
    EXPECT_EQ(::fcntl(pipe_[0], F_SETFL, O_NONBLOCK), 0);
    EXPECT_EQ(::fcntl(pipe_[1], F_SETFL, O_NONBLOCK), 0);
    expect_defended(Described{
        {"sendfile", SYS_sendfile, {to, fd, optional(out(kZero, 8)), number(1)}},
        {"copy_file_range", SYS_copy_file_range, {fd, offset, to, optional(out(kOther, 8)), number(1), number(0)}},
        {"splice to a pipe", SYS_splice, {fd, offset, writer, number(0), number(1), number(0)}},
        {"splice from a pipe", SYS_splice, {reader, number(0), to, optional(out(kOther, 8)), number(1), number(0)}},
        {"vmsplice", SYS_vmsplice, {writer, in(kVectors, sizeof(iovec)), number(1), number(0)}},
    });
}

TEST_F(CallsHostile, Numbers)
{
    const auto fd = descriptor(::dup(file_));
    // Those that make a descriptor leave it open here: below the line, and with the process.
    expect_defended(Described{
        {"dup", SYS_dup, {fd}},
        {"dup2", SYS_dup2, {fd, number(150)}},
        {"dup3", SYS_dup3, {fd, number(150), number(0)}},
        {"pipe", SYS_pipe, {out(kOther, 8)}},
        {"pipe2", SYS_pipe2, {out(kOther, 8), number(0)}},
        {"memfd_create", SYS_memfd_create, {in(kText, 1), number(0)}},
    });
}

TEST_F(CallsHostile, Files)
{
    const auto fd = descriptor(file_);
    expect_defended(Described{
        {"lseek", SYS_lseek, {fd, number(0), number(SEEK_SET)}},
        {"fstat", SYS_fstat, {fd, out(kOther, sizeof(struct stat))}},
        {"fstatfs", SYS_fstatfs, {fd, out(kOther, sizeof(struct statfs))}},
        {"ftruncate", SYS_ftruncate, {fd, number(8)}},
        {"fallocate", SYS_fallocate, {fd, number(0), number(0), number(8)}},
        {"fsync", SYS_fsync, {fd}},
        {"fdatasync", SYS_fdatasync, {fd}},
        {"sync_file_range", SYS_sync_file_range, {fd, number(0), number(0), number(0)}},
        {"fadvise64", SYS_fadvise64, {fd, number(0), number(0), number(0)}},
        {"readahead", SYS_readahead, {fd, number(0), number(8)}},
        {"flock", SYS_flock, {fd, number(LOCK_SH)}},
        {"timerfd_settime",
         SYS_timerfd_settime,
         {descriptor(timer_), number(0), in(kZero, sizeof(itimerspec)), optional(out(kOther, sizeof(itimerspec)))}},
        {"timerfd_gettime", SYS_timerfd_gettime, {descriptor(timer_), out(kOther, sizeof(itimerspec))}},
        {"inotify_rm_watch", SYS_inotify_rm_watch, {descriptor(inotify_), number(1)}},
        {"fchmod", SYS_fchmod, {fd, number(0600)}},
        {"fchown", SYS_fchown, {fd, number(~0ull), number(~0ull)}},
        {"fgetxattr", SYS_fgetxattr, {fd, in(kText, 1), number(0), number(0)}},
        {"fsetxattr", SYS_fsetxattr, {fd, in(kText, 1), number(0), number(0), number(0)}},
        {"flistxattr", SYS_flistxattr, {fd, number(0), number(0)}},
        {"fremovexattr", SYS_fremovexattr, {fd, in(kText, 1)}},
    });
}

TEST_F(CallsHostile, Control)
{
    const auto fd = descriptor(file_);
    const auto flock_at = out(kZero, sizeof(struct flock));
    struct flock lock {};
    lock.l_type = F_RDLCK;
    put(kZero, lock);
    expect_defended(Described{
        {"F_GETFD", SYS_fcntl, {fd, number(F_GETFD)}},
        {"F_SETFL", SYS_fcntl, {fd, number(F_SETFL), number(O_RDWR)}},
        {"F_GETLK", SYS_fcntl, {fd, number(F_GETLK), flock_at}},
        {"F_SETLK", SYS_fcntl, {fd, number(F_SETLK), in(kZero, sizeof(struct flock))}},
        {"F_SETLKW", SYS_fcntl, {fd, number(F_SETLKW), in(kZero, sizeof(struct flock))}},
        {"F_OFD_SETLK", SYS_fcntl, {fd, number(F_OFD_SETLK), in(kZero, sizeof(struct flock))}},
        {"unknown", SYS_fcntl, {fd, number(77777)}},
        {"FIONREAD", SYS_ioctl, {descriptor(pipe_[0]), number(FIONREAD), out(kOther, 4)}},
        {"FIONBIO", SYS_ioctl, {fd, number(FIONBIO), in(kZero + 512, 4)}},
        {"FICLONE", SYS_ioctl, {fd, number(FICLONE), descriptor(pipe_[0])}},
        {"unknown", SYS_ioctl, {fd, number(0xDEAD)}},
    });
}

TEST_F(CallsHostile, Terminals)
{
    const int master = keep(::open("/dev/ptmx", O_RDWR | O_NOCTTY));
    const auto fd = descriptor(master);
    expect_defended(Described{
        {"TCGETS", SYS_ioctl, {fd, number(TCGETS), out(kOther, sizeof(termios))}},
        {"TCSETS", SYS_ioctl, {fd, number(TCSETS), in(kZero, sizeof(termios))}},
        {"TCGETS2", SYS_ioctl, {fd, number(TCGETS2), out(kOther, sizeof(termios2))}},
        {"TIOCGWINSZ", SYS_ioctl, {fd, number(TIOCGWINSZ), out(kOther, sizeof(winsize))}},
        {"TIOCSWINSZ", SYS_ioctl, {fd, number(TIOCSWINSZ), in(kZero, sizeof(winsize))}},
        {"TIOCGPTN", SYS_ioctl, {fd, number(TIOCGPTN), out(kOther, 4)}},
        {"TIOCSPTLCK", SYS_ioctl, {fd, number(TIOCSPTLCK), in(kZero, 4)}},
    });
}

TEST_F(CallsHostile, Polling)
{
    constexpr std::uint64_t kMask = kOther + 2048;
    put(kOther, std::array<std::uint64_t, 2>{kMask, 8});
    put(kThird, pollfd{.fd = pipe_[1], .events = POLLOUT, .revents = 0});
    const auto epoll = descriptor(epoll_);
    epoll_event event{.events = EPOLLIN, .data = {}};
    EXPECT_EQ(::epoll_ctl(epoll_, EPOLL_CTL_ADD, events_, &event), 0);
    const auto found = out(kPages + 0x6000, sizeof(epoll_event));
    const auto set = [&](std::uint64_t at) { return optional(in(at, 8)); };
    expect_defended(Described{
        {"poll", SYS_poll, {in(kThird, sizeof(pollfd)), number(1), number(0)}},
        {"ppoll", SYS_ppoll, {in(kThird, sizeof(pollfd)), number(1), optional(in(kTime, 16)), optional(in(kMask, 8)), number(8)}},
        {"select", SYS_select, {number(64), set(kZero), set(kZero), set(kZero), optional(in(kTime, 16))}},
        {"pselect6",
         SYS_pselect6,
         {number(64), set(kZero), set(kZero), set(kZero), optional(in(kTime, 16)), optional(in(kOther, 16))}},
        {"epoll_ctl", SYS_epoll_ctl, {epoll, number(EPOLL_CTL_MOD), descriptor(events_), in(kZero, sizeof(epoll_event))}},
    });
    event.events = EPOLLIN;
    EXPECT_EQ(::epoll_ctl(epoll_, EPOLL_CTL_MOD, events_, &event), 0);
    expect_defended(Described{
        {"epoll_wait", SYS_epoll_wait, {epoll, found, number(1), number(0)}},
        {"epoll_pwait", SYS_epoll_pwait, {epoll, found, number(1), number(0), optional(in(kMask, 8)), number(8)}},
        {"epoll_pwait2", SYS_epoll_pwait2, {epoll, found, number(1), optional(in(kTime, 16)), optional(in(kMask, 8)), number(8)}},
    });
}

TEST_F(CallsHostile, Time)
{
    expect_defended(Described{
        {"clock_gettime", SYS_clock_gettime, {number(CLOCK_MONOTONIC), out(kOther, sizeof(timespec))}},
        {"clock_getres", SYS_clock_getres, {number(CLOCK_MONOTONIC), optional(out(kOther, sizeof(timespec)))}},
        {"nanosleep", SYS_nanosleep, {in(kTime, sizeof(timespec))}},
        {"clock_nanosleep", SYS_clock_nanosleep, {number(CLOCK_MONOTONIC), number(0), in(kTime, sizeof(timespec))}},
        {"gettimeofday", SYS_gettimeofday, {optional(out(kOther, sizeof(timeval))), optional(out(kZero, 8))}},
        {"time", SYS_time, {optional(out(kOther, sizeof(time_t)))}},
        {"times", SYS_times, {optional(out(kOther, sizeof(tms)))}},
    });
}

TEST_F(CallsHostile, Information)
{
    put(kPages + 0x7000, std::array<std::uint32_t, 2>{0x20080522, 0});  // _LINUX_CAPABILITY_VERSION_3
    const auto header = in(kPages + 0x7000, 8);
    const auto id = [](std::uint64_t at) { return out(at, 4); };
    const auto sizes = out(kOther, sizeof(rlimit));
    put(kZero, rlimit{.rlim_cur = 10, .rlim_max = RLIM_INFINITY});
    // What is optional here Linux answers with EINVAL if it is null.
    expect_defended(Described{
        {"uname", SYS_uname, {out(kOther, sizeof(utsname))}},
        {"sysinfo", SYS_sysinfo, {out(kOther, sizeof(struct sysinfo))}},
        {"getrusage", SYS_getrusage, {number(0), out(kOther, sizeof(rusage))}},
        {"getrlimit", SYS_getrlimit, {number(RLIMIT_CORE), sizes}},
        {"setrlimit", SYS_setrlimit, {number(RLIMIT_CPU), in(kZero, sizeof(rlimit))}},
        {"prlimit64", SYS_prlimit64, {number(0), number(RLIMIT_CPU), optional(in(kZero, sizeof(rlimit))), optional(sizes)}},
        {"getresuid", SYS_getresuid, {id(kOther), id(kOther), id(kOther)}},
        {"getresgid", SYS_getresgid, {id(kOther), id(kOther), id(kOther)}},
        {"capget", SYS_capget, {header, optional(out(kOther, 24))}},
        {"capset", SYS_capset, {header, in(kThird, 24)}},
        {"getrandom", SYS_getrandom, {partial(out(kOther, kBytes)), number(kBytes), number(0)}},
        {"getcpu", SYS_getcpu, {optional(out(kOther, 4)), optional(out(kOther, 4))}},
        {"sched_getaffinity", SYS_sched_getaffinity, {number(0), number(128), out(kOther, 128)}},
        {"sched_getparam", SYS_sched_getparam, {number(0), optional(out(kOther, 4))}},
        {"sched_setparam", SYS_sched_setparam, {number(0), optional(in(kThird, 4))}},
        {"sched_setscheduler", SYS_sched_setscheduler, {number(0), number(0), optional(in(kThird, 4))}},
        {"sched_getattr", SYS_sched_getattr, {number(0), optional(out(kOther, 48)), number(48), number(0)}},
        {"sched_setattr", SYS_sched_setattr, {number(0), in(kThird, 48), number(0)}},
        {"sched_rr_get_interval", SYS_sched_rr_get_interval, {number(0), out(kOther, 16)}},
        {"PR_SET_NAME", SYS_prctl, {number(15), in(kText, 1)}},
        {"PR_GET_NAME", SYS_prctl, {number(16), out(kOther, 16)}},
        {"PR_GET_PDEATHSIG", SYS_prctl, {number(2), out(kOther, 4)}},
    });
}

}  // namespace
}  // namespace husk::test
