// Signals: handlers, masks, the stack for handlers, what waits; and a handler that runs when it is frozen goes back to what it
// interrupted.
#include "../guests/check.h"

#include <husk/guest.h>

#include <sys/time.h>

static volatile sig_atomic_t usr1, usr2, within;
static char stack[64 * 1024];
static long number;

static void on_usr1(int signal)
{
    CHECK_EQ(signal, SIGUSR1);
    ++usr1;
    const char* here = (const char*)__builtin_frame_address(0);
    CHECK(here > stack && here < stack + sizeof stack);
}

static void on_usr2(int signal, siginfo_t* info, void* context)
{
    (void)context;
    CHECK_EQ(signal, SIGUSR2);
    ++usr2;
    CHECK_EQ(info->si_pid, getpid());
    number = husk_freeze_here();
    within = 1;
}

int main(void)
{
    const stack_t alternative = {.ss_sp = stack, .ss_size = sizeof stack};
    CHECK_OK(sigaltstack(&alternative, NULL));
    struct sigaction one = {.sa_handler = on_usr1, .sa_flags = SA_ONSTACK};
    struct sigaction two = {.sa_sigaction = on_usr2, .sa_flags = SA_SIGINFO};
    CHECK_OK(sigaction(SIGUSR1, &one, NULL));
    CHECK_OK(sigaction(SIGUSR2, &two, NULL));
    CHECK(signal(SIGINT, SIG_IGN) != SIG_ERR);
    sigset_t blocked;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR1);
    CHECK_OK(sigprocmask(SIG_BLOCK, &blocked, NULL));
    CHECK_OK(raise(SIGUSR1));
    const double before = 1.5;
    volatile double kept = before * 3;
    CHECK_OK(raise(SIGUSR2));
    if (number == -HUSK_ENOSYS) return 0;
    CHECK(within && usr2 == 1 && usr1 == 0 && kept == 4.5);

    sigset_t pending;
    CHECK_OK(sigpending(&pending));
    CHECK(sigismember(&pending, SIGUSR1) == 1);
    CHECK_OK(sigprocmask(SIG_UNBLOCK, &blocked, NULL));
    CHECK_EQ(usr1, 1);
    CHECK_OK(raise(SIGUSR1));
    CHECK_EQ(usr1, 2);
    CHECK_OK(raise(SIGINT));
    const struct itimerval soon = {.it_value = {.tv_usec = 1000}};
    CHECK_OK(sigaction(SIGALRM, &one, NULL) == 0 ? 0 : -1);
    (void)soon;
    printf("signals in thaw %ld\n", number);
    return 0;
}
