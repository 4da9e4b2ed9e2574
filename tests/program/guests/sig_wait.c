// Masks, and waiting for signals: pending, sigsuspend, sigtimedwait, sigqueue; queued signals keep their order and values.
#include "check.h"

#include <sys/syscall.h>
#include <time.h>

static volatile sig_atomic_t calls;
static volatile int values[16], numbers[16];

static void note(int signal, siginfo_t* info, void* context)
{
    (void)context;
    values[calls] = info->si_value.sival_int;
    numbers[calls++] = signal;
}

static sigset_t set_of(int a, int b)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, a);
    sigaddset(&set, b);
    return set;
}

static void masks(void)
{
    handle(SIGUSR1, note, 0);
    const sigset_t set = set_of(SIGUSR1, SIGUSR2);
    sigset_t before, pending;
    CHECK_OK(sigprocmask(SIG_BLOCK, &set, &before));
    CHECK_OK(raise(SIGUSR1));
    CHECK_OK(raise(SIGUSR1));  // an ordinary signal is pending once
    CHECK_EQ(calls, 0);
    CHECK_OK(sigpending(&pending));
    CHECK(sigismember(&pending, SIGUSR1) && !sigismember(&pending, SIGUSR2));
    CHECK_OK(sigprocmask(SIG_UNBLOCK, &set, NULL));
    CHECK_EQ(calls, 1);
    CHECK_OK(sigpending(&pending));
    CHECK(!sigismember(&pending, SIGUSR1));
    const sigset_t deadly = set_of(SIGKILL, SIGSTOP);
    CHECK_OK(sigprocmask(SIG_SETMASK, &deadly, NULL));
    CHECK_OK(sigprocmask(SIG_BLOCK, NULL, &pending));
    CHECK(!sigismember(&pending, SIGKILL) && !sigismember(&pending, SIGSTOP));
    CHECK_ERRNO(syscall(SYS_rt_sigprocmask, 77, &set, NULL, 8L), EINVAL);
    CHECK_ERRNO(syscall(SYS_rt_sigprocmask, SIG_BLOCK, &set, NULL, 16L), EINVAL);
    CHECK_OK(sigprocmask(SIG_SETMASK, &before, NULL));
}

static void suspended(void)
{
    const sigset_t set = set_of(SIGUSR1, SIGUSR2);
    sigset_t before, now;
    CHECK_OK(sigprocmask(SIG_BLOCK, &set, &before));
    CHECK_OK(raise(SIGUSR1));
    calls = 0;
    sigset_t open_set = before;
    CHECK_ERRNO(sigsuspend(&open_set), EINTR);
    CHECK_EQ(calls, 1);
    CHECK_OK(sigprocmask(SIG_BLOCK, NULL, &now));
    CHECK(sigismember(&now, SIGUSR1));
    CHECK_OK(sigprocmask(SIG_SETMASK, &before, NULL));
}

static void awaited(void)
{
    const sigset_t set = set_of(SIGUSR1, SIGUSR2);
    CHECK_OK(sigprocmask(SIG_BLOCK, &set, NULL));
    const struct timespec none = {0, 0}, little = {0, 1000000};
    siginfo_t info;
    CHECK_ERRNO(sigtimedwait(&set, &info, &none), EAGAIN);
    CHECK_ERRNO(sigtimedwait(&set, &info, &little), EAGAIN);
    calls = 0;
    CHECK_OK(kill(getpid(), SIGUSR2));
    CHECK_EQ(sigwaitinfo(&set, &info), SIGUSR2);
    CHECK(info.si_signo == SIGUSR2 && info.si_code == SI_USER && info.si_pid == getpid() && info.si_uid == getuid());
    CHECK_OK(sigqueue(getpid(), SIGUSR1, (union sigval){.sival_int = 99}));
    CHECK_EQ(sigtimedwait(&set, &info, &little), SIGUSR1);
    CHECK(info.si_code == SI_QUEUE && info.si_value.sival_int == 99);
    int got = 0;
    CHECK_OK(raise(SIGUSR1));
    CHECK_EQ(sigwait(&set, &got), 0);
    CHECK_EQ(got, SIGUSR1);
    CHECK_EQ(calls, 0);  // no handler ran
    CHECK_OK(sigprocmask(SIG_UNBLOCK, &set, NULL));
}

// Real-time signals: all of them are delivered, the lowest number first, those of one number in order.
static void queued(void)
{
    const int low = SIGRTMIN + 2, high = SIGRTMIN + 3;
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = note;
    action.sa_flags = SA_SIGINFO;
    sigfillset(&action.sa_mask);
    CHECK_OK(sigaction(low, &action, NULL));
    CHECK_OK(sigaction(high, &action, NULL));
    const sigset_t set = set_of(low, high);
    CHECK_OK(sigprocmask(SIG_BLOCK, &set, NULL));
    for (int i = 0; i < 3; ++i) CHECK_OK(sigqueue(getpid(), low, (union sigval){.sival_int = i}));
    siginfo_t info;
    CHECK_EQ(sigwaitinfo(&set, &info), low);
    CHECK_EQ(info.si_value.sival_int, 0);
    calls = 0;
    CHECK_OK(sigqueue(getpid(), high, (union sigval){.sival_int = 50}));
    CHECK_OK(sigprocmask(SIG_UNBLOCK, &set, NULL));
    CHECK_EQ(calls, 3);
    for (int i = 0; i < 3; ++i) {
        // All three frames are built before the first handler runs; its mask keeps them from nesting the other way round.
        CHECK(values[i] == 1 || values[i] == 2 || values[i] == 50);
    }
    CHECK(values[0] == 1);
    CHECK(values[1] == 2);
    CHECK(values[2] == 50);
}

static void paused(void)
{
    const struct timespec soon = {0, 2000000};
    struct sigevent event;
    memset(&event, 0, sizeof event);
    event.sigev_notify = SIGEV_SIGNAL;
    event.sigev_signo = SIGUSR1;
    timer_t timer;
    CHECK_OK(timer_create(CLOCK_MONOTONIC, &event, &timer));
    calls = 0;
    const struct itimerspec again = {soon, soon};  // again and again: the first may come before pause
    CHECK_OK(timer_settime(timer, 0, &again, NULL));
    CHECK_ERRNO(pause(), EINTR);
    CHECK(calls >= 1);
    CHECK_OK(timer_delete(timer));
}

int main(void)
{
    masks();
    suspended();
    awaited();
    queued();
    paused();
    return 0;
}
