// Files in memory: private and shared, written back, beyond their end; memfd_create and its seals.
#include "check.h"

#include <setjmp.h>
#include <sys/mman.h>

static sigjmp_buf back;
static void* volatile fault_at;
static volatile int fault_signal, fault_code;

static void on_fault(int signal, siginfo_t* info, void* context)
{
    (void)context;
    fault_signal = signal;
    fault_at = info->si_addr;
    fault_code = info->si_code;
    siglongjmp(back, 1);
}

static int pages(const char* name, int count)
{
    const int fd = file_with(name, "");
    char page[kPage];
    for (int i = 0; i < count; ++i) {
        memset(page, 'a' + i, kPage);
        CHECK_EQ(write(fd, page, kPage), kPage);
    }
    return fd;
}

static void private_map(void)
{
    const int fd = pages("private", 3);
    char* at = mmap(NULL, 2 * kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, kPage);
    CHECK(at != MAP_FAILED);
    CHECK(at[0] == 'b' && at[kPage] == 'c');
    at[1] = '!';
    char byte;
    CHECK_EQ(pread(fd, &byte, 1, kPage + 1), 1);
    CHECK_EQ(byte, 'b');
    CHECK_OK(close(fd));
    CHECK(at[1] == '!' && at[2 * kPage - 1] == 'c');
    CHECK_OK(munmap(at, 2 * kPage));
}

static void shared_map(void)
{
    const int fd = pages("shared", 2);
    char* one = mmap(NULL, 2 * kPage, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    char* two = mmap(NULL, 2 * kPage, PROT_READ, MAP_SHARED, fd, 0);
    CHECK(one != MAP_FAILED && two != MAP_FAILED);
    one[10] = '!';
    CHECK_EQ(two[10], '!');
    CHECK_EQ(pwrite(fd, "?", 1, kPage + 3), 1);
    CHECK_EQ(one[kPage + 3], '?');
    CHECK_OK(msync(one, 2 * kPage, MS_SYNC));
    CHECK_OK(msync(one, kPage, MS_ASYNC));
    CHECK_ERRNO(msync(one + 1, kPage, MS_SYNC), EINVAL);
    char byte;
    CHECK_EQ(pread(fd, &byte, 1, 10), 1);
    CHECK_EQ(byte, '!');
    CHECK_OK(munmap(one, 2 * kPage));
    CHECK_ERRNO(msync(one, kPage, MS_SYNC), ENOMEM);
    CHECK_OK(munmap(two, 2 * kPage));
    CHECK_ERRNO((long)mmap(NULL, kPage, PROT_READ, MAP_SHARED, fd, 1), EINVAL);
    CHECK_OK(close(fd));
    const int only_read = open(in_scratch("shared"), O_RDONLY);
    CHECK_ERRNO((long)mmap(NULL, kPage, PROT_READ | PROT_WRITE, MAP_SHARED, only_read, 0), EACCES);
    CHECK_OK(close(only_read));
}

static void read_of(volatile char* at)
{
    if (sigsetjmp(back, 1) == 0) {
        (void)*at;
        CHECK(!"the read did not fault");
    }
    CHECK_EQ(fault_at, at);
}

static void beyond_the_end(void)
{
    const int fd = pages("short", 1);
    CHECK_OK(ftruncate(fd, 100));
    volatile char* at = mmap(NULL, 2 * kPage, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    CHECK(at != MAP_FAILED);
    CHECK_EQ(at[99], 'a');
    CHECK_EQ(at[100], 0);
    read_of(at + kPage);
    CHECK_EQ(fault_signal, SIGBUS);
    CHECK_EQ(fault_code, BUS_ADRERR);
    CHECK_OK(ftruncate(fd, 2 * kPage));
    CHECK_EQ(at[kPage], 0);  // now there is a file
    CHECK_OK(ftruncate(fd, 0));
    read_of(at + 50);
    CHECK_EQ(fault_signal, SIGBUS);
    CHECK_OK(munmap((char*)at, 2 * kPage));
    CHECK_OK(close(fd));
}

static void nameless(void)
{
    const int fd = memfd_create("some memory", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    CHECK_OK(fd);
    CHECK_OK(ftruncate(fd, 2 * kPage));
    char* at = mmap(NULL, 2 * kPage, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    CHECK(at != MAP_FAILED);
    at[kPage] = 'm';
    char byte;
    CHECK_EQ(pread(fd, &byte, 1, kPage), 1);
    CHECK_EQ(byte, 'm');
    CHECK_OK(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW));
    CHECK_EQ(fcntl(fd, F_GET_SEALS), F_SEAL_SHRINK | F_SEAL_GROW);
    CHECK_ERRNO(ftruncate(fd, 0), EPERM);
    CHECK_ERRNO(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), EBUSY);
    CHECK_OK(munmap(at, 2 * kPage));
    CHECK_OK(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE));
    CHECK_ERRNO(write(fd, "x", 1), EPERM);
    CHECK_OK(close(fd));
}

int main(int argc, char** argv)
{
    scratch_from(argc, argv);
    handle(SIGSEGV, on_fault, 0);
    handle(SIGBUS, on_fault, 0);
    private_map();
    shared_map();
    beyond_the_end();
    nameless();
    return 0;
}
