// Each thread is told its own id, however many had its processor before, and while others send it signals.
#include "check.h"

#include <pthread.h>
#include <sched.h>
#include <sys/syscall.h>

enum { kThreads = 4, kRounds = 15, kCalls = 20000, kSignals = 1000 };

static pid_t own_pid;
static _Thread_local pid_t own_tid;
static volatile int ids[kThreads];

static void on_signal(int signal, siginfo_t* info, void* context)
{
    (void)signal, (void)info, (void)context;
    CHECK_EQ(syscall(SYS_gettid), own_tid);
    CHECK_EQ(syscall(SYS_getpid), own_pid);
}

static void* short_life(void* at)
{
    const pid_t told = (pid_t)syscall(SYS_gettid);
    CHECK(told != own_pid);
    CHECK_OK(syscall(SYS_tgkill, own_pid, told, 0));
    *(volatile int*)at = told;
    for (int i = 0; i < 100; ++i) CHECK_EQ(syscall(SYS_gettid), told);
    return NULL;
}

static void* long_life(void* at)
{
    own_tid = (pid_t)syscall(SYS_gettid);
    *(volatile int*)at = own_tid;
    for (int i = 0; i < kCalls; ++i) {
        CHECK_EQ(syscall(SYS_gettid), own_tid);
        CHECK_EQ(syscall(SYS_getpid), own_pid);
        CHECK_EQ(syscall(SYS_sched_yield), 0);
    }
    return NULL;
}

static void all_at_once(void* (*life)(void*), bool signals)
{
    pthread_t threads[kThreads];
    for (int i = 0; i < kThreads; ++i) ids[i] = 0;
    for (int i = 0; i < kThreads; ++i) CHECK_EQ(pthread_create(&threads[i], NULL, life, (void*)&ids[i]), 0);
    for (int sent = 0; signals && sent < kSignals; ++sent) {
        const int which = sent % kThreads;
        while (ids[which] == 0) sched_yield();
        pthread_kill(threads[which], SIGUSR1);
    }
    for (int i = 0; i < kThreads; ++i) CHECK_EQ(pthread_join(threads[i], NULL), 0);
    for (int i = 0; i < kThreads; ++i)
        for (int j = 0; j < i; ++j) CHECK(signals ? ids[i] != ids[j] : ids[i] != own_pid);
}

int main(void)
{
    own_pid = getpid();
    own_tid = own_pid;
    CHECK_EQ(syscall(SYS_gettid), own_pid);
    handle(SIGUSR1, on_signal, SA_RESTART);
    for (int round = 0; round < kRounds; ++round) all_at_once(short_life, false);
    all_at_once(long_life, true);
    CHECK_EQ(syscall(SYS_gettid), own_pid);
    return 0;
}
