// What futex answers to one thread alone: its errors, its time-outs, waking nobody.
#include "check.h"

#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>

static uint32_t word;

static long futex(void* at, int operation, uint32_t value, const struct timespec* timeout, void* second, uint32_t third)
{
    return syscall(SYS_futex, at, operation, value, timeout, second, third);
}

static int64_t nanoseconds(clockid_t clock)
{
    struct timespec time;
    CHECK_OK(clock_gettime(clock, &time));
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static void waiting(void)
{
    const struct timespec little = {0, 2000000};
    word = 5;
    CHECK_ERRNO(futex(&word, FUTEX_WAIT, 4, NULL, NULL, 0), EAGAIN);
    CHECK_ERRNO(futex(&word, FUTEX_WAIT_PRIVATE, 4, NULL, NULL, 0), EAGAIN);
    int64_t before = nanoseconds(CLOCK_MONOTONIC);
    CHECK_ERRNO(futex(&word, FUTEX_WAIT_PRIVATE, 5, &little, NULL, 0), ETIMEDOUT);
    CHECK(nanoseconds(CLOCK_MONOTONIC) - before >= 2000000);
    static const clockid_t kClocks[] = {CLOCK_MONOTONIC, CLOCK_REALTIME};
    for (int i = 0; i < 2; ++i) {
        const int64_t until = nanoseconds(kClocks[i]) + 2000000;
        const struct timespec then = {until / 1000000000, until % 1000000000};
        const int operation = FUTEX_WAIT_BITSET_PRIVATE | (i == 1 ? FUTEX_CLOCK_REALTIME : 0);
        CHECK_ERRNO(futex(&word, operation, 5, &then, NULL, FUTEX_BITSET_MATCH_ANY), ETIMEDOUT);
        CHECK(nanoseconds(kClocks[i]) >= until);
    }
    const struct timespec wrong = {0, 1000000000};
    CHECK_ERRNO(futex(&word, FUTEX_WAIT_PRIVATE, 5, &wrong, NULL, 0), EINVAL);
    CHECK_ERRNO(futex(&word, FUTEX_WAIT_BITSET_PRIVATE, 5, NULL, NULL, 0), EINVAL);
}

static void waking(void)
{
    static uint32_t other = 9;
    CHECK_EQ(futex(&word, FUTEX_WAKE_PRIVATE, 10, NULL, NULL, 0), 0);
    CHECK_EQ(futex(&word, FUTEX_WAKE, 10, NULL, NULL, 0), 0);
    CHECK_EQ(futex(&word, FUTEX_WAKE_BITSET_PRIVATE, 1, NULL, NULL, 4), 0);
    CHECK_EQ(futex(&word, FUTEX_REQUEUE_PRIVATE, 1, (void*)10, &other, 0), 0);
    CHECK_ERRNO(futex(&word, FUTEX_CMP_REQUEUE_PRIVATE, 1, (void*)10, &other, 77), EAGAIN);
    CHECK_EQ(futex(&word, FUTEX_CMP_REQUEUE_PRIVATE, 1, (void*)10, &other, 5), 0);
    const uint32_t add = FUTEX_OP(FUTEX_OP_ADD, 3, FUTEX_OP_CMP_EQ, 9);
    CHECK_EQ(futex(&word, FUTEX_WAKE_OP_PRIVATE, 1, (void*)1, &other, add), 0);
    CHECK_EQ(other, 12);
}

static void wrong(void)
{
    char* at = (char*)&word;
    CHECK_ERRNO(futex(at + 1, FUTEX_WAIT_PRIVATE, 5, NULL, NULL, 0), EINVAL);
    CHECK_ERRNO(futex((void*)8, FUTEX_WAIT_PRIVATE, 5, NULL, NULL, 0), EFAULT);
    CHECK_ERRNO(futex((void*)0xFFFF800000000000, FUTEX_WAIT_PRIVATE, 5, NULL, NULL, 0), EFAULT);
    CHECK_ERRNO(futex(&word, FUTEX_WAIT_PRIVATE, 5, (void*)8, NULL, 0), EFAULT);
    CHECK_ERRNO(futex(&word, 99, 5, NULL, NULL, 0), ENOSYS);
    CHECK_ERRNO(futex(&word, FUTEX_UNLOCK_PI_PRIVATE, 0, NULL, NULL, 0), EPERM);
}

static void shared(void)
{
    const int fd = file_with("word", "");
    CHECK_OK(ftruncate(fd, kPage));
    uint32_t* in_file = mmap(NULL, kPage, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    CHECK(in_file != MAP_FAILED);
    const struct timespec little = {0, 1000000};
    CHECK_ERRNO(futex(in_file, FUTEX_WAIT, 0, &little, NULL, 0), ETIMEDOUT);
    CHECK_EQ(futex(in_file, FUTEX_WAKE, 1, NULL, NULL, 0), 0);
}

int main(int argc, char** argv)
{
    scratch_from(argc, argv);
    waiting();
    waking();
    wrong();
    shared();
    return 0;
}
