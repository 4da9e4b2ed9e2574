// pthread_cancel: at once, at a call that waits, deferred, with clean-up handlers.
#include "check.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>

static sem_t ready;
static int ends[2];
static atomic_int cleaned;

static void clean(void* argument)
{
    atomic_fetch_add(&cleaned, (int)(intptr_t)argument);
}

static void* wait_in_read(void* argument)
{
    char byte;
    pthread_cleanup_push(clean, (void*)1);
    sem_post(&ready);
    CHECK_EQ(read(ends[0], &byte, 1), 1);
    pthread_cleanup_pop(0);
    return argument;
}

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void unlock(void* argument)
{
    (void)argument;
    pthread_mutex_unlock(&mutex);
}

static void* wait_in_cond(void* argument)
{
    static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
    pthread_mutex_lock(&mutex);
    pthread_cleanup_push(unlock, NULL);
    pthread_cleanup_push(clean, (void*)10);
    sem_post(&ready);
    for (;;) pthread_cond_wait(&condition, &mutex);
    pthread_cleanup_pop(0);
    pthread_cleanup_pop(0);
    return argument;
}

static void* spin(void* argument)
{
    pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
    pthread_cleanup_push(clean, (void*)100);
    sem_post(&ready);
    for (;;) {
    }
    pthread_cleanup_pop(0);
    return argument;
}

static atomic_bool cancelled;

static void* put_off(void* argument)
{
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
    sem_post(&ready);
    while (!atomic_load(&cancelled)) {
    }
    atomic_fetch_add(&cleaned, 1000);
    pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, NULL);
    pthread_testcancel();
    CHECK(!"not cancelled");
    return argument;
}

static void cancel(void* (*work)(void*))
{
    pthread_t thread;
    void* result;
    CHECK_EQ(pthread_create(&thread, NULL, work, NULL), 0);
    CHECK_OK(sem_wait(&ready));
    CHECK_EQ(pthread_cancel(thread), 0);
    atomic_store(&cancelled, true);
    CHECK_EQ(pthread_join(thread, &result), 0);
    CHECK(result == PTHREAD_CANCELED);
}

int main(void)
{
    CHECK_OK(sem_init(&ready, 0, 0));
    CHECK_OK(pipe(ends));
    for (int i = 0; i < 5; ++i) {
        cancel(wait_in_read);
        cancel(wait_in_cond);
        cancel(spin);
        atomic_store(&cancelled, false);
        cancel(put_off);
    }
    CHECK_EQ(cleaned, 5 * 1111);
    return 0;
}
