// What the guests of the program tests share. A guest asserts what Linux promises; it prints only what is the same at every run,
// and exits 0. The first failure is told with its place on standard error and ends the guest with status 1.
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { kPage = 4096, kPathSize = 512, kPaths = 8 };

__attribute__((unused)) static void check_fail(const char* file, int line, const char* what, long got, long wanted)
{
    const int error = errno;
    const char* slash = strrchr(file, '/');
    char text[kPathSize];
    const int size =
        snprintf(text, sizeof text, "%s:%d: %s: got %ld (%#lx), wanted %ld (%#lx); errno %d (%s)\n", slash ? slash + 1 : file, line,
                 what, got, (unsigned long)got, wanted, (unsigned long)wanted, error, strerror(error));
    if (write(STDERR_FILENO, text, (size_t)size) < 0) _exit(2);
    _exit(1);
}

/// A condition that must hold.
#define CHECK(condition)                                                    \
    do {                                                                    \
        if (!(condition)) check_fail(__FILE__, __LINE__, #condition, 0, 1); \
    } while (0)

/// Two integers that must be equal.
#define CHECK_EQ(got, wanted)                                                                         \
    do {                                                                                              \
        const long check_got = (long)(got);                                                           \
        const long check_wanted = (long)(wanted);                                                     \
        if (check_got != check_wanted) check_fail(__FILE__, __LINE__, #got, check_got, check_wanted); \
    } while (0)

/// A call that must not fail.
#define CHECK_OK(call)                                                          \
    do {                                                                        \
        errno = 0;                                                              \
        const long check_got = (long)(call);                                    \
        if (check_got < 0) check_fail(__FILE__, __LINE__, #call, check_got, 0); \
    } while (0)

/// A call that must fail with this errno.
#define CHECK_ERRNO(call, code)                                                                  \
    do {                                                                                         \
        errno = 0;                                                                               \
        const long check_got = (long)(call);                                                     \
        if (check_got != -1) check_fail(__FILE__, __LINE__, #call " succeeded", check_got, -1);  \
        if (errno != (code)) check_fail(__FILE__, __LINE__, #call " with errno", errno, (code)); \
    } while (0)

/// True if Husk runs this guest: some things it refuses by design.
__attribute__((unused)) static bool under_husk(void)
{
    return getenv("HUSK") != NULL;
}

static const char* check_scratch;

/// Takes the folder for files from the command line.
__attribute__((unused)) static void scratch_from(int argc, char** argv)
{
    CHECK(argc >= 2);
    check_scratch = argv[1];
}

/// NAME in the folder for files. Valid until the eighth call after this one.
__attribute__((unused)) static const char* in_scratch(const char* name)
{
    static char paths[kPaths][kPathSize];
    static unsigned next;
    char* path = paths[next++ % kPaths];
    CHECK(snprintf(path, kPathSize, "%s/%s", check_scratch, name) < kPathSize);
    return path;
}

/// A new file NAME in that folder with this text, open for reading and writing, at its start.
__attribute__((unused)) static int file_with(const char* name, const char* text)
{
    const int fd = open(in_scratch(name), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    CHECK_OK(fd);
    CHECK_EQ(write(fd, text, strlen(text)), strlen(text));
    CHECK_EQ(lseek(fd, 0, SEEK_SET), 0);
    return fd;
}

/// Installs `handler` for `signal` with `flags`, nothing masked but the signal itself.
__attribute__((unused)) static void handle(int signal, void (*handler)(int, siginfo_t*, void*), int flags)
{
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = handler;
    action.sa_flags = SA_SIGINFO | flags;
    CHECK_OK(sigaction(signal, &action, NULL));
}
