#include "support/program_process.hpp"

#include <fcntl.h>
#include <linux/close_range.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <array>
#include <climits>

// Making, copying and closing descriptors; what is done to them and to their files.
namespace husk::test {
namespace {

using program::Result;

class CallsNumbering : public ProgramProcess {
protected:
    using ProgramProcess::ProgramProcess;
    static constexpr std::uint64_t kText = kPages, kInto = kPages + 0x1000;

    bool open(int fd) { return ::fcntl(fd, F_GETFD) >= 0; }

    int file_ = make_file();
    int husks_ = own(file_);
};

TEST_F(CallsNumbering, CopiesAreBelowTheLine)
{
    const int copy = keep(static_cast<int>(call(SYS_dup, file_)));
    EXPECT_LT(copy, kLine);
    EXPECT_EQ(call(SYS_dup2, file_, kLine - 1), kLine - 1);
    EXPECT_EQ(call(SYS_dup2, file_, kLine - 1), kLine - 1);
    EXPECT_EQ(call(SYS_dup2, file_, file_), file_);
    EXPECT_EQ(call(SYS_dup3, file_, kLine - 2, O_CLOEXEC), kLine - 2);
    EXPECT_EQ(call(SYS_fcntl, kLine - 2, F_GETFD), FD_CLOEXEC);
    EXPECT_EQ(call(SYS_dup3, file_, file_, 0), -EINVAL);
    for (const int to : {kLine, husks_, -1, INT_MAX}) {
        EXPECT_EQ(call(SYS_dup2, file_, to), -EBADF) << to;
        EXPECT_EQ(call(SYS_dup3, file_, to, 0), -EBADF) << to;
        EXPECT_EQ(call(SYS_fcntl, file_, F_DUPFD, to), -EINVAL) << to;
    }
    EXPECT_EQ(call(SYS_close, kLine - 2), 0);
    EXPECT_EQ(call(SYS_close, kLine - 2), -EBADF);
    EXPECT_EQ(call(SYS_fcntl, file_, F_DUPFD_CLOEXEC, kLine - 2), kLine - 2);
    EXPECT_EQ(call(SYS_fcntl, file_, F_DUPFD, kLine - 2), -EMFILE);  // both are taken: the host's next one is at the line
    EXPECT_FALSE(open(kLine));
    EXPECT_EQ(call(SYS_close_range, kLine - 2, kLine - 1, 0), 0);
    EXPECT_TRUE(open(husks_));
}

TEST_F(CallsNumbering, NoMoreThanTheLimit)
{
    ASSERT_EQ(process_->standing.limits.set(RLIMIT_NOFILE, {.rlim_cur = 20, .rlim_max = 20}), 0);
    std::vector<int> made;
    Result last = 0;
    while ((last = call(SYS_dup, file_)) >= 0) made.push_back(static_cast<int>(last));
    EXPECT_EQ(last, -EMFILE);
    EXPECT_EQ(call(SYS_pipe2, kInto, 0), -EMFILE);
    EXPECT_EQ(call(SYS_eventfd2, 0, 0), -EMFILE);
    EXPECT_EQ(call(SYS_eventfd, 0), -EMFILE);
    EXPECT_EQ(call(SYS_epoll_create1, 0), -EMFILE);
    EXPECT_EQ(call(SYS_timerfd_create, CLOCK_MONOTONIC, 0), -EMFILE);
    EXPECT_EQ(call(SYS_inotify_init1, 0), -EMFILE);
    put_text(kText, "name");
    EXPECT_EQ(call(SYS_memfd_create, kText, 0), -EMFILE);
    EXPECT_EQ(call(SYS_dup2, file_, 20), -EBADF);
    for (int fd = 20; fd < kLine; ++fd) EXPECT_FALSE(open(fd)) << fd;
    call(SYS_close, made.back());  // one is free: a pipe wants two
    EXPECT_EQ(call(SYS_pipe2, kInto, 0), -EMFILE);
    EXPECT_FALSE(open(made.back()));
    made.pop_back();
    for (const int fd : made) call(SYS_close, fd);
}

TEST_F(CallsNumbering, ClosingRangesLeavesHusks)
{
    EXPECT_EQ(call(SYS_dup2, file_, kLine - 1), kLine - 1);
    EXPECT_EQ(call(SYS_close_range, kLine - 1, ~0u, CLOSE_RANGE_CLOEXEC), 0);
    EXPECT_EQ(::fcntl(kLine - 1, F_GETFD), FD_CLOEXEC);
    EXPECT_EQ(call(SYS_close_range, kLine - 1, ~0u, 0), 0);
    EXPECT_FALSE(open(kLine - 1));
    EXPECT_EQ(call(SYS_close_range, kLine, ~0u, 0), 0);
    EXPECT_EQ(call(SYS_close_range, husks_, husks_, 0), 0);
    EXPECT_TRUE(open(husks_));
    EXPECT_EQ(call(SYS_close_range, 5, 4, 0), -EINVAL);
    EXPECT_EQ(call(SYS_close_range, kLine - 1, ~0u, CLOSE_RANGE_UNSHARE), -EINVAL);
}

TEST_F(CallsNumbering, Pipes)
{
    EXPECT_EQ(call(SYS_pipe, kInto), 0);
    const auto ends = get<std::array<int, 2>>(kInto);
    put_text(kText, "through");
    EXPECT_EQ(call(SYS_write, ends[1], kText, 7), 7);
    EXPECT_EQ(call(SYS_ioctl, ends[0], FIONREAD, kInto), 0);
    EXPECT_EQ(get<int>(kInto), 7);
    EXPECT_EQ(call(SYS_fcntl, ends[0], F_SETPIPE_SZ, 8192), 8192);
    EXPECT_EQ(call(SYS_fcntl, ends[0], F_GETPIPE_SZ), 8192);
    EXPECT_EQ(call(SYS_lseek, ends[0], 0, SEEK_CUR), -ESPIPE);
    for (const int end : ends) call(SYS_close, end);
    constexpr int kNotifications = O_EXCL;
    EXPECT_EQ(call(SYS_pipe2, kInto, kNotifications), -EINVAL);
    // What cannot be told is not left open.
    const int next = ::dup(file_);
    ::close(next);
    EXPECT_EQ(call(SYS_pipe, kReadOnly), -EFAULT);
    EXPECT_FALSE(open(next));
}

TEST_F(CallsNumbering, FilesInMemory)
{
    put_text(kText, "name");
    const int fd = keep(static_cast<int>(call(SYS_memfd_create, kText, MFD_ALLOW_SEALING)));
    EXPECT_EQ(call(SYS_fcntl, fd, F_ADD_SEALS, F_SEAL_GROW), 0);
    EXPECT_EQ(call(SYS_fcntl, fd, F_GET_SEALS), F_SEAL_GROW);
    EXPECT_EQ(call(SYS_ftruncate, fd, 10), -EPERM);
    EXPECT_EQ(call(SYS_memfd_create, kText, MFD_HUGETLB), -EINVAL);
    put_text(kText, std::string(250, 'a'));
    EXPECT_EQ(call(SYS_memfd_create, kText, 0), -EINVAL);
}

TEST_F(CallsNumbering, WakingTheHostIsRefused)
{
    EXPECT_EQ(call(SYS_timerfd_create, CLOCK_BOOTTIME_ALARM, 0), -EPERM);
    const int timer = keep(static_cast<int>(call(SYS_timerfd_create, CLOCK_MONOTONIC, TFD_NONBLOCK)));
    put(kText, itimerspec{.it_interval = {}, .it_value = {.tv_sec = 1000, .tv_nsec = 0}});
    EXPECT_EQ(call(SYS_timerfd_settime, timer, 0, kText, 0), 0);
    EXPECT_EQ(call(SYS_timerfd_gettime, timer, kInto), 0);
    EXPECT_GT(get<itimerspec>(kInto).it_value.tv_sec, 900);
}

TEST_F(CallsNumbering, ControlThatWouldSignalHuskIsRefused)
{
    for (const int command : {F_SETOWN, F_SETOWN_EX, F_SETSIG, F_SETLEASE, F_NOTIFY})
        EXPECT_EQ(call(SYS_fcntl, file_, command, 0), -EPERM) << command;
    EXPECT_EQ(call(SYS_fcntl, file_, F_SETFL, O_ASYNC), -EINVAL);
    EXPECT_EQ(call(SYS_fcntl, file_, F_GETOWN), 0);
    EXPECT_EQ(call(SYS_fcntl, file_, F_SETFL, O_NONBLOCK), 0);
    EXPECT_NE(call(SYS_fcntl, file_, F_GETFL) & O_NONBLOCK, 0);
    EXPECT_EQ(call(SYS_fcntl, file_, 0x7777, 0), -EINVAL);
    EXPECT_EQ(call(SYS_fcntl, husks_, 0x7777, 0), -EBADF);
}

TEST_F(CallsNumbering, Locks)
{
    struct flock lock {};
    lock.l_type = F_WRLCK;
    put(kText, lock);
    EXPECT_EQ(call(SYS_fcntl, file_, F_OFD_SETLK, kText), 0);
    const std::string path = "/proc/self/fd/" + std::to_string(file_);
    const int other = keep(::open(path.c_str(), O_RDWR));
    EXPECT_EQ(call(SYS_fcntl, other, F_OFD_SETLK, kText), -EAGAIN);
    EXPECT_EQ(call(SYS_fcntl, other, F_OFD_GETLK, kText), 0);
    EXPECT_EQ(get<struct flock>(kText).l_type, F_WRLCK);
    EXPECT_EQ(call(SYS_flock, file_, LOCK_EX), 0);
    EXPECT_EQ(call(SYS_flock, other, LOCK_EX | LOCK_NB), -EAGAIN);
    thread_->interrupt();
    EXPECT_EQ(call(SYS_flock, other, LOCK_EX), -EINTR);
}

TEST_F(CallsNumbering, RequestsThatTypeOrSignalAreRefused)
{
    const int master = keep(::open("/dev/ptmx", O_RDWR | O_NOCTTY));
    put_text(kText, "x");
    EXPECT_EQ(call(SYS_ioctl, master, TIOCSTI, kText), -EPERM);
    EXPECT_EQ(call(SYS_ioctl, master, TIOCSCTTY, 0), -EPERM);
    EXPECT_EQ(call(SYS_ioctl, master, TIOCNOTTY, 0), -EPERM);
    EXPECT_EQ(call(SYS_ioctl, master, FIOASYNC, kText), -EINVAL);
    EXPECT_EQ(call(SYS_ioctl, master, TIOCGPTPEER, O_RDWR), -ENOTTY);
    EXPECT_EQ(call(SYS_ioctl, master, 0xAE80), -ENOTTY);  // KVM_RUN
    put(kText, pid_t{1});
    EXPECT_EQ(call(SYS_ioctl, master, TIOCSPGRP, kText), -EPERM);
    put(kText, winsize{.ws_row = 50, .ws_col = 132, .ws_xpixel = 0, .ws_ypixel = 0});
    EXPECT_EQ(call(SYS_ioctl, master, TIOCSWINSZ, kText), 0);
    EXPECT_EQ(call(SYS_ioctl, master, TIOCGWINSZ, kInto), 0);
    EXPECT_EQ(get<winsize>(kInto).ws_col, 132);
    EXPECT_EQ(call(SYS_ioctl, file_, TIOCGWINSZ, kInto), -ENOTTY);
}

TEST_F(CallsNumbering, AttributesChangeOnlyOfWhatIsOpenForWriting)
{
    const std::string path = "/proc/self/fd/" + std::to_string(file_);
    const int reader = keep(::open(path.c_str(), O_RDONLY));
    EXPECT_EQ(call(SYS_fchmod, file_, 0640), 0);
    EXPECT_EQ(call(SYS_fchmod, reader, 0644), -EPERM);
    EXPECT_EQ(call(SYS_fchown, reader, -1, -1), -EPERM);
    EXPECT_EQ(call(SYS_fchmod, file_, 04755), -EPERM);
    EXPECT_EQ(call(SYS_fchown, file_, ::getuid(), -1), 0);
    EXPECT_EQ(call(SYS_fchown, file_, ::getuid() + 1, -1), -EPERM);
    put_text(kText, "user.colour");
    EXPECT_EQ(call(SYS_fsetxattr, reader, kText, kText, 1, 0), -EPERM);
    EXPECT_EQ(call(SYS_fremovexattr, reader, kText), -EPERM);
    put_text(kText, "trusted.colour");
    EXPECT_EQ(call(SYS_fsetxattr, file_, kText, kText, 1, 0), -EPERM);
    put_text(kText, "");
    EXPECT_EQ(call(SYS_fgetxattr, file_, kText, 0, 0), -ERANGE);
    put_text(kText, std::string(300, 'a'));
    EXPECT_EQ(call(SYS_fgetxattr, file_, kText, 0, 0), -ERANGE);
    // Those who know the grants may say more.
    process_->standing.may_change = [](program::Thread&, int) { return true; };
    EXPECT_EQ(call(SYS_fchmod, reader, 0600), 0);
    EXPECT_EQ(call(SYS_fstat, reader, kInto), 0);
    EXPECT_EQ(get<struct stat>(kInto).st_mode & 0777, 0600u);
}

}  // namespace
}  // namespace husk::test
