// Mutexes whose owner dies, that inherit priority, that check for errors, that may be taken again.
#include "check.h"

#include <pthread.h>
#include <sys/mman.h>
#include <sys/syscall.h>

static pthread_mutex_t mutex;

static void make(int robust, int protocol, int type)
{
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    CHECK_EQ(pthread_mutexattr_setrobust(&attributes, robust), 0);
    CHECK_EQ(pthread_mutexattr_setprotocol(&attributes, protocol), 0);
    CHECK_EQ(pthread_mutexattr_settype(&attributes, type), 0);
    CHECK_EQ(pthread_mutex_init(&mutex, &attributes), 0);
}

static void* lock_and_die(void* argument)
{
    CHECK_EQ(pthread_mutex_lock(&mutex), 0);
    return argument;
}

static void* die_as_thread_only(void* argument)
{
    (void)argument;
    CHECK_EQ(pthread_mutex_lock(&mutex), 0);
    syscall(SYS_exit, 0);
    return NULL;
}

static void owner_died(int protocol, void* (*work)(void*))
{
    make(PTHREAD_MUTEX_ROBUST, protocol, PTHREAD_MUTEX_NORMAL);
    pthread_t thread;
    CHECK_EQ(pthread_create(&thread, NULL, work, NULL), 0);
    CHECK_EQ(pthread_join(thread, NULL), 0);
    CHECK_EQ(pthread_mutex_lock(&mutex), EOWNERDEAD);
    CHECK_EQ(pthread_mutex_consistent(&mutex), 0);
    CHECK_EQ(pthread_mutex_unlock(&mutex), 0);
    CHECK_EQ(pthread_mutex_lock(&mutex), 0);
    CHECK_EQ(pthread_mutex_unlock(&mutex), 0);
    CHECK_EQ(pthread_create(&thread, NULL, work, NULL), 0);
    CHECK_EQ(pthread_join(thread, NULL), 0);
    CHECK_EQ(pthread_mutex_lock(&mutex), EOWNERDEAD);
    CHECK_EQ(pthread_mutex_unlock(&mutex), 0);  // not made consistent
    CHECK_EQ(pthread_mutex_lock(&mutex), ENOTRECOVERABLE);
}

enum { kRounds = 2000 };
static long sum;

static void* add(void* argument)
{
    for (int i = 0; i < kRounds; ++i) {
        CHECK_EQ(pthread_mutex_lock(&mutex), 0);
        ++sum;
        CHECK_EQ(pthread_mutex_unlock(&mutex), 0);
    }
    return argument;
}

static void contended(int protocol)
{
    make(PTHREAD_MUTEX_STALLED, protocol, PTHREAD_MUTEX_NORMAL);
    sum = 0;
    pthread_t threads[3];
    for (int i = 0; i < 3; ++i) CHECK_EQ(pthread_create(&threads[i], NULL, add, NULL), 0);
    for (int i = 0; i < 3; ++i) CHECK_EQ(pthread_join(threads[i], NULL), 0);
    CHECK_EQ(sum, 3 * kRounds);
}

static void kinds(void)
{
    make(PTHREAD_MUTEX_STALLED, PTHREAD_PRIO_NONE, PTHREAD_MUTEX_RECURSIVE);
    for (int i = 0; i < 3; ++i) CHECK_EQ(pthread_mutex_lock(&mutex), 0);
    for (int i = 0; i < 3; ++i) CHECK_EQ(pthread_mutex_unlock(&mutex), 0);
    CHECK_EQ(pthread_mutex_unlock(&mutex), EPERM);
    make(PTHREAD_MUTEX_STALLED, PTHREAD_PRIO_INHERIT, PTHREAD_MUTEX_ERRORCHECK);
    CHECK_EQ(pthread_mutex_lock(&mutex), 0);
    CHECK_EQ(pthread_mutex_lock(&mutex), EDEADLK);
    CHECK_EQ(pthread_mutex_unlock(&mutex), 0);
}

static void raw(void)
{
    void* head;
    size_t size;
    CHECK_OK(syscall(SYS_get_robust_list, 0, &head, &size));
    CHECK(head != NULL);
    CHECK_ERRNO(syscall(SYS_set_robust_list, head, 1L), EINVAL);
}

int main(void)
{
    owner_died(PTHREAD_PRIO_NONE, lock_and_die);
    owner_died(PTHREAD_PRIO_NONE, die_as_thread_only);
    owner_died(PTHREAD_PRIO_INHERIT, lock_and_die);
    contended(PTHREAD_PRIO_NONE);
    contended(PTHREAD_PRIO_INHERIT);
    kinds();
    raw();
    return 0;
}
