// How a program ends and what is told of it: exit codes and the signals whose default is to end it. argv[2] says which.
#include "check.h"

#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>

static void flush_at_exit(void)
{
    printf("at exit\n");
}

static void do_nothing(int signal)
{
    (void)signal;
}

static bool by_code(const char* how)
{
    if (strcmp(how, "return") == 0) exit(0);
    if (strcmp(how, "code") == 0) exit(7);
    if (strcmp(how, "large") == 0) exit(300);
    if (strcmp(how, "negative") == 0) exit(-1);
    if (strcmp(how, "group") == 0) syscall(SYS_exit_group, 9);
    if (strcmp(how, "thread") == 0) syscall(SYS_exit, 11);
    if (strcmp(how, "handlers") == 0) {
        atexit(flush_at_exit);
        exit(5);
    }
    return false;
}

static void by_fault(const char* how)
{
    if (strcmp(how, "segv") == 0) *(volatile int*)NULL = 1;
    if (strcmp(how, "ill") == 0) __asm__ volatile("ud2");
    if (strcmp(how, "trap") == 0) __asm__ volatile("int3");
    if (strcmp(how, "fpe") == 0) __asm__ volatile("idiv %%ecx" ::"a"(1), "d"(0), "c"(0));
    if (strcmp(how, "bus") == 0) {
        const int fd = memfd_create("empty", 0);
        *(volatile char*)mmap(NULL, kPage, PROT_READ, MAP_SHARED, fd, 0);
    }
    // A fault whose signal is blocked or ignored ends the program all the same.
    if (strcmp(how, "segv-blocked") == 0) {
        sigset_t all;
        sigfillset(&all);
        CHECK_OK(sigprocmask(SIG_SETMASK, &all, NULL));
        *(volatile int*)NULL = 1;
    }
    if (strcmp(how, "segv-ignored") == 0) {
        signal(SIGSEGV, SIG_IGN);
        *(volatile int*)NULL = 1;
    }
    // A handler that cannot run for want of a stack.
    if (strcmp(how, "no-stack") == 0) {
        signal(SIGUSR1, do_nothing);
        __asm__ volatile("mov $8, %%esp; syscall" ::"a"(62L), "D"((long)getpid()), "S"((long)SIGUSR1));
    }
}

static void by_signal(const char* how)
{
    static const struct {
        const char* name;
        int signal;
    } kSignals[] = {{"abort", SIGABRT}, {"kill", SIGKILL}, {"term", SIGTERM}, {"int", SIGINT},
                    {"hup", SIGHUP},    {"quit", SIGQUIT}, {"usr1", SIGUSR1}, {"pipe", SIGPIPE},
                    {"sys", SIGSYS},    {"xcpu", SIGXCPU}, {"poll", SIGPOLL}};
    for (size_t i = 0; i < sizeof kSignals / sizeof kSignals[0]; ++i)
        if (strcmp(how, kSignals[i].name) == 0) kill(getpid(), kSignals[i].signal);
    if (strcmp(how, "realtime") == 0) raise(SIGRTMIN + 4);
    if (strcmp(how, "libc-abort") == 0) abort();
    if (strcmp(how, "alarm") == 0) {
        const struct itimerspec soon = {{0, 0}, {0, 1000000}};
        timer_t timer;
        struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM};
        CHECK_OK(timer_create(CLOCK_MONOTONIC, &event, &timer));
        CHECK_OK(timer_settime(timer, 0, &soon, NULL));
        for (;;) pause();
    }
    if (strcmp(how, "alarm-spinning") == 0) {
        alarm(1);
        for (volatile long i = 0;; ++i) {
        }
    }
}

int main(int argc, char** argv)
{
    CHECK_EQ(argc, 3);
    printf("%s\n", argv[2]);
    fflush(stdout);
    if (!by_code(argv[2])) {
        by_fault(argv[2]);
        by_signal(argv[2]);
    }
    CHECK(!"the program goes on");
    return 0;
}
