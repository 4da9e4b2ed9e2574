// Modes, owners, times and extended attributes of files.
#include "check.h"

#include <sys/stat.h>
#include <sys/time.h>
#include <sys/xattr.h>
#include <utime.h>

static struct stat status_of(const char* name)
{
    struct stat found;
    CHECK_OK(lstat(in_scratch(name), &found));
    return found;
}

static void modes(void)
{
    CHECK_EQ(umask(027), 022);
    CHECK_EQ(umask(027), 027);
    const int fd = open(in_scratch("file"), O_RDWR | O_CREAT, 0777);
    CHECK_OK(fd);
    CHECK_EQ(status_of("file").st_mode & 07777, 0750);
    CHECK_OK(chmod(in_scratch("file"), 0604));
    CHECK_EQ(status_of("file").st_mode & 07777, 0604);
    CHECK_OK(fchmod(fd, 01600));
    CHECK_EQ(status_of("file").st_mode & 07777, 01600);
    CHECK_OK(fchmodat(AT_FDCWD, in_scratch("file"), 0644, 0));
    CHECK_EQ(status_of("file").st_mode & 07777, 0644);
    CHECK_ERRNO(chmod(in_scratch("none"), 0644), ENOENT);
    CHECK_OK(close(fd));
}

static void owners(void)
{
    const int fd = open(in_scratch("file"), O_RDWR);
    CHECK_OK(chown(in_scratch("file"), geteuid(), getegid()));
    CHECK_OK(fchown(fd, (uid_t)-1, (gid_t)-1));
    CHECK_OK(fchownat(AT_FDCWD, in_scratch("file"), geteuid(), (gid_t)-1, 0));
    CHECK_OK(symlink("none", in_scratch("link")));
    CHECK_OK(lchown(in_scratch("link"), geteuid(), getegid()));
    CHECK_ERRNO(chown(in_scratch("link"), geteuid(), getegid()), ENOENT);
    CHECK_OK(close(fd));
}

static void times(void)
{
    const struct timespec exact[2] = {{1000000000, 123456789}, {1100000000, 987654321}};
    CHECK_OK(utimensat(AT_FDCWD, in_scratch("file"), exact, 0));
    struct stat found = status_of("file");
    CHECK_EQ(found.st_atim.tv_sec, 1000000000);
    CHECK_EQ(found.st_atim.tv_nsec, 123456789);
    CHECK_EQ(found.st_mtim.tv_sec, 1100000000);
    CHECK_EQ(found.st_mtim.tv_nsec, 987654321);

    const struct timespec part[2] = {{0, UTIME_OMIT}, {1200000000, 5}};
    const int fd = open(in_scratch("file"), O_RDONLY);
    CHECK_OK(futimens(fd, part));
    found = status_of("file");
    CHECK_EQ(found.st_atim.tv_sec, 1000000000);
    CHECK_EQ(found.st_mtim.tv_nsec, 5);
    CHECK_OK(close(fd));

    const struct timeval coarse[2] = {{1300000000, 1}, {1300000000, 2}};
    CHECK_OK(utimes(in_scratch("file"), coarse));
    CHECK_EQ(status_of("file").st_mtim.tv_nsec, 2000);
    CHECK_OK(utimensat(AT_FDCWD, in_scratch("link"), exact, AT_SYMLINK_NOFOLLOW));
    CHECK_EQ(status_of("link").st_mtim.tv_sec, 1100000000);
    const struct utimbuf seconds = {1400000000, 1500000000};
    CHECK_OK(utime(in_scratch("file"), &seconds));
    CHECK_EQ(status_of("file").st_mtim.tv_sec, 1500000000);
    CHECK_OK(utimensat(AT_FDCWD, in_scratch("file"), NULL, 0));
    CHECK(status_of("file").st_mtim.tv_sec > 1500000000);
    const struct timespec wrong[2] = {{0, 2000000000}, {0, 0}};
    CHECK_ERRNO(utimensat(AT_FDCWD, in_scratch("file"), wrong, 0), EINVAL);
}

static void attributes(void)
{
    const char* file = in_scratch("file");
    if (setxattr(file, "user.colour", "green", 5, 0) != 0) {
        CHECK_EQ(errno, EOPNOTSUPP);  // a matter of the file system
        return;
    }
    char value[16], names[64];
    CHECK_EQ(getxattr(file, "user.colour", value, sizeof value), 5);
    CHECK(memcmp(value, "green", 5) == 0);
    CHECK_EQ(getxattr(file, "user.colour", NULL, 0), 5);
    CHECK_ERRNO(getxattr(file, "user.colour", value, 2), ERANGE);
    CHECK_ERRNO(setxattr(file, "user.colour", "red", 3, XATTR_CREATE), EEXIST);
    CHECK_EQ(listxattr(file, names, sizeof names), 12);
    CHECK(strcmp(names, "user.colour") == 0);
    const int fd = open(file, O_RDWR);
    CHECK_OK(fsetxattr(fd, "user.size", "", 0, 0));
    CHECK_EQ(fgetxattr(fd, "user.size", value, sizeof value), 0);
    CHECK_EQ(flistxattr(fd, NULL, 0), 22);
    CHECK_OK(fremovexattr(fd, "user.size"));
    CHECK_OK(close(fd));
    CHECK_EQ(lgetxattr(file, "user.colour", value, sizeof value), 5);
    CHECK_OK(removexattr(file, "user.colour"));
    CHECK_ERRNO(getxattr(file, "user.colour", value, sizeof value), ENODATA);
}

int main(int argc, char** argv)
{
    scratch_from(argc, argv);
    umask(022);
    modes();
    owners();
    times();
    attributes();
    return 0;
}
