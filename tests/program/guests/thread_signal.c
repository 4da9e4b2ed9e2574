// Signals and threads: sent to one thread, masked by some, to the process and taken by whoever may, waking one that waits.
#include "check.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <time.h>

static atomic_int receiver, calls;
static atomic_bool stop;
static sem_t ready;

static void note(int signal, siginfo_t* info, void* context)
{
    (void)signal, (void)info, (void)context;
    atomic_store(&receiver, (int)syscall(SYS_gettid));
    atomic_fetch_add(&calls, 1);
}

static int number_of_thread;

static void* spin(void* argument)
{
    (void)argument;
    number_of_thread = (int)syscall(SYS_gettid);
    sem_post(&ready);
    while (!atomic_load(&stop)) {
    }
    return NULL;
}

static void* wait_in_read(void* argument)
{
    char byte;
    number_of_thread = (int)syscall(SYS_gettid);
    sem_post(&ready);
    for (;;) {
        const ssize_t size = read(*(int*)argument, &byte, 1);
        if (size == 1) return NULL;
        CHECK(size == -1 && errno == EINTR);
    }
}

static void block(int how)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    CHECK_EQ(pthread_sigmask(how, &set, NULL), 0);
}

static void expect_call(int calls_then)
{
    while (atomic_load(&calls) < calls_then) {
    }
    CHECK_EQ(atomic_load(&calls), calls_then);
    CHECK_EQ(atomic_load(&receiver), number_of_thread);
}

// A thread that only computes is interrupted too.
static void spinning(void)
{
    pthread_t thread;
    atomic_store(&calls, 0);
    CHECK_EQ(pthread_create(&thread, NULL, spin, NULL), 0);
    CHECK_OK(sem_wait(&ready));
    CHECK_EQ(pthread_kill(thread, SIGUSR1), 0);
    expect_call(1);
    CHECK_OK(syscall(SYS_tgkill, getpid(), number_of_thread, SIGUSR1));
    expect_call(2);
    CHECK_OK(syscall(SYS_tkill, number_of_thread, SIGUSR1));
    expect_call(3);
    // To the process: the main thread masks it, so the other one takes it.
    block(SIG_BLOCK);
    CHECK_OK(kill(getpid(), SIGUSR1));
    expect_call(4);
    block(SIG_UNBLOCK);
    atomic_store(&stop, true);
    CHECK_EQ(pthread_join(thread, NULL), 0);
    CHECK_ERRNO(syscall(SYS_tgkill, getpid(), number_of_thread, 0), ESRCH);
}

static void reading(void)
{
    int ends[2];
    CHECK_OK(pipe(ends));
    pthread_t thread;
    atomic_store(&calls, 0);
    CHECK_EQ(pthread_create(&thread, NULL, wait_in_read, &ends[0]), 0);
    CHECK_OK(sem_wait(&ready));
    for (int i = 1; i <= 5; ++i) {
        CHECK_EQ(pthread_kill(thread, SIGUSR1), 0);
        expect_call(i);
    }
    CHECK_EQ(write(ends[1], "x", 1), 1);
    CHECK_EQ(pthread_join(thread, NULL), 0);
}

static void* await(void* argument)
{
    (void)argument;
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    siginfo_t info;
    sem_post(&ready);
    CHECK_EQ(sigwaitinfo(&set, &info), SIGUSR2);
    return (void*)(intptr_t)info.si_code;
}

// The usual way of servers: all threads block a signal, one waits for it.
static void awaiting(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    CHECK_EQ(pthread_sigmask(SIG_BLOCK, &set, NULL), 0);
    pthread_t thread;
    void* code;
    CHECK_EQ(pthread_create(&thread, NULL, await, NULL), 0);
    CHECK_OK(sem_wait(&ready));
    CHECK_OK(kill(getpid(), SIGUSR2));
    CHECK_EQ(pthread_join(thread, &code), 0);
    CHECK_EQ((intptr_t)code, SI_USER);
}

// Signals that cross each other in both directions, with nothing lost.
static void* flood(void* argument)
{
    for (int i = 0; i < 200; ++i) {
        const int before = atomic_load(&calls);
        CHECK_EQ(pthread_kill(*(pthread_t*)argument, SIGUSR1), 0);
        while (atomic_load(&calls) == before) {
        }
    }
    return NULL;
}

static void flooded(void)
{
    pthread_t self = pthread_self(), thread;
    atomic_store(&calls, 0);
    CHECK_EQ(pthread_create(&thread, NULL, flood, &self), 0);
    CHECK_EQ(pthread_join(thread, NULL), 0);
    CHECK_EQ(calls, 200);
}

int main(void)
{
    CHECK_OK(sem_init(&ready, 0, 0));
    handle(SIGUSR1, note, 0);
    spinning();
    reading();
    awaiting();
    flooded();
    return 0;
}
