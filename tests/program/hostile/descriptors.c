// Every descriptor's number from −1 to 70000, by calls of many kinds: open are those the guest has, and none of Husk's.
#include "hostile.h"

#include <limits.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

enum { kFirstOwn = 3, kLast = 70000, kAtOnce = 512, kGetApiVersion = 0xAE00, kGetVcpuMmapSize = 0xAE04, kRun = 0xAE80 };

static void closed_to(int fd)
{
    struct stat status;
    char byte = 0;
    CHECK_ERRNO(fstat(fd, &status), EBADF);
    CHECK_ERRNO(read(fd, &byte, 1), EBADF);
    CHECK_ERRNO(fcntl(fd, F_GETFD), EBADF);
}

static void closed_to_all(int fd)
{
    char byte = 0;
    closed_to(fd);
    CHECK_ERRNO(write(fd, &byte, 1), EBADF);
    CHECK_ERRNO(pread(fd, &byte, 1, 0), EBADF);
    CHECK_ERRNO(lseek(fd, 0, SEEK_SET), EBADF);
    CHECK_ERRNO(dup(fd), EBADF);
    CHECK_ERRNO(dup2(fd, 200), EBADF);
    CHECK_ERRNO(fcntl(fd, F_DUPFD, 0), EBADF);
    CHECK_ERRNO(fcntl(fd, F_SETFL, 0), EBADF);
    CHECK_ERRNO(close(fd), EBADF);
    CHECK_ERRNO(ioctl(fd, kGetApiVersion, 0), EBADF);
    CHECK_ERRNO(ioctl(fd, kRun, 0), EBADF);
    CHECK_ERRNO(ftruncate(fd, 0), EBADF);
    CHECK_ERRNO(fchmod(fd, 0777), EBADF);
    CHECK_ERRNO(syscall(SYS_getdents64, fd, &byte, 1), EBADF);
    CHECK_ERRNO(openat(fd, "x", O_RDONLY), EBADF);
    CHECK_ERRNO(fchdir(fd), EBADF);
    CHECK_ERRNO(syscall(SYS_sendfile, 1, fd, NULL, 1), EBADF);
    CHECK_ERRNO(syscall(SYS_sendfile, fd, 0, NULL, 1), EBADF);
    CHECK(mmap(NULL, kPage, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED && errno == EBADF);
    struct pollfd poll_one = {.fd = fd, .events = POLLIN | POLLOUT};
    if (fd >= 0) {
        CHECK_EQ(poll(&poll_one, 1, 0), 1);
        CHECK_EQ(poll_one.revents, POLLNVAL);
    }
    const int set = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN};
    CHECK_ERRNO(epoll_ctl(set, EPOLL_CTL_ADD, fd, &event), EBADF);
    CHECK_OK(close(set));
}

int main(int argc, char** argv)
{
    scratch_from(argc, argv);
    // All of them by poll; those where Husk's are one by one, and some of the rest.
    for (int fd = kFirstOwn; fd <= kLast; fd += kAtOnce) {
        struct pollfd polls[kAtOnce];
        for (int i = 0; i < kAtOnce; ++i) polls[i] = (struct pollfd){.fd = fd + i, .events = POLLIN | POLLOUT};
        CHECK_EQ(poll(polls, kAtOnce, 0), kAtOnce);
        for (int i = 0; i < kAtOnce; ++i) CHECK_EQ(polls[i].revents, POLLNVAL);
    }
    for (int fd = 1000; fd <= 1200; ++fd) closed_to(fd);
    for (int fd = kFirstOwn; fd <= kLast; fd += 331) closed_to(fd);
    const int some[] = {-1,   INT_MIN, 50,   1000, 1023, 1024, 1025, 1026, 1027, 1028,
                        1029, 1030,    1031, 1032, 1033, 1034, 1035, 1040, 1050, INT_MAX};
    for (size_t i = 0; i < sizeof some / sizeof some[0]; ++i) closed_to_all(some[i]);
    // Nor can one of the guest's come to be there.
    CHECK_ERRNO(dup2(0, 1024), EBADF);
    CHECK_ERRNO(dup2(0, 1030), EBADF);
    CHECK_ERRNO(dup3(0, INT_MAX, O_CLOEXEC), EBADF);
    CHECK_ERRNO(fcntl(0, F_DUPFD, 1024), EINVAL);
    // Closing all leaves Husk what it has.
    CHECK_OK(syscall(SYS_close_range, 3, UINT_MAX, 0));
    CHECK_OK(syscall(SYS_close_range, 3, UINT_MAX, 4));
    const int file = file_with("after", "still there");
    CHECK(file >= 0);
    return 0;
}
