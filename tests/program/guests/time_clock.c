// Clocks never go back, the vDSO's and the kernel's are the same, and sleeping takes no less than it is told to.
#include "check.h"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/times.h>
#include <time.h>

static int64_t nanoseconds(struct timespec time)
{
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static int64_t now(clockid_t clock)
{
    struct timespec time;
    CHECK_OK(clock_gettime(clock, &time));
    CHECK(time.tv_nsec >= 0 && time.tv_nsec < 1000000000);
    return nanoseconds(time);
}

static int64_t kernel_now(clockid_t clock)
{
    struct timespec time;
    CHECK_OK(syscall(SYS_clock_gettime, clock, &time));
    return nanoseconds(time);
}

static void clocks(void)
{
    static const clockid_t kClocks[] = {CLOCK_REALTIME,          CLOCK_MONOTONIC,     CLOCK_PROCESS_CPUTIME_ID,
                                        CLOCK_THREAD_CPUTIME_ID, CLOCK_MONOTONIC_RAW, CLOCK_REALTIME_COARSE,
                                        CLOCK_MONOTONIC_COARSE,  CLOCK_BOOTTIME,      CLOCK_TAI};
    for (size_t i = 0; i < sizeof kClocks / sizeof kClocks[0]; ++i) {
        const int64_t before = kernel_now(kClocks[i]);
        CHECK(before > 0 || kClocks[i] == CLOCK_THREAD_CPUTIME_ID || kClocks[i] == CLOCK_PROCESS_CPUTIME_ID);
        struct timespec resolution;
        CHECK_OK(clock_getres(kClocks[i], &resolution));
        CHECK(nanoseconds(resolution) > 0);
    }
    struct timespec time;
    CHECK_ERRNO(clock_gettime(77, &time), EINVAL);
    CHECK_ERRNO(clock_getres(77, &time), EINVAL);
}

// The kernel's answer lies between two of the vDSO's, and the other way round.
static void agreement(void)
{
    static const clockid_t kClocks[] = {CLOCK_MONOTONIC, CLOCK_BOOTTIME, CLOCK_MONOTONIC_RAW};
    for (size_t i = 0; i < sizeof kClocks / sizeof kClocks[0]; ++i) {
        int64_t last = now(kClocks[i]);
        for (int round = 0; round < 200; ++round) {
            const int64_t next = round % 2 ? kernel_now(kClocks[i]) : now(kClocks[i]);
            CHECK(next >= last);
            last = next;
        }
    }
}

static void wall_clock(void)
{
    const time_t before = time(NULL);
    struct timeval middle;
    CHECK_OK(gettimeofday(&middle, NULL));
    CHECK(middle.tv_usec >= 0 && middle.tv_usec < 1000000);
    CHECK(middle.tv_sec >= before);
    struct timeval kernels;
    CHECK_OK(syscall(SYS_gettimeofday, &kernels, NULL));
    CHECK(kernels.tv_sec >= middle.tv_sec);
    CHECK(now(CLOCK_REALTIME) / 1000000000 >= kernels.tv_sec);
    CHECK(syscall(SYS_time, NULL) >= before);
    CHECK(before > 1700000000);
}

static void sleeping(void)
{
    int64_t before = now(CLOCK_MONOTONIC);
    const struct timespec little = {0, 3000000};
    CHECK_OK(nanosleep(&little, NULL));
    CHECK(now(CLOCK_MONOTONIC) - before >= 3000000);
    before = now(CLOCK_MONOTONIC);
    CHECK_EQ(clock_nanosleep(CLOCK_MONOTONIC, 0, &little, NULL), 0);
    CHECK(now(CLOCK_MONOTONIC) - before >= 3000000);
    const int64_t until = now(CLOCK_MONOTONIC) + 3000000;
    const struct timespec then = {until / 1000000000, until % 1000000000};
    CHECK_EQ(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &then, NULL), 0);
    CHECK(now(CLOCK_MONOTONIC) >= until);
    const struct timespec wrong = {0, 1000000000};
    CHECK_ERRNO(nanosleep(&wrong, NULL), EINVAL);
    CHECK_EQ(clock_nanosleep(77, 0, &little, NULL), EINVAL);
}

// Work is seen by the clocks of the processor's time.
static void spent(void)
{
    const int64_t start = now(CLOCK_PROCESS_CPUTIME_ID), of_thread = now(CLOCK_THREAD_CPUTIME_ID);
    volatile unsigned long sum = 0;
    while (now(CLOCK_PROCESS_CPUTIME_ID) - start < 20000000) {
        for (int i = 0; i < 100000; ++i) sum += (unsigned)i;
    }
    CHECK(now(CLOCK_THREAD_CPUTIME_ID) > of_thread);
    struct rusage usage;
    CHECK_OK(getrusage(RUSAGE_SELF, &usage));
    CHECK(usage.ru_utime.tv_sec + usage.ru_utime.tv_usec + usage.ru_stime.tv_sec + usage.ru_stime.tv_usec > 0);
    CHECK(usage.ru_maxrss > 0);
    CHECK_OK(getrusage(RUSAGE_THREAD, &usage));
    CHECK_ERRNO(getrusage(77, &usage), EINVAL);
    struct tms ticks;
    CHECK(times(&ticks) > 0);
    CHECK_EQ(ticks.tms_cutime, 0);
}

int main(int argc, char** argv)
{
    scratch_from(argc, argv);
    clocks();
    agreement();
    wall_clock();
    sleeping();
    spent();
    return 0;
}
