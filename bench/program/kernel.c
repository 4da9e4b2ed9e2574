/* Work that the kernel does for a program. */
#include "work.h"

#include <err.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { PAGE = 4096, FILE_SIZE = 128 << 20 };

struct outcome first_touch(size_t size)
{
    const uint64_t begin = now();
    unsigned char* const memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) err(1, "mmap");
    for (size_t at = 0; at < size; at += PAGE) ((volatile unsigned char*)memory)[at] = 1;
    return (struct outcome){now() - begin, memory[size / 2]};
}

/* A buffer that has been touched. */
static unsigned char* buffer_of(size_t size)
{
    unsigned char* const buffer = malloc(size);
    if (buffer == NULL) err(1, "malloc");
    memset(buffer, 'x', size);
    return buffer;
}

static int open_file(const char* path, int flags)
{
    const int fd = open(path, flags);
    if (fd < 0) err(1, "%s", path);
    return fd;
}

struct outcome read_file(const char* path, size_t piece)
{
    unsigned char* const buffer = buffer_of(piece);
    const int fd = open_file(path, O_RDONLY);
    uint64_t total = 0;
    const uint64_t begin = now();
    for (ssize_t got; (got = read(fd, buffer, piece)) != 0; total += (uint64_t)got)
        if (got < 0) err(1, "read");
    return (struct outcome){now() - begin, total};
}

struct outcome write_file(const char* path, size_t piece)
{
    const unsigned char* const buffer = buffer_of(piece);
    const int fd = open_file(path, O_WRONLY);
    uint64_t total = 0;
    const uint64_t begin = now();
    for (ssize_t put; total < FILE_SIZE; total += (uint64_t)put)
        if ((put = write(fd, buffer, piece)) < 0) err(1, "write");
    return (struct outcome){now() - begin, total};
}

struct outcome trivial_calls(uint64_t count)
{
    const uint64_t begin = now();
    for (uint64_t i = 0; i < count; ++i)
        if (syscall(SYS_getppid) < 0) err(1, "getppid");
    return (struct outcome){now() - begin, count};
}

struct outcome own_id(uint64_t count)
{
    const pid_t self = getpid();
    const uint64_t begin = now();
    for (uint64_t i = 0; i < count; ++i)
        if (syscall(SYS_getpid) != self) err(1, "getpid");
    return (struct outcome){now() - begin, count};
}
