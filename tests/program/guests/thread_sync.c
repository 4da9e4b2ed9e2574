// What threads wait with: mutex, condition, rwlock, barrier, semaphore, once, spinlock; and atomics without any.
#include "check.h"

#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <time.h>

enum { kThreads = 4, kRounds = 20000 };

static void run(void* (*work)(void*))
{
    pthread_t threads[kThreads];
    for (intptr_t i = 0; i < kThreads; ++i) CHECK_EQ(pthread_create(&threads[i], NULL, work, (void*)i), 0);
    for (int i = 0; i < kThreads; ++i) CHECK_EQ(pthread_join(threads[i], NULL), 0);
}

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_spinlock_t spin;
static atomic_long atomic_sum;
static long mutex_sum, spin_sum;

static void* add(void* argument)
{
    (void)argument;
    for (int i = 0; i < kRounds; ++i) {
        pthread_mutex_lock(&mutex);
        ++mutex_sum;
        pthread_mutex_unlock(&mutex);
        atomic_fetch_add(&atomic_sum, 3);
        pthread_spin_lock(&spin);
        ++spin_sum;
        pthread_spin_unlock(&spin);
    }
    return NULL;
}

static void sums(void)
{
    pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE);
    run(add);
    CHECK_EQ(mutex_sum, kThreads * kRounds);
    CHECK_EQ(atomic_sum, 3 * kThreads * kRounds);
    CHECK_EQ(spin_sum, kThreads * kRounds);
}

static pthread_cond_t turned = PTHREAD_COND_INITIALIZER;
static int turn;

// The threads take turns, in order.
static void* take_turns(void* argument)
{
    const int index = (int)(intptr_t)argument;
    for (int i = 0; i < 100; ++i) {
        pthread_mutex_lock(&mutex);
        while (turn % kThreads != index) pthread_cond_wait(&turned, &mutex);
        CHECK_EQ(turn, i * kThreads + index);
        ++turn;
        pthread_cond_broadcast(&turned);
        pthread_mutex_unlock(&mutex);
    }
    return NULL;
}

static void timeouts(void)
{
    struct timespec until;
    CHECK_OK(clock_gettime(CLOCK_REALTIME, &until));
    until.tv_nsec += 2000000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    CHECK_EQ(pthread_mutex_lock(&mutex), 0);
    CHECK_EQ(pthread_cond_timedwait(&turned, &mutex, &until), ETIMEDOUT);
    CHECK_EQ(pthread_mutex_timedlock(&mutex, &until), ETIMEDOUT);
    CHECK_EQ(pthread_mutex_trylock(&mutex), EBUSY);
    CHECK_EQ(pthread_mutex_unlock(&mutex), 0);
    sem_t empty;
    CHECK_OK(sem_init(&empty, 0, 0));
    CHECK_ERRNO(sem_timedwait(&empty, &until), ETIMEDOUT);
    CHECK_ERRNO(sem_trywait(&empty), EAGAIN);
}

static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static volatile long pair[2];

static void* read_or_write(void* argument)
{
    for (int i = 0; i < 2000; ++i) {
        if (((intptr_t)argument + i) % 4 == 0) {
            pthread_rwlock_wrlock(&rwlock);
            pair[0] = pair[0] + 1;
            sched_yield();
            pair[1] = pair[1] + 1;
        } else {
            pthread_rwlock_rdlock(&rwlock);
            CHECK_EQ(pair[0], pair[1]);
        }
        pthread_rwlock_unlock(&rwlock);
    }
    return NULL;
}

static pthread_barrier_t barrier;
static atomic_int arrived, serial;
static sem_t tokens;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static atomic_int initialised;

static void initialise(void)
{
    atomic_fetch_add(&initialised, 1);
}

static void* meet(void* argument)
{
    (void)argument;
    pthread_once(&once, initialise);
    for (int i = 1; i <= 100; ++i) {
        atomic_fetch_add(&arrived, 1);
        if (pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD) atomic_fetch_add(&serial, 1);
        CHECK_EQ(atomic_load(&arrived), i * kThreads);
        pthread_barrier_wait(&barrier);
    }
    for (int i = 0; i < 500; ++i) {
        CHECK_OK(sem_wait(&tokens));
        CHECK_OK(sem_post(&tokens));
    }
    return NULL;
}

int main(void)
{
    sums();
    run(take_turns);
    timeouts();
    run(read_or_write);
    CHECK_EQ(pair[0], pair[1]);
    pthread_barrier_init(&barrier, NULL, kThreads);
    CHECK_OK(sem_init(&tokens, 0, 2));
    run(meet);
    CHECK_EQ(serial, 100);
    CHECK_EQ(initialised, 1);
    return 0;
}
