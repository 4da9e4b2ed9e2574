// Locks on files: fcntl's of a process and of an open file, and flock's.
#include "check.h"

#include <sys/file.h>

static struct flock range(short type, off_t start, off_t length)
{
    const struct flock lock = {.l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = length, .l_pid = 0};
    return lock;
}

static void of_process(int fd)
{
    struct flock lock = range(F_WRLCK, 0, 4);
    CHECK_OK(fcntl(fd, F_SETLK, &lock));
    struct flock asked = range(F_RDLCK, 2, 1);
    CHECK_OK(fcntl(fd, F_GETLK, &asked));
    CHECK_EQ(asked.l_type, F_UNLCK);  // a process does not stand in its own way
    lock = range(F_RDLCK, 0, 10);
    CHECK_OK(fcntl(fd, F_SETLKW, &lock));
    lock = range(F_UNLCK, 0, 0);
    CHECK_OK(fcntl(fd, F_SETLK, &lock));
    lock = range(99, 0, 0);
    CHECK_ERRNO(fcntl(fd, F_SETLK, &lock), EINVAL);
    CHECK_ERRNO(fcntl(9999, F_SETLK, &lock), EBADF);
}

static void of_open_file(int fd, int other)
{
    struct flock lock = range(F_WRLCK, 0, 4);
    CHECK_OK(fcntl(fd, F_OFD_SETLK, &lock));
    struct flock asked = range(F_WRLCK, 2, 8);
    CHECK_ERRNO(fcntl(other, F_OFD_SETLK, &asked), EAGAIN);
    CHECK_OK(fcntl(other, F_OFD_GETLK, &asked));
    CHECK_EQ(asked.l_type, F_WRLCK);
    CHECK_EQ(asked.l_start, 0);
    CHECK_EQ(asked.l_len, 4);
    CHECK_EQ(asked.l_pid, -1);
    asked = range(F_WRLCK, 4, 8);
    CHECK_OK(fcntl(other, F_OFD_SETLK, &asked));
    lock = range(F_UNLCK, 0, 0);
    CHECK_OK(fcntl(fd, F_OFD_SETLK, &lock));
    CHECK_OK(fcntl(other, F_OFD_SETLK, &lock));
}

static void whole_file(int fd, int other)
{
    CHECK_OK(flock(fd, LOCK_EX));
    CHECK_ERRNO(flock(other, LOCK_SH | LOCK_NB), EWOULDBLOCK);
    CHECK_OK(flock(fd, LOCK_SH));
    CHECK_OK(flock(other, LOCK_SH | LOCK_NB));
    CHECK_ERRNO(flock(other, LOCK_EX | LOCK_NB), EWOULDBLOCK);
    CHECK_OK(flock(fd, LOCK_UN));
    CHECK_OK(flock(other, LOCK_EX | LOCK_NB));
    CHECK_ERRNO(flock(fd, 0), EINVAL);
}

int main(int argc, char** argv)
{
    scratch_from(argc, argv);
    const int fd = file_with("locked", "0123456789");
    const int other = open(in_scratch("locked"), O_RDWR);
    CHECK_OK(other);
    of_process(fd);
    of_open_file(fd, other);
    whole_file(fd, other);
    return 0;
}
