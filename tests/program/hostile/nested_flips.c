// Pointers and flags within structures, turned from good to bad and back by another thread between check and use: a call fails or
// does what one of the two values says; nothing of Husk's is read or written.
#include "hostile.h"

#include <linux/sched.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/epoll.h>
#include <sys/uio.h>
#include <time.h>

enum { kRounds = 700, kFew = 700, kSize = 64 };

static volatile uint64_t* flipped;  // what the other thread writes
static volatile uint64_t values[2];
static atomic_int done, running;
static char good[kSize] __attribute__((aligned(64)));

static void* flip(void* unused)
{
    (void)unused;
    running = 1;
    while (!done) {
        *flipped = values[0];
        *flipped = values[1];
    }
    return NULL;
}

static pthread_t start(volatile void* at, uint64_t first, uint64_t second)
{
    flipped = at;
    values[0] = first;
    values[1] = second;
    done = running = 0;
    pthread_t thread;
    CHECK_EQ(pthread_create(&thread, NULL, flip, NULL), 0);
    while (!running) sched_yield();
    return thread;
}

static void stop(pthread_t thread)
{
    done = 1;
    CHECK_EQ(pthread_join(thread, NULL), 0);
}

/// What is bad: Husk's page tables, its stub, beyond the space, the host's own.
static const uint64_t kBad[] = {HUSK_OWN,   HUSK_OWN + 0x7000, HUSK_OWN + 0x200000, HUSK_VDSO,
                                HUSK_SPACE, 0x7F0000000000,    0xFFFFFFFFFFFFF000};

static void written_vectors(void)
{
    int ends[2];
    CHECK_OK(pipe(ends));
    for (size_t bad = 0; bad < sizeof kBad / sizeof kBad[0]; ++bad) {
        volatile struct iovec vector = {good, kSize};
        const pthread_t thread = start(&vector.iov_base, (uint64_t)good, kBad[bad]);
        for (int i = 0; i < kRounds; ++i) {
            const long size = syscall(SYS_writev, ends[1], &vector, 1);
            if (size < 0) {
                CHECK_EQ(errno, EFAULT);
                continue;
            }
            char got[kSize];
            CHECK_EQ(read(ends[0], got, kSize), size);
            CHECK(memcmp(got, good, (size_t)size) == 0);
        }
        stop(thread);
    }
    close(ends[0]);
    close(ends[1]);
}

static void read_vectors(void)
{
    const int file = file_with("zero", "");
    CHECK_OK(ftruncate(file, kSize));
    for (size_t bad = 0; bad < sizeof kBad / sizeof kBad[0]; ++bad) {
        static char into[kSize];
        volatile struct iovec vector = {into, kSize};
        const pthread_t thread = start(&vector.iov_base, (uint64_t)into, kBad[bad]);
        for (int i = 0; i < kRounds; ++i) {
            const long size = syscall(SYS_preadv, file, &vector, 1, 0);
            CHECK(size == kSize || (size == -1 && errno == EFAULT));
        }
        stop(thread);
    }
    close(file);
}

static void lengths(void)
{
    int ends[2];
    CHECK_OK(pipe(ends));
    volatile struct iovec vector = {good, kSize};
    const pthread_t thread = start(&vector.iov_len, kSize, HUSK_SPACE);
    for (int i = 0; i < kFew; ++i) {
        const long size = syscall(SYS_writev, ends[1], &vector, 1);
        if (size < 0) {
            CHECK_EQ(errno, EFAULT);
            continue;
        }
        char got[kSize];
        CHECK_EQ(size, kSize);
        CHECK_EQ(read(ends[0], got, kSize), size);
    }
    stop(thread);
    close(ends[0]);
    close(ends[1]);
}

/// Descriptors in poll's array: Husk's are not open, whatever the moment.
static void polled(void)
{
    struct pollfd polls[2] = {{.fd = 0, .events = POLLIN}, {.fd = -1}};
    const uint64_t of_guest = 1UL | (uint64_t)POLLOUT << 32, husks = 1030UL | (uint64_t)(POLLIN | POLLOUT) << 32;
    const pthread_t thread = start(&polls[0], of_guest, husks);
    for (int i = 0; i < kFew; ++i) {
        const long count = syscall(SYS_poll, polls, 2, 0);
        CHECK(count >= 0 || errno == EFAULT);
    }
    stop(thread);
}

/// A folder's name that becomes one outside, and back, while it is opened.
static void names(void)
{
    static char name[64] __attribute__((aligned(8)));
    const int file = file_with("name0000", "inside");
    close(file);
    uint64_t inside, outside;
    memcpy(&inside, "name0000", 8);
    memcpy(&outside, "../secre", 8);  // "../secret", the file that nobody granted
    memcpy(name, "name0000", 9);
    memcpy(name + 8, "", 1);
    const pthread_t thread = start(name, inside, outside);
    name[8] = 't';
    for (int i = 0; i < kFew; ++i) {
        name[8] = i % 2 ? 't' : '\0';
        const int fd = open(name, O_RDONLY);
        if (fd < 0) continue;
        char text[16] = "";
        CHECK_OK(read(fd, text, sizeof text - 1));
        CHECK(strcmp(text, "inside") == 0);
        close(fd);
    }
    stop(thread);
}

static void times(void)
{
    volatile struct timespec time = {0, 1};
    const pthread_t thread = start(&time.tv_nsec, 1, (uint64_t)-1);
    for (int i = 0; i < kFew; ++i) {
        const long result = syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &time, NULL);
        CHECK(result == 0 || errno == EINVAL);
    }
    stop(thread);
}

static void handler(int signal)
{
    (void)signal;
}

/// The handler of a signal flips between one and an address of Husk's; it is never run here.
static void actions(void)
{
    struct {
        uint64_t handler, flags, restorer, mask;
    } action = {(uint64_t)handler, 0x04000000, (uint64_t)handler, 0}, before;
    const pthread_t thread = start(&action.handler, (uint64_t)handler, HUSK_OWN + 0x7000);
    for (int i = 0; i < kFew; ++i) {
        CHECK_OK(syscall(SYS_rt_sigaction, SIGUSR2, &action, NULL, 8L));
        CHECK_OK(syscall(SYS_rt_sigaction, SIGUSR2, NULL, &before, 8L));
        CHECK(before.handler == (uint64_t)handler || before.handler == HUSK_OWN + 0x7000);
    }
    stop(thread);
}

/// clone3 whose flags flip between a thread, which is refused for its stack, and a process, which there is none of.
static void clones(void)
{
    struct clone_args arguments;
    memset(&arguments, 0, sizeof arguments);
    arguments.stack_size = kPage;  // and no stack: EINVAL
    const uint64_t of_thread = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD;
    const pthread_t thread = start(&arguments.flags, of_thread, CLONE_INTO_CGROUP);
    for (int i = 0; i < kFew; ++i) {
        const long result = syscall(SYS_clone3, &arguments, sizeof arguments);
        CHECK(result == -1 && (errno == EINVAL || errno == EPERM));
    }
    stop(thread);
}

/// Where a copy is written to, between memory and Husk's: copy_file_range's offset and epoll's events.
static void offsets(void)
{
    const int from = file_with("from", "0123456789");
    const int to = file_with("to", "");
    volatile int64_t offset = 0;
    const pthread_t thread = start(&offset, 0, (uint64_t)-5);
    for (int i = 0; i < kFew; ++i) {
        int64_t start_at = 0;
        const long result = syscall(SYS_copy_file_range, from, &start_at, to, &offset, 4, 0);
        CHECK(result >= 0 || errno == EINVAL || errno == EOVERFLOW);
    }
    stop(thread);
    CHECK_OK(ftruncate(to, 0));
    close(from);
    close(to);
}

int main(int argc, char** argv)
{
    scratch_from(argc, argv);
    CHECK_OK(chdir(check_scratch));
    memset(good, 'g', sizeof good);
    written_vectors();
    read_vectors();
    lengths();
    polled();
    names();
    times();
    actions();
    clones();
    offsets();
    return 0;
}
