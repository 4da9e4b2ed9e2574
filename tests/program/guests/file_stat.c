// What stat, statx, access and statfs tell of files.
#include "check.h"

#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>

static void stats(void)
{
    const int fd = file_with("file", "12345");
    struct stat by_name, by_fd, by_folder;
    CHECK_OK(stat(in_scratch("file"), &by_name));
    CHECK_OK(fstat(fd, &by_fd));
    const int folder = open(check_scratch, O_RDONLY | O_DIRECTORY);
    CHECK_OK(fstatat(folder, "file", &by_folder, 0));
    CHECK_EQ(by_name.st_size, 5);
    CHECK_EQ(by_name.st_nlink, 1);
    CHECK_EQ(by_name.st_ino, by_fd.st_ino);
    CHECK_EQ(by_name.st_dev, by_folder.st_dev);
    CHECK_EQ(by_name.st_mtim.tv_nsec, by_folder.st_mtim.tv_nsec);
    CHECK_EQ(by_name.st_uid, geteuid());
    CHECK(S_ISREG(by_name.st_mode));
    CHECK_OK(fstatat(fd, "", &by_folder, AT_EMPTY_PATH));
    CHECK_EQ(by_folder.st_ino, by_fd.st_ino);
    CHECK_ERRNO(stat(in_scratch("none"), &by_name), ENOENT);
    CHECK_ERRNO(stat(in_scratch("file/"), &by_name), ENOTDIR);
    CHECK_ERRNO(fstat(9999, &by_name), EBADF);
    CHECK_ERRNO(fstatat(folder, "file", &by_name, 0x40000000), EINVAL);
    CHECK_OK(close(folder));
    CHECK_OK(close(fd));
}

static void links(void)
{
    CHECK_OK(symlink("file", in_scratch("link")));
    struct stat found;
    CHECK_OK(stat(in_scratch("link"), &found));
    CHECK(S_ISREG(found.st_mode));
    CHECK_OK(lstat(in_scratch("link"), &found));
    CHECK(S_ISLNK(found.st_mode));
    CHECK_EQ(found.st_size, 4);
    CHECK_OK(fstatat(AT_FDCWD, in_scratch("link"), &found, AT_SYMLINK_NOFOLLOW));
    CHECK(S_ISLNK(found.st_mode));
}

static void extended(void)
{
    struct statx found;
    memset(&found, 0, sizeof found);
    CHECK_OK(statx(AT_FDCWD, in_scratch("file"), 0, STATX_BASIC_STATS | STATX_BTIME, &found));
    CHECK_EQ(found.stx_mask & STATX_BASIC_STATS, STATX_BASIC_STATS);
    CHECK_EQ(found.stx_size, 5);
    CHECK_OK(statx(AT_FDCWD, in_scratch("link"), AT_SYMLINK_NOFOLLOW, STATX_TYPE, &found));
    CHECK(S_ISLNK(found.stx_mode));
    const int fd = open(in_scratch("file"), O_RDONLY);
    CHECK_OK(statx(fd, "", AT_EMPTY_PATH, STATX_SIZE, &found));
    CHECK_EQ(found.stx_size, 5);
    CHECK_ERRNO(statx(fd, "", 0, STATX_SIZE, &found), ENOENT);
    CHECK_OK(close(fd));
}

static void rights(void)
{
    CHECK_OK(access(in_scratch("file"), R_OK | W_OK));
    CHECK_OK(access(in_scratch("link"), F_OK));
    CHECK_ERRNO(access(in_scratch("none"), F_OK), ENOENT);
    CHECK_ERRNO(access(in_scratch("file"), X_OK), EACCES);
    CHECK_ERRNO(access(in_scratch("file"), 64), EINVAL);
    CHECK_OK(faccessat(AT_FDCWD, in_scratch("file"), R_OK, 0));
    CHECK_OK(faccessat(AT_FDCWD, in_scratch("file"), R_OK, AT_EACCESS));
    CHECK_OK(syscall(SYS_faccessat2, AT_FDCWD, in_scratch("link"), F_OK, AT_SYMLINK_NOFOLLOW));
}

static void file_systems(void)
{
    struct statfs by_name, by_fd;
    CHECK_OK(statfs(check_scratch, &by_name));
    const int fd = open(in_scratch("file"), O_RDONLY);
    CHECK_OK(fstatfs(fd, &by_fd));
    CHECK_EQ(by_name.f_type, by_fd.f_type);
    CHECK_EQ(by_name.f_bsize, by_fd.f_bsize);
    CHECK(by_name.f_blocks > 0);
    struct statvfs view;
    CHECK_OK(statvfs(check_scratch, &view));
    CHECK(view.f_namemax >= 100);
    CHECK_OK(close(fd));
}

int main(int argc, char** argv)
{
    scratch_from(argc, argv);
    stats();
    links();
    extended();
    rights();
    file_systems();
    return 0;
}
