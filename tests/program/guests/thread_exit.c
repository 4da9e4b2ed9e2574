// A process ends when one of its threads says so, whatever the others do. argv[2] says how.
#include "check.h"

#include <pthread.h>
#include <semaphore.h>
#include <sys/syscall.h>

static sem_t ready, never;
static pthread_mutex_t held = PTHREAD_MUTEX_INITIALIZER;
static int ends[2];

static void* spin(void* argument)
{
    sem_post(&ready);
    for (;;) {
    }
    return argument;
}

static void* wait_in_futex(void* argument)
{
    sem_post(&ready);
    pthread_mutex_lock(&held);
    return argument;
}

static void* wait_in_read(void* argument)
{
    char byte;
    sem_post(&ready);
    CHECK_EQ(read(ends[0], &byte, 1), 1);
    return argument;
}

static void* end(void* argument)
{
    const char* how = argument;
    for (int i = 0; i < 3; ++i) sem_wait(&ready);
    if (strcmp(how, "exit") == 0) exit(21);
    if (strcmp(how, "group") == 0) syscall(SYS_exit_group, 22);
    if (strcmp(how, "abort") == 0) abort();
    if (strcmp(how, "fault") == 0) *(volatile int*)NULL = 1;
    if (strcmp(how, "kill") == 0) kill(getpid(), SIGTERM);
    if (strcmp(how, "main") == 0) sem_post(&never);
    return NULL;
}

static void start(void* (*work)(void*), void* argument)
{
    pthread_t thread;
    CHECK_EQ(pthread_create(&thread, NULL, work, argument), 0);
}

static void* last_one(void* argument)
{
    pthread_join(*(pthread_t*)argument, NULL);
    printf("the main thread has ended\n");
    exit(23);
}

int main(int argc, char** argv)
{
    CHECK_EQ(argc, 3);
    static pthread_t self;
    self = pthread_self();
    if (strcmp(argv[2], "main-first") == 0) {
        start(last_one, &self);
        pthread_exit(NULL);
    }
    CHECK_OK(sem_init(&ready, 0, 0));
    CHECK_OK(sem_init(&never, 0, 0));
    CHECK_OK(pipe(ends));
    pthread_mutex_lock(&held);
    start(spin, NULL);
    start(wait_in_futex, NULL);
    start(wait_in_read, NULL);
    start(end, argv[2]);
    sem_wait(&never);
    return 24;
}
