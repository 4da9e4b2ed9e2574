// The flags and errors of open, openat and creat.
#include "check.h"

#include <limits.h>
#include <sys/stat.h>
#include <sys/syscall.h>

static void creation(void)
{
    const char* name = in_scratch("made");
    CHECK_ERRNO(open(name, O_RDONLY), ENOENT);
    int fd = open(name, O_WRONLY | O_CREAT | O_EXCL, 0640);
    CHECK_OK(fd);
    CHECK_EQ(write(fd, "abc", 3), 3);
    char byte;
    CHECK_ERRNO(read(fd, &byte, 1), EBADF);
    CHECK_OK(close(fd));
    CHECK_ERRNO(open(name, O_WRONLY | O_CREAT | O_EXCL, 0640), EEXIST);
    struct stat found;
    CHECK_OK(stat(name, &found));
    CHECK_EQ(found.st_mode, S_IFREG | 0640);

    fd = open(name, O_RDONLY);
    CHECK_ERRNO(write(fd, "x", 1), EBADF);
    CHECK_OK(close(fd));
    fd = open(name, O_WRONLY | O_TRUNC);
    CHECK_EQ(lseek(fd, 0, SEEK_END), 0);
    CHECK_OK(close(fd));
    fd = creat(in_scratch("creat"), 0600);
    CHECK_OK(fd);
    CHECK_OK(close(fd));
}

static void appending(void)
{
    const int fd = open(in_scratch("log"), O_RDWR | O_CREAT | O_APPEND, 0644);
    CHECK_EQ(write(fd, "one", 3), 3);
    CHECK_EQ(lseek(fd, 0, SEEK_SET), 0);
    CHECK_EQ(write(fd, "two", 3), 3);
    char text[8] = "";
    CHECK_EQ(pread(fd, text, 8, 0), 6);
    CHECK(strcmp(text, "onetwo") == 0);
    CHECK_OK(close(fd));
}

static void kinds(void)
{
    CHECK_OK(mkdir(in_scratch("folder"), 0755));
    CHECK_ERRNO(open(in_scratch("folder"), O_WRONLY), EISDIR);
    CHECK_ERRNO(open(in_scratch("made"), O_RDONLY | O_DIRECTORY), ENOTDIR);
    CHECK_ERRNO(open(in_scratch("made/below"), O_RDONLY), ENOTDIR);
    CHECK_ERRNO(open("", O_RDONLY), ENOENT);
    CHECK_OK(symlink("made", in_scratch("link")));
    CHECK_ERRNO(open(in_scratch("link"), O_RDONLY | O_NOFOLLOW), ELOOP);
    const int followed = open(in_scratch("link"), O_RDONLY);
    CHECK_OK(followed);
    CHECK_OK(close(followed));
    CHECK_OK(symlink("loop", in_scratch("loop")));
    CHECK_ERRNO(open(in_scratch("loop"), O_RDONLY), ELOOP);
    char name[NAME_MAX + 2];
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    CHECK_ERRNO(open(in_scratch(name), O_RDONLY), ENAMETOOLONG);
}

static void relative(void)
{
    const int folder = open(in_scratch("folder"), O_RDONLY | O_DIRECTORY);
    CHECK_OK(folder);
    int fd = openat(folder, "inside", O_WRONLY | O_CREAT, 0644);
    CHECK_OK(fd);
    CHECK_OK(close(fd));
    CHECK_EQ(access(in_scratch("folder/inside"), F_OK), 0);
    fd = openat(folder, "../made", O_RDONLY);
    CHECK_OK(fd);
    CHECK_ERRNO(openat(fd, "x", O_RDONLY), ENOTDIR);
    CHECK_OK(close(fd));
    CHECK_ERRNO(openat(9999, "inside", O_RDONLY), EBADF);
    fd = openat(9999, in_scratch("made"), O_RDONLY);  // an absolute path needs no folder
    CHECK_OK(fd);
    CHECK_OK(close(fd));
    CHECK_OK(close(folder));
}

static void path_only(void)
{
    const int fd = open(in_scratch("made"), O_PATH);
    CHECK_OK(fd);
    char byte;
    CHECK_ERRNO(read(fd, &byte, 1), EBADF);
    struct stat found;
    CHECK_OK(fstat(fd, &found));
    CHECK(S_ISREG(found.st_mode));
    CHECK_EQ(fcntl(fd, F_GETFL) & O_PATH, O_PATH);
    CHECK_OK(close(fd));
}

static void nameless(void)
{
    const int fd = open(check_scratch, O_TMPFILE | O_RDWR, 0600);
    if (fd < 0 && errno == EOPNOTSUPP) return;  // a matter of the file system
    CHECK_OK(fd);
    CHECK_EQ(write(fd, "x", 1), 1);
    struct stat found;
    CHECK_OK(fstat(fd, &found));
    CHECK_EQ(found.st_nlink, 0);
    CHECK_OK(close(fd));
}

int main(int argc, char** argv)
{
    scratch_from(argc, argv);
    umask(022);
    creation();
    appending();
    kinds();
    relative();
    path_only();
    nameless();
    return 0;
}
