// Folders and names: getdents64, mkdir, rmdir, rename, link, symlink, readlink, unlink.
#include "check.h"

#include <dirent.h>
#include <sys/stat.h>
#include <sys/syscall.h>

static void listing(void)
{
    enum { kFiles = 300 };
    CHECK_OK(mkdir(in_scratch("many"), 0755));
    char name[32];
    for (int i = 0; i < kFiles; ++i) {
        snprintf(name, sizeof name, "many/file%03d", i);
        CHECK_OK(close(open(in_scratch(name), O_WRONLY | O_CREAT, 0644)));
    }
    bool seen[kFiles] = {false};
    int dots = 0;
    DIR* folder = opendir(in_scratch("many"));
    CHECK(folder != NULL);
    for (struct dirent* entry; (entry = readdir(folder)) != NULL;) {
        if (entry->d_name[0] == '.') {
            ++dots;
            CHECK_EQ(entry->d_type, DT_DIR);
            continue;
        }
        const int number = atoi(entry->d_name + 4);
        CHECK(!seen[number]);
        seen[number] = true;
    }
    CHECK_EQ(dots, 2);
    for (int i = 0; i < kFiles; ++i) CHECK(seen[i]);
    rewinddir(folder);
    CHECK(readdir(folder) != NULL);
    CHECK_OK(closedir(folder));
}

static void raw_listing(void)
{
    const int fd = open(in_scratch("many"), O_RDONLY | O_DIRECTORY);
    char tiny[8];
    CHECK_ERRNO(syscall(SYS_getdents64, fd, tiny, sizeof tiny), EINVAL);
    char buffer[1024];
    int entries = 0;
    long size;
    while ((size = syscall(SYS_getdents64, fd, buffer, sizeof buffer)) > 0)
        for (long at = 0; at < size; at += ((struct dirent64*)(buffer + at))->d_reclen) ++entries;
    CHECK_EQ(size, 0);
    CHECK_EQ(entries, 302);
    CHECK_OK(close(fd));
    const int file = open(in_scratch("many/file000"), O_RDONLY);
    CHECK_ERRNO(syscall(SYS_getdents64, file, buffer, sizeof buffer), ENOTDIR);
    CHECK_OK(close(file));
}

static void folders(void)
{
    CHECK_OK(mkdir(in_scratch("a"), 0700));
    CHECK_ERRNO(mkdir(in_scratch("a"), 0700), EEXIST);
    CHECK_ERRNO(mkdir(in_scratch("none/b"), 0700), ENOENT);
    CHECK_OK(mkdirat(AT_FDCWD, in_scratch("a/b"), 0700));
    CHECK_ERRNO(rmdir(in_scratch("a")), ENOTEMPTY);
    CHECK_OK(rmdir(in_scratch("a/b")));
    CHECK_ERRNO(rmdir(in_scratch("a/b")), ENOENT);
    CHECK_ERRNO(rmdir(in_scratch("many/file000")), ENOTDIR);
    CHECK_ERRNO(unlink(in_scratch("a")), EISDIR);
    CHECK_OK(unlinkat(AT_FDCWD, in_scratch("a"), AT_REMOVEDIR));
}

static void renames(void)
{
    CHECK_OK(close(file_with("from", "from")));
    CHECK_OK(close(file_with("to", "to, longer")));
    struct stat found;
    CHECK_ERRNO(renameat2(AT_FDCWD, in_scratch("from"), AT_FDCWD, in_scratch("to"), RENAME_NOREPLACE), EEXIST);
    CHECK_OK(renameat2(AT_FDCWD, in_scratch("from"), AT_FDCWD, in_scratch("to"), RENAME_EXCHANGE));
    CHECK_OK(stat(in_scratch("from"), &found));
    CHECK_EQ(found.st_size, 10);
    CHECK_OK(rename(in_scratch("from"), in_scratch("to")));
    CHECK_ERRNO(stat(in_scratch("from"), &found), ENOENT);
    CHECK_ERRNO(rename(in_scratch("from"), in_scratch("to")), ENOENT);
    CHECK_OK(mkdir(in_scratch("empty"), 0755));
    CHECK_ERRNO(rename(in_scratch("to"), in_scratch("empty")), EISDIR);
    CHECK_ERRNO(rename(in_scratch("empty"), in_scratch("to")), ENOTDIR);
    CHECK_ERRNO(rename(in_scratch("empty"), in_scratch("many")), ENOTEMPTY);
    CHECK_ERRNO(rename(in_scratch("empty"), in_scratch("empty/inside")), EINVAL);
    CHECK_OK(renameat(AT_FDCWD, in_scratch("empty"), AT_FDCWD, in_scratch("still-empty")));
}

static void links(void)
{
    CHECK_OK(link(in_scratch("to"), in_scratch("hard")));
    CHECK_ERRNO(link(in_scratch("to"), in_scratch("hard")), EEXIST);
    struct stat found;
    CHECK_OK(stat(in_scratch("hard"), &found));
    CHECK_EQ(found.st_nlink, 2);
    CHECK_OK(unlink(in_scratch("hard")));
    CHECK_ERRNO(unlink(in_scratch("hard")), ENOENT);

    CHECK_OK(symlink("nowhere/at all", in_scratch("soft")));
    char target[32];
    CHECK_EQ(readlink(in_scratch("soft"), target, sizeof target), 14);
    CHECK(memcmp(target, "nowhere/at all", 14) == 0);
    CHECK_EQ(readlink(in_scratch("soft"), target, 4), 4);
    CHECK_ERRNO(readlink(in_scratch("to"), target, sizeof target), EINVAL);
    CHECK_ERRNO(readlink(in_scratch("soft"), target, 0), EINVAL);
    CHECK_OK(symlinkat("to", AT_FDCWD, in_scratch("soft2")));
    CHECK_EQ(readlinkat(AT_FDCWD, in_scratch("soft2"), target, sizeof target), 2);
    CHECK_OK(linkat(AT_FDCWD, in_scratch("soft2"), AT_FDCWD, in_scratch("hard2"), AT_SYMLINK_FOLLOW));
    CHECK_OK(lstat(in_scratch("hard2"), &found));
    CHECK(S_ISREG(found.st_mode));
}

static void open_but_gone(void)
{
    const int fd = file_with("gone", "still here");
    CHECK_OK(unlink(in_scratch("gone")));
    char text[16];
    CHECK_EQ(read(fd, text, sizeof text), 10);
    struct stat found;
    CHECK_OK(fstat(fd, &found));
    CHECK_EQ(found.st_nlink, 0);
    CHECK_OK(close(fd));
}

int main(int argc, char** argv)
{
    scratch_from(argc, argv);
    listing();
    raw_listing();
    folders();
    renames();
    links();
    open_but_gone();
    return 0;
}
