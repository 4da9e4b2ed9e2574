// What /proc/self tells the process of itself. argv[0] is the program's path.
#include "check.h"

#include <libgen.h>
#include <sys/mman.h>
#include <sys/prctl.h>

static char text[1 << 18];

static long slurp(const char* name)
{
    const int fd = open(name, O_RDONLY);
    CHECK_OK(fd);
    long size = 0;
    for (ssize_t got; (got = read(fd, text + size, sizeof text - 1 - (size_t)size)) > 0;) size += got;
    CHECK_OK(close(fd));
    text[size] = '\0';
    return size;
}

static void executable(const char* program)
{
    char found[kPathSize] = "", wanted[kPathSize];
    CHECK(realpath(program, wanted) != NULL);
    CHECK_OK(readlink("/proc/self/exe", found, sizeof found - 1));
    CHECK(strcmp(found, wanted) == 0);
    const int fd = open("/proc/self/exe", O_RDONLY);
    CHECK_OK(fd);
    CHECK_EQ(read(fd, text, 4), 4);
    CHECK(memcmp(text, "\177ELF", 4) == 0);
    CHECK_OK(close(fd));
}

// The line of /proc/self/maps that has `at`: its rights in `rights`.
static bool find_map(const void* at, char rights[5], char* name)
{
    slurp("/proc/self/maps");
    for (char* line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        unsigned long start, end;
        name[0] = '\0';
        CHECK(sscanf(line, "%lx-%lx %4s %*s %*s %*s %511s", &start, &end, rights, name) >= 3);
        if ((uintptr_t)at >= start && (uintptr_t)at < end) return true;
    }
    return false;
}

static void maps(const char* program)
{
    char rights[5], name[kPathSize], wanted[kPathSize];
    int on_stack = 0;
    CHECK(find_map((void*)(uintptr_t)maps, rights, name));
    CHECK(strcmp(rights, "r-xp") == 0);
    CHECK(realpath(program, wanted) != NULL);
    CHECK(strcmp(name, wanted) == 0);
    CHECK(find_map(&on_stack, rights, name));
    CHECK(strcmp(rights, "rw-p") == 0 && strcmp(name, "[stack]") == 0);
    const int fd = file_with("mapped", "mapped");
    void* at = mmap(NULL, kPage, PROT_READ, MAP_SHARED, fd, 0);
    CHECK(find_map(at, rights, name));
    CHECK(strcmp(rights, "r--s") == 0 && strcmp(basename(name), "mapped") == 0);
    CHECK_OK(munmap(at, kPage));
    CHECK(!find_map(at, rights, name));
    CHECK_OK(close(fd));
}

static void numbers(const char* program, const char* scratch)
{
    slurp("/proc/self/stat");
    CHECK_EQ(atoi(text), getpid());
    slurp("/proc/self/status");
    const char* line = strstr(text, "\nPid:");
    CHECK(line != NULL && atoi(line + 5) == getpid());
    const long size = slurp("/proc/self/cmdline");
    CHECK_EQ(size, strlen(program) + strlen(scratch) + 2);
    CHECK(strcmp(text, program) == 0 && strcmp(text + strlen(program) + 1, scratch) == 0);
}

static void descriptors(void)
{
    const int fd = file_with("file", "content");
    char name[64], found[kPathSize] = "", wanted[kPathSize];
    CHECK(realpath(in_scratch("file"), wanted) != NULL);
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    CHECK_OK(readlink(name, found, sizeof found - 1));
    CHECK(strcmp(found, wanted) == 0);
    slurp(name);
    CHECK(strcmp(text, "content") == 0);
    CHECK_ERRNO(open("/proc/self/fd/9999", O_RDONLY), ENOENT);
}

/// The name that a program gives its first thread is its own.
static void name(void)
{
    CHECK_OK(prctl(PR_SET_NAME, "a name of its own"));
    char got[64] = {0};
    const int fd = open("/proc/self/comm", O_RDONLY);
    CHECK_EQ(read(fd, got, sizeof got - 1), 16);
    CHECK(strcmp(got, "a name of its o\n") == 0);
    CHECK_OK(close(fd));
}

int main(int argc, char** argv)
{
    scratch_from(argc, argv);
    executable(argv[0]);
    maps(argv[0]);
    numbers(argv[0], argv[1]);
    descriptors();
    name();
    return 0;
}
