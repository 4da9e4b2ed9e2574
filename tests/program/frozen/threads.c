// Threads go on where they were: one that waits for a lock, one for a condition, one that sleeps, one that reads from a pipe, one
// that counts.
#include "../guests/check.h"

#include <husk/guest.h>

#include <pthread.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <time.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t other = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static int told, ends[2];
static atomic_int waiting, stop;
static atomic_long counted;
static __thread pid_t id;

static void begin(void)
{
    id = (pid_t)syscall(SYS_gettid);
    ++waiting;
}

static void end(void)
{
    CHECK_EQ(id, syscall(SYS_gettid));
}

static void* for_lock(void* nothing)
{
    begin();
    pthread_mutex_lock(&lock);
    pthread_mutex_unlock(&lock);
    end();
    return nothing;
}

static void* for_condition(void* nothing)
{
    begin();
    pthread_mutex_lock(&other);
    while (!told) pthread_cond_wait(&condition, &other);
    pthread_mutex_unlock(&other);
    end();
    return nothing;
}

static void* for_time(void* nothing)
{
    begin();
    const struct timespec time = {.tv_nsec = 300000000};
    CHECK_EQ(nanosleep(&time, NULL), 0);
    end();
    return nothing;
}

static void* for_bytes(void* nothing)
{
    begin();
    char byte = 0;
    CHECK_EQ(read(ends[0], &byte, 1), 1);
    CHECK_EQ(byte, 'x');
    end();
    return nothing;
}

static void* counts(void* nothing)
{
    begin();
    while (!stop) ++counted;
    end();
    return nothing;
}

int main(void)
{
    enum { kThreads = 5 };
    void* (*const all[kThreads])(void*) = {for_lock, for_condition, for_time, for_bytes, counts};
    pthread_t threads[kThreads];
    CHECK_OK(pipe(ends));
    const pid_t process = getpid();
    begin();
    pthread_mutex_lock(&lock);
    for (int i = 0; i < kThreads; ++i) CHECK_EQ(pthread_create(&threads[i], NULL, all[i], NULL), 0);
    while (waiting != kThreads + 1) sched_yield();
    usleep(50000);
    const long number = husk_freeze_here();
    if (number == -HUSK_ENOSYS) return 0;
    CHECK_EQ(getpid(), process);
    end();
    const long before = counted;
    while (counted == before) sched_yield();
    pthread_mutex_unlock(&lock);
    pthread_mutex_lock(&other);
    told = 1;
    pthread_cond_broadcast(&condition);
    pthread_mutex_unlock(&other);
    CHECK_EQ(write(ends[1], "x", 1), 1);
    stop = 1;
    for (int i = 0; i < kThreads; ++i) CHECK_EQ(pthread_join(threads[i], NULL), 0);
    pthread_t more;
    stop = 1;
    CHECK_EQ(pthread_create(&more, NULL, counts, NULL), 0);
    CHECK_EQ(pthread_join(more, NULL), 0);
    printf("all in thaw %ld\n", number);
    return 0;
}
