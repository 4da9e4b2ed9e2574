// The current folder, and paths relative to it.
#include "check.h"

#include <sys/stat.h>
#include <sys/syscall.h>

static void expect_folder(const char* wanted)
{
    char found[kPathSize];
    CHECK(getcwd(found, sizeof found) == found);
    CHECK(strcmp(found, wanted) == 0);
}

int main(int argc, char** argv)
{
    scratch_from(argc, argv);
    char start[kPathSize], home[kPathSize], below[kPathSize];
    CHECK(getcwd(start, sizeof start) == start);
    CHECK_OK(chdir(check_scratch));
    CHECK(getcwd(home, sizeof home) == home);
    expect_folder(check_scratch);
    CHECK_EQ(syscall(SYS_getcwd, home, sizeof home), strlen(home) + 1);
    CHECK_ERRNO(syscall(SYS_getcwd, below, 2L), ERANGE);

    CHECK_OK(mkdir("below", 0755));
    CHECK_OK(close(open("below/file", O_WRONLY | O_CREAT, 0644)));
    CHECK_OK(chdir("below"));
    snprintf(below, sizeof below, "%s/below", check_scratch);
    expect_folder(below);
    CHECK_OK(access("file", F_OK));
    CHECK_OK(access("../below/./file", F_OK));
    CHECK_OK(symlink("..", "up"));
    CHECK_OK(chdir("up"));
    expect_folder(check_scratch);
    CHECK_ERRNO(chdir("none"), ENOENT);
    CHECK_ERRNO(chdir("below/file"), ENOTDIR);

    const int fd = open("below", O_RDONLY | O_DIRECTORY);
    CHECK_OK(fchdir(fd));
    expect_folder(below);
    const int file = open("file", O_RDONLY);
    CHECK_ERRNO(fchdir(file), ENOTDIR);
    CHECK_ERRNO(fchdir(9999), EBADF);
    // A folder that is renamed while one is in it.
    CHECK_OK(rename(in_scratch("below"), in_scratch("renamed")));
    CHECK_OK(access("file", F_OK));
    snprintf(below, sizeof below, "%s/renamed", check_scratch);
    expect_folder(below);
    return 0;
}
