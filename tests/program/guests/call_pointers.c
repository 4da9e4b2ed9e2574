// Bad pointers at many calls: EFAULT (or what the kernel says before it looks), never more than that.
#include "check.h"

#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>

static int file, ends[2];
static char* last_page;  // readable, and nothing behind it

// What no program may point at: null's page, past the end of user space, the kernel's half, not canonical, the very end.
static const unsigned long kBad[] = {0x1,
                                     0xFFF,
                                     0x7FFFFFFFF000,
                                     0x7FFFFFFFFFFF,
                                     0x800000000000,
                                     0xFFFF800000000000,
                                     0xFFFFFFFFFF600000,
                                     0xFFFFFFFFFFFFF000,
                                     0xFFFFFFFFFFFFFFF8};

static void expect_fault(const char* what, int line, long result, int error, unsigned long at)
{
    if (result == -1 && error == EFAULT) return;
    fprintf(stderr, "call_pointers.c:%d: %s with %#lx: got %ld, errno %d, wanted EFAULT\n", line, what, at, result, error);
    exit(1);
}

#define FAULTS(call)                                    \
    do {                                                \
        errno = 0;                                      \
        const long got = (long)(call);                  \
        expect_fault(#call, __LINE__, got, errno, bad); \
    } while (0)

static void on_files(unsigned long bad)
{
    FAULTS(syscall(SYS_read, file, bad, 8));
    FAULTS(syscall(SYS_write, ends[1], bad, 8));
    FAULTS(syscall(SYS_pread64, file, bad, 8, 0));
    FAULTS(syscall(SYS_readv, file, bad, 1));
    FAULTS(syscall(SYS_open, bad, O_RDONLY));
    FAULTS(syscall(SYS_openat, AT_FDCWD, bad, O_RDONLY));
    FAULTS(syscall(SYS_stat, bad, last_page));
    FAULTS(syscall(SYS_stat, check_scratch, bad));
    FAULTS(syscall(SYS_fstat, file, bad));
    FAULTS(syscall(SYS_newfstatat, AT_FDCWD, check_scratch, bad, 0));
    FAULTS(syscall(SYS_statx, AT_FDCWD, check_scratch, 0, 0x7FF, bad));
    FAULTS(syscall(SYS_access, bad, F_OK));
    FAULTS(syscall(SYS_readlink, bad, last_page, 10));
    FAULTS(syscall(SYS_rename, check_scratch, bad));
    FAULTS(syscall(SYS_mkdir, bad, 0755));
    FAULTS(syscall(SYS_unlink, bad));
    FAULTS(syscall(SYS_chdir, bad));
    FAULTS(syscall(SYS_getcwd, bad, 512));
    FAULTS(syscall(SYS_pipe, bad));
    FAULTS(syscall(SYS_poll, bad, 1, 0));
    FAULTS(syscall(SYS_fcntl, file, F_GETLK, bad));
    FAULTS(syscall(SYS_statfs, check_scratch, bad));
}

static void on_the_rest(unsigned long bad)
{
    FAULTS(syscall(SYS_clock_gettime, CLOCK_REALTIME, bad));
    FAULTS(syscall(SYS_gettimeofday, bad, NULL));
    FAULTS(syscall(SYS_nanosleep, bad, NULL));
    FAULTS(syscall(SYS_uname, bad));
    FAULTS(syscall(SYS_sysinfo, bad));
    FAULTS(syscall(SYS_getrlimit, 7, bad));
    FAULTS(syscall(SYS_prlimit64, 0, 7, NULL, bad));
    FAULTS(syscall(SYS_getrusage, 0, bad));
    FAULTS(syscall(SYS_times, bad));
    FAULTS(syscall(SYS_getrandom, bad, 8, 0));
    FAULTS(syscall(SYS_rt_sigaction, SIGUSR1, bad, NULL, 8L));
    FAULTS(syscall(SYS_rt_sigaction, SIGUSR1, NULL, bad, 8L));
    FAULTS(syscall(SYS_rt_sigprocmask, SIG_BLOCK, bad, NULL, 8L));
    FAULTS(syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, bad, 8L));
    FAULTS(syscall(SYS_rt_sigpending, bad, 8L));
    FAULTS(syscall(SYS_sigaltstack, bad, NULL));
    FAULTS(syscall(SYS_sigaltstack, NULL, bad));
    FAULTS(syscall(SYS_setitimer, 0, bad, NULL));
    FAULTS(syscall(SYS_getitimer, 0, bad));
    FAULTS(syscall(SYS_timer_create, CLOCK_MONOTONIC, NULL, bad));
    FAULTS(syscall(SYS_sched_getaffinity, 0, 128, bad));
    FAULTS(syscall(SYS_getcpu, bad, NULL, NULL));
    FAULTS(syscall(SYS_prctl, 16, bad));
    FAULTS(syscall(SYS_memfd_create, bad, 0));
    FAULTS(syscall(SYS_rt_sigsuspend, bad, 8L));
    FAULTS(syscall(SYS_rt_sigtimedwait, bad, NULL, NULL, 8L));
}

// Structures and texts that start on the last page and end behind it.
static void straddling(void)
{
    const unsigned long bad = (unsigned long)(last_page + kPage - 4);
    memset((char*)bad, 'x', 4);
    FAULTS(syscall(SYS_open, bad, O_RDONLY));
    FAULTS(syscall(SYS_uname, bad));
    FAULTS(syscall(SYS_fstat, file, bad));
    FAULTS(syscall(SYS_clock_gettime, CLOCK_REALTIME, bad));
    FAULTS(syscall(SYS_nanosleep, bad, NULL));
    FAULTS(syscall(SYS_rt_sigaction, SIGUSR1, bad, NULL, 8L));
    CHECK_EQ(pwrite(file, "12345678", 8, 0), 8);
    // As much as there is room for may be moved.
    const long moved = syscall(SYS_pread64, file, bad, 8, 0);
    CHECK(moved == 4 || (moved == -1 && errno == EFAULT));
    const struct {
        unsigned long at, size;
    } vectors[] = {{(unsigned long)last_page, 4}, {0x1, 4}};
    CHECK_EQ(syscall(SYS_preadv, file, vectors, 2, 0), 4);
}

int main(int argc, char** argv)
{
    scratch_from(argc, argv);
    file = file_with("file", "12345678");
    CHECK_OK(pipe(ends));
    last_page = mmap(NULL, 2 * kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK_OK(munmap(last_page + kPage, kPage));
    for (size_t i = 0; i < sizeof kBad / sizeof kBad[0]; ++i) {
        CHECK_EQ(lseek(file, 0, SEEK_SET), 0);
        on_files(kBad[i]);
        on_the_rest(kBad[i]);
    }
    straddling();
    return 0;
}
