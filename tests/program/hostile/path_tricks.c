// Ways out of a granted folder: links, .., magic links, devices, other processes, races. Nothing outside is opened, changed or
// listed. Beside the folder lies "secret", and so it does in the host's /: whoever gets its text has won.
#include "hostile.h"

#include <dirent.h>
#include <linux/openat2.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/stat.h>

static char outside[kPathSize];  // the folder of the secret

static bool has_secret(int fd)
{
    char text[256];
    const ssize_t size = pread(fd, text, sizeof text - 1, 0);
    if (size <= 0) return false;
    text[size] = '\0';
    return strstr(text, "nobody may know") != NULL;
}

static void expect_shut(const char* path, int flags)
{
    const int fd = open(path, flags | O_NONBLOCK, 0644);
    if (fd < 0) return;
    if ((flags & O_ACCMODE) != O_WRONLY && has_secret(fd)) {
        fprintf(stderr, "path_tricks: %s shows the secret\n", path);
        exit(1);
    }
    close(fd);
}

static void expect_no_entry(const char* path)
{
    const int fd = open(path, O_RDONLY | O_NONBLOCK);
    if (fd >= 0) {
        fprintf(stderr, "path_tricks: %s can be opened\n", path);
        exit(1);
    }
}

static void with_every_way(const char* path)
{
    expect_no_entry(path);
    expect_shut(path, O_RDWR);
    expect_shut(path, O_WRONLY | O_APPEND);
    expect_shut(path, O_PATH);
    struct stat status;
    if (stat(path, &status) == 0) {
        fprintf(stderr, "path_tricks: %s can be looked at\n", path);
        exit(1);
    }
    CHECK(truncate(path, 0) != 0);
    CHECK(chmod(path, 0777) != 0);
    CHECK(link(path, in_scratch("linked")) != 0);
    CHECK(rename(path, in_scratch("renamed")) != 0);
    CHECK(unlink(path) != 0);
}

static void by_links(void)
{
    char path[2 * kPathSize];
    snprintf(path, sizeof path, "%s/secret", outside);
    with_every_way(path);
    CHECK_OK(symlink(path, in_scratch("absolute")));
    CHECK_OK(symlink("../secret", in_scratch("relative")));
    CHECK_OK(symlink("..", in_scratch("up")));
    CHECK_OK(symlink("/", in_scratch("root")));
    CHECK_OK(symlink("relative", in_scratch("twice")));
    CHECK_OK(symlink("/proc/self/cwd/../secret", in_scratch("magic")));
    expect_no_entry(in_scratch("absolute"));
    expect_no_entry(in_scratch("relative"));
    expect_no_entry(in_scratch("twice"));
    expect_no_entry(in_scratch("magic"));
    expect_no_entry(in_scratch("up/secret"));
    expect_no_entry(in_scratch("../secret"));
    expect_no_entry(in_scratch("./.././secret"));
    expect_no_entry(in_scratch("up/../secret"));
    snprintf(path, sizeof path, "%s%s/secret", in_scratch("root"), outside);
    expect_no_entry(path);
    expect_no_entry("../secret");
    expect_no_entry(in_scratch("root/etc/shadow"));
    CHECK(rename(in_scratch("relative"), in_scratch("../stolen")) != 0);
    CHECK(symlink("x", in_scratch("../made")) != 0);
    CHECK(mkdir(in_scratch("../made"), 0755) != 0);
    CHECK(mknod(in_scratch("../made"), S_IFREG | 0644, 0) != 0);
    CHECK(mknod(in_scratch("device"), S_IFCHR | 0666, 0x101) != 0);  // /dev/mem
    CHECK(open(in_scratch("../made"), O_CREAT | O_WRONLY, 0644) < 0);
}

static void by_descriptors(void)
{
    char path[2 * kPathSize];
    const int folder = open(check_scratch, O_RDONLY | O_DIRECTORY);
    CHECK_OK(folder);
    CHECK(openat(folder, "../secret", O_RDONLY) < 0);
    CHECK(openat(folder, "up/secret", O_RDONLY) < 0);
    CHECK(openat(folder, "../../../../../../../../etc/passwd", O_RDONLY) < 0);
    const int up = openat(folder, "..", O_RDONLY | O_DIRECTORY);
    if (up >= 0) CHECK(openat(up, "secret", O_RDONLY) < 0);
    const int top = open("/", O_RDONLY | O_DIRECTORY);
    if (top >= 0) {
        snprintf(path, sizeof path, "%s/secret", outside + 1);
        CHECK(openat(top, path, O_RDONLY) < 0);
        CHECK(openat(top, "etc/passwd", O_RDONLY) < 0);
    }
    struct open_how how = {.flags = O_RDONLY};
    for (uint64_t resolve = 0; resolve < 64; ++resolve) {
        how.resolve = resolve;
        CHECK(syscall(SYS_openat2, folder, "../secret", &how, sizeof how) < 0);
        CHECK(syscall(SYS_openat2, folder, "relative", &how, sizeof how) < 0);
    }
    CHECK(syscall(SYS_open_by_handle_at, folder, &how, O_RDONLY) < 0);
    CHECK_OK(fchdir(folder));
    expect_no_entry("../secret");
    if (chdir("..") == 0) expect_no_entry("secret");
    if (chdir("/") == 0) {
        snprintf(path, sizeof path, "%s/secret", outside + 1);
        expect_no_entry(path);
    }
    CHECK_OK(chdir(check_scratch));
    CHECK(chroot(check_scratch) != 0);
}

static const char* const kElsewhere[] = {
    "/etc/passwd",
    "/etc/shadow",
    "/dev/mem",
    "/dev/kmem",
    "/dev/kvm",
    "/dev/sda",
    "/proc/1/mem",
    "/proc/1/environ",
    "/proc/1/root/etc/passwd",
    "/proc/self/root/etc/passwd",
    "/proc/self/mem",
    "/proc/thread-self/mem",
    "/proc/self/task/../mem",
    "/proc/kcore",
    "/proc/kmsg",
    "/proc/kallsyms",
    "/proc/sysrq-trigger",
    "/proc/sys/kernel/core_pattern",
    "/proc/self/../1/environ",
    "/proc/self/ns/mnt",
    "/proc/self/pagemap",
    "/sys/kernel/debug",
    "/root",
    "//etc//passwd",
    "/../../etc/passwd",
};

static void elsewhere(void)
{
    for (size_t i = 0; i < sizeof kElsewhere / sizeof kElsewhere[0]; ++i) {
        expect_no_entry(kElsewhere[i]);
        const int fd = open(kElsewhere[i], O_WRONLY | O_NONBLOCK);
        CHECK(fd < 0);
    }
    char path[2 * kPathSize];
    snprintf(path, sizeof path, "/proc/%d/mem", getppid());
    expect_no_entry(path);
    snprintf(path, sizeof path, "/proc/%d/root/etc/passwd", getppid());
    expect_no_entry(path);
    snprintf(path, sizeof path, "/proc/%d/mem", getpid());
    expect_no_entry(path);
    snprintf(path, sizeof path, "/proc/self/root%s/secret", outside);
    expect_no_entry(path);
    snprintf(path, sizeof path, "/proc/self/cwd/../secret");
    expect_no_entry(path);
    for (int fd = 0; fd < 1200; ++fd) {
        char target[kPathSize];
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
        const ssize_t size = readlink(path, target, sizeof target - 1);
        if (fd >= 1000) CHECK(size < 0);
        snprintf(path, sizeof path, "/proc/self/fd/%d/../secret", fd);
        expect_no_entry(path);
        if (fd >= 20 && fd < 1000) continue;
        snprintf(path, sizeof path, "/proc/self/fd/%d%s/secret", fd, outside);
        expect_no_entry(path);
    }
}

static atomic_int done;

/// A folder that becomes a link to the outside, and back.
static void* swapping(void* unused)
{
    (void)unused;
    while (!done) {
        rename(in_scratch("place"), in_scratch("folder"));
        rename(in_scratch("link"), in_scratch("place"));
        rename(in_scratch("place"), in_scratch("link"));
        rename(in_scratch("folder"), in_scratch("place"));
    }
    return NULL;
}

static void by_race(void)
{
    CHECK_OK(mkdir(in_scratch("place"), 0755));
    const int inside = file_with("place/secret", "this one is its own");
    close(inside);
    CHECK_OK(symlink("..", in_scratch("link")));
    char path[kPathSize], text[64];
    snprintf(path, sizeof path, "%s/place/secret", check_scratch);
    pthread_t thread;
    CHECK_EQ(pthread_create(&thread, NULL, swapping, NULL), 0);
    for (int i = 0; i < 2000; ++i) {
        const int fd = open(path, O_RDONLY);
        if (fd < 0) continue;
        const ssize_t size = read(fd, text, sizeof text - 1);
        CHECK(size > 0);
        text[size] = '\0';
        CHECK(strcmp(text, "this one is its own") == 0);
        close(fd);
    }
    for (int i = 0; i < 500; ++i) {
        // Made or removed is what is within, at most.
        snprintf(path, sizeof path, "%s/place/new", check_scratch);
        const int fd = open(path, O_RDWR | O_CREAT, 0644);
        if (fd >= 0) close(fd);
        unlink(path);
    }
    done = 1;
    CHECK_EQ(pthread_join(thread, NULL), 0);
}

int main(int argc, char** argv)
{
    scratch_from(argc, argv);
    snprintf(outside, sizeof outside, "%s", check_scratch);
    *strrchr(outside, '/') = '\0';
    CHECK_OK(chdir(check_scratch));
    by_links();
    by_descriptors();
    elsewhere();
    // The software engine has no second thread.
    if (argc > 2 && strcmp(argv[2], "race") == 0) by_race();
    return 0;
}
