// Descriptors as numbers: dup and its kin, flags, the lowest free number, close_range.
#include "check.h"

#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

static void duplicates(int fd)
{
    const int copy = dup(fd);
    CHECK_OK(copy);
    CHECK_EQ(write(copy, "ab", 2), 2);
    CHECK_EQ(lseek(fd, 0, SEEK_CUR), 2);  // one open file behind both
    CHECK_EQ(dup2(fd, 100), 100);
    CHECK_EQ(dup2(fd, fd), fd);
    CHECK_EQ(dup3(fd, 101, O_CLOEXEC), 101);
    CHECK_EQ(fcntl(101, F_GETFD), FD_CLOEXEC);
    CHECK_EQ(fcntl(100, F_GETFD), 0);
    CHECK_ERRNO(dup3(fd, fd, 0), EINVAL);
    CHECK_ERRNO(dup(9999), EBADF);
    CHECK_ERRNO(dup2(9999, 5), EBADF);
    CHECK_ERRNO(dup2(fd, -1), EBADF);
    CHECK_EQ(fcntl(fd, F_DUPFD, 200), 200);
    CHECK_EQ(fcntl(fd, F_DUPFD, 200), 201);
    CHECK_EQ(fcntl(fd, F_DUPFD_CLOEXEC, 200), 202);
    CHECK_EQ(fcntl(202, F_GETFD), FD_CLOEXEC);
    CHECK_OK(syscall(SYS_close_range, 100, 202, 0));
    CHECK_ERRNO(fcntl(200, F_GETFD), EBADF);
    CHECK_OK(close(copy));
}

static void lowest_free(int fd)
{
    const int a = dup(fd), b = dup(fd), c = dup(fd);
    CHECK(a < b && b < c);
    CHECK_OK(close(b));
    CHECK_EQ(dup(fd), b);
    CHECK_OK(close(a));
    CHECK_EQ(open(in_scratch("numbers"), O_RDONLY), a);
    CHECK_OK(close(a));
    CHECK_OK(close(b));
    CHECK_OK(close(c));
}

static void flags(int fd)
{
    CHECK_OK(fcntl(fd, F_SETFD, FD_CLOEXEC));
    CHECK_EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
    CHECK_EQ(fcntl(fd, F_GETFL) & O_ACCMODE, O_RDWR);
    CHECK_OK(fcntl(fd, F_SETFL, O_APPEND | O_NONBLOCK));
    CHECK_EQ(fcntl(fd, F_GETFL) & (O_APPEND | O_NONBLOCK), O_APPEND | O_NONBLOCK);
    CHECK_OK(fcntl(fd, F_SETFL, 0));
    CHECK_ERRNO(fcntl(fd, 9999), EINVAL);
    CHECK_ERRNO(fcntl(9999, F_GETFL), EBADF);
    int count = -1;
    CHECK_OK(lseek(fd, 0, SEEK_SET));
    CHECK_OK(ioctl(fd, FIONREAD, &count));
    CHECK_EQ(count, 2);
    CHECK_EQ(isatty(fd), 0);
    CHECK_EQ(errno, ENOTTY);
    CHECK_OK(ioctl(fd, FIOCLEX));
}

// The numbers a guest may use end where its limit says, and those behind are refused, whoever may own them.
static void limits(int fd)
{
    struct rlimit files;
    CHECK_OK(getrlimit(RLIMIT_NOFILE, &files));
    const struct rlimit low = {64, files.rlim_max};
    CHECK_OK(setrlimit(RLIMIT_NOFILE, &low));
    CHECK_ERRNO(dup2(fd, 64), EBADF);
    CHECK_ERRNO(fcntl(fd, F_DUPFD, 64), EINVAL);
    int last = 0;
    for (int next; (next = dup(fd)) >= 0;) last = next;
    CHECK_EQ(errno, EMFILE);
    CHECK_EQ(last, 63);
    CHECK_ERRNO(open(in_scratch("numbers"), O_RDONLY), EMFILE);
    int ends[2];
    CHECK_ERRNO(pipe(ends), EMFILE);
    CHECK_OK(syscall(SYS_close_range, fd + 1, 63, 0));
    CHECK_OK(setrlimit(RLIMIT_NOFILE, &files));
    for (int number = 1000; number < (1 << 20); number += 997) CHECK_ERRNO(close(number), EBADF);
    CHECK_ERRNO(close(-1), EBADF);
    CHECK_ERRNO(close(0x7FFFFFFF), EBADF);
    CHECK_OK(syscall(SYS_close_range, fd + 1, ~0u, 0));  // must not take away what is not the guest's
}

int main(int argc, char** argv)
{
    scratch_from(argc, argv);
    const int fd = file_with("numbers", "");
    duplicates(fd);
    lowest_free(fd);
    flags(fd);
    limits(fd);
    CHECK_EQ(access(in_scratch("numbers"), F_OK), 0);
    return 0;
}
