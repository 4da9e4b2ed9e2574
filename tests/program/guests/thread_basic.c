// Threads: made, joined, detached, ended; each with its own number, stack and thread-local variables.
#include "check.h"

#include <pthread.h>
#include <semaphore.h>
#include <sys/syscall.h>

enum { kThreads = 8 };

static __thread int own = 5;
static __thread char own_text[64];
static pid_t numbers[kThreads];

static void* work(void* argument)
{
    const int index = (int)(intptr_t)argument;
    CHECK_EQ(own, 5);
    own = index;
    snprintf(own_text, sizeof own_text, "thread %d", index);
    numbers[index] = (pid_t)syscall(SYS_gettid);
    CHECK(numbers[index] != getpid());
    volatile char stack[100 * 1024];
    memset((char*)stack, index, sizeof stack);
    for (int i = 0; i < 1000; ++i) CHECK(own == index && own_text[7] == (char)('0' + index));
    CHECK_EQ(stack[5000], index);
    return (void*)(intptr_t)(index * 11);
}

static void joined(void)
{
    pthread_t threads[kThreads];
    for (intptr_t i = 0; i < kThreads; ++i) CHECK_EQ(pthread_create(&threads[i], NULL, work, (void*)i), 0);
    for (int i = 0; i < kThreads; ++i) {
        void* result;
        CHECK_EQ(pthread_join(threads[i], &result), 0);
        CHECK_EQ((intptr_t)result, i * 11);
    }
    for (int i = 0; i < kThreads; ++i)
        for (int other = 0; other < i; ++other) CHECK(numbers[i] != numbers[other]);
    CHECK_EQ(own, 5);
}

static sem_t done;

static void* detached_work(void* argument)
{
    (void)argument;
    sem_post(&done);
    return NULL;
}

static void detached(void)
{
    CHECK_OK(sem_init(&done, 0, 0));
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, 1 << 20);
    for (int i = 0; i < kThreads; ++i) {
        pthread_t thread;
        CHECK_EQ(pthread_create(&thread, &attributes, detached_work, NULL), 0);
    }
    for (int i = 0; i < kThreads; ++i) CHECK_OK(sem_wait(&done));
}

static pthread_key_t key;
static int destroyed;

static void destroy(void* value)
{
    destroyed += (int)(intptr_t)value;
}

static void* keyed_work(void* argument)
{
    CHECK(pthread_getspecific(key) == NULL);
    CHECK_EQ(pthread_setspecific(key, argument), 0);
    pthread_exit((void*)77);
}

static void keyed(void)
{
    CHECK_EQ(pthread_key_create(&key, destroy), 0);
    pthread_t thread;
    void* result;
    CHECK_EQ(pthread_create(&thread, NULL, keyed_work, (void*)13), 0);
    CHECK_EQ(pthread_join(thread, &result), 0);
    CHECK_EQ((intptr_t)result, 77);
    CHECK_EQ(destroyed, 13);
}

// One after the other, many times: stacks and vCPUs are used again.
static void many_times(void)
{
    for (int i = 0; i < 200; ++i) {
        pthread_t thread;
        CHECK_EQ(pthread_create(&thread, NULL, work, (void*)(intptr_t)(i % kThreads)), 0);
        CHECK_EQ(pthread_join(thread, NULL), 0);
    }
}

int main(void)
{
    joined();
    detached();
    keyed();
    many_times();
    return 0;
}
