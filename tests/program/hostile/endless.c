// Never ends, in ways that ask for help or not: --timeout and --cpu-time end it.
#include "hostile.h"

#include <pthread.h>

static void* spin(void* unused)
{
    for (volatile int always = 1; always;) continue;
    return unused;
}

static void ignore(int signal, siginfo_t* info, void* context)
{
    (void)signal, (void)info, (void)context;
}

int main(int argc, char** argv)
{
    CHECK(argc == 3);
    for (int signal = 1; signal < 32; ++signal)
        if (signal != SIGKILL && signal != SIGSTOP) handle(signal, ignore, SA_RESTART);
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, NULL);
    if (strcmp(argv[2], "sleeping") == 0)
        for (;;) pause();
    if (strcmp(argv[2], "calling") == 0)
        for (;;) getppid();
    if (strcmp(argv[2], "reading") == 0) {
        int ends[2];
        CHECK_OK(pipe(ends));
        char byte;
        for (;;) CHECK(read(ends[0], &byte, 1) == 1);
    }
    if (strcmp(argv[2], "faulting") == 0) {
        handle(SIGTRAP, ignore, SA_NODEFER);
        sigprocmask(SIG_UNBLOCK, &all, NULL);
        for (;;) __asm__ volatile("int3");
    }
    if (strcmp(argv[2], "threads") == 0) {
        pthread_t thread;
        for (int i = 0; i < 3; ++i) CHECK_EQ(pthread_create(&thread, NULL, spin, NULL), 0);
    }
    spin(NULL);
    return 0;
}
