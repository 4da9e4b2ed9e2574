// Futexes between threads: wait and wake, by bits, from one to another (requeue), in a file that is mapped twice.
#include "check.h"

#include <linux/futex.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/syscall.h>

enum { kThreads = 4 };

static _Atomic uint32_t word, other;
static atomic_int waiting, woken;
static uint32_t bits[kThreads];

static long futex(void* at, int operation, uint32_t value, void* timeout, void* second, uint32_t third)
{
    return syscall(SYS_futex, at, operation, value, timeout, second, third);
}

static void* wait_by_bits(void* argument)
{
    atomic_fetch_add(&waiting, 1);
    while (futex(&word, FUTEX_WAIT_BITSET_PRIVATE, 0, NULL, NULL, *(uint32_t*)argument) != 0) CHECK_EQ(errno, EINTR);
    atomic_fetch_add(&woken, 1);
    return NULL;
}

// Wakes until `count` were woken in all: how many wait yet is only known by waking them.
static void wake_until(int operation, uint32_t bitset, int count)
{
    int sum = 0;
    while (sum < count) sum += (int)futex(&word, operation, (uint32_t)(count - sum), NULL, NULL, bitset);
}

static void by_bits(void)
{
    pthread_t threads[kThreads];
    for (int i = 0; i < kThreads; ++i) {
        bits[i] = i % 2 ? 0xF0 : 0x0F;
        CHECK_EQ(pthread_create(&threads[i], NULL, wait_by_bits, &bits[i]), 0);
    }
    wake_until(FUTEX_WAKE_BITSET_PRIVATE, 0x10, 2);
    CHECK_EQ(pthread_join(threads[1], NULL), 0);
    CHECK_EQ(pthread_join(threads[3], NULL), 0);
    CHECK_EQ(futex(&word, FUTEX_WAKE_BITSET_PRIVATE, 10, NULL, NULL, 0xF0), 0);
    CHECK_EQ(woken, 2);
    wake_until(FUTEX_WAKE_BITSET_PRIVATE, 0x01, 2);
    CHECK_EQ(pthread_join(threads[0], NULL), 0);
    CHECK_EQ(pthread_join(threads[2], NULL), 0);
}

// Whether all were moved and stayed there. One that the kernel interrupts makes its call again, and waits where it did at first.
static int all_requeued(void)
{
    pthread_t threads[kThreads];
    static uint32_t any = FUTEX_BITSET_MATCH_ANY;
    waiting = woken = 0;
    for (int i = 0; i < kThreads; ++i) CHECK_EQ(pthread_create(&threads[i], NULL, wait_by_bits, &any), 0);
    int moved = 0;
    while (moved < kThreads) moved += (int)futex(&word, FUTEX_CMP_REQUEUE_PRIVATE, 0, (void*)kThreads, &other, 0);
    const int back = (int)futex(&word, FUTEX_WAKE_PRIVATE, 100, NULL, NULL, 0);
    CHECK(woken <= back);
    const int there = (int)futex(&other, FUTEX_WAKE_PRIVATE, 100, NULL, NULL, 0);
    if (back + there < kThreads) wake_until(FUTEX_WAKE_BITSET_PRIVATE, FUTEX_BITSET_MATCH_ANY, kThreads - back - there);
    for (int i = 0; i < kThreads; ++i) CHECK_EQ(pthread_join(threads[i], NULL), 0);
    return there == kThreads;
}

static void requeued(void)
{
    int rounds = 0;
    while (!all_requeued()) CHECK(++rounds < 100);
}

static void* wait_in_file(void* argument)
{
    _Atomic uint32_t* at = argument;
    while (atomic_load(at) == 0) futex((void*)at, FUTEX_WAIT, 0, NULL, NULL, 0);
    return (void*)(intptr_t)atomic_load(at);
}

static void in_file(void)
{
    const int fd = file_with("word", "");
    CHECK_OK(ftruncate(fd, kPage));
    _Atomic uint32_t* one = mmap(NULL, kPage, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    _Atomic uint32_t* two = mmap(NULL, kPage, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    CHECK(one != MAP_FAILED && two != MAP_FAILED && one != two);
    pthread_t thread;
    void* result;
    CHECK_EQ(pthread_create(&thread, NULL, wait_in_file, one), 0);
    atomic_store(two, 5);
    CHECK_OK(futex((void*)two, FUTEX_WAKE, 1, NULL, NULL, 0));
    CHECK_EQ(pthread_join(thread, &result), 0);
    CHECK_EQ((intptr_t)result, 5);
}

// Two threads, one word, as often as they can.
static void* pong(void* argument)
{
    for (uint32_t i = 0; i < 2000; ++i) {
        while (atomic_load(&word) != 2 * i + 1) futex(&word, FUTEX_WAIT_PRIVATE, 2 * i, NULL, NULL, 0);
        atomic_store(&word, 2 * i + 2);
        futex(&word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
    }
    return argument;
}

static void ping(void)
{
    word = 0;
    pthread_t thread;
    CHECK_EQ(pthread_create(&thread, NULL, pong, NULL), 0);
    for (uint32_t i = 0; i < 2000; ++i) {
        atomic_store(&word, 2 * i + 1);
        futex(&word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
        while (atomic_load(&word) != 2 * i + 2) futex(&word, FUTEX_WAIT_PRIVATE, 2 * i + 1, NULL, NULL, 0);
    }
    CHECK_EQ(pthread_join(thread, NULL), 0);
}

int main(int argc, char** argv)
{
    scratch_from(argc, argv);
    by_bits();
    requeued();
    in_file();
    ping();
    return 0;
}
