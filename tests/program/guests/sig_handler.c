// Handlers: what they are told, what is masked while they run, and what becomes of them.
#include "check.h"

#include <sys/syscall.h>

static volatile sig_atomic_t calls, nested_calls, seen_code, seen_sender, seen_value;
static volatile sig_atomic_t masked_self, masked_other, order[8], steps;

static void note(int signal, siginfo_t* info, void* context)
{
    (void)context;
    ++calls;
    CHECK_EQ(info->si_signo, signal);
    seen_code = info->si_code;
    seen_sender = info->si_pid;
    seen_value = info->si_value.sival_int;
    sigset_t mask;
    CHECK_OK(sigprocmask(SIG_BLOCK, NULL, &mask));
    masked_self = sigismember(&mask, signal);
    masked_other = sigismember(&mask, SIGUSR2);
}

static void told(void)
{
    handle(SIGUSR1, note, 0);
    CHECK_OK(kill(getpid(), SIGUSR1));
    CHECK(calls == 1 && seen_code == SI_USER && seen_sender == getpid());
    CHECK(masked_self == 1 && masked_other == 0);
    CHECK_OK(raise(SIGUSR1));
    CHECK(calls == 2 && seen_code == SI_TKILL && seen_sender == getpid());
    CHECK_OK(syscall(SYS_tgkill, getpid(), syscall(SYS_gettid), SIGUSR1));
    CHECK(calls == 3 && seen_code == SI_TKILL);
    CHECK_OK(sigqueue(getpid(), SIGUSR1, (union sigval){.sival_int = -7}));
    CHECK(calls == 4 && seen_code == SI_QUEUE && seen_value == -7);
    CHECK_OK(kill(getpid(), 0));
    CHECK_EQ(calls, 4);
    sigset_t after;
    CHECK_OK(sigprocmask(SIG_BLOCK, NULL, &after));
    CHECK(!sigismember(&after, SIGUSR1));  // the mask of before is back
    CHECK_ERRNO(kill(getpid(), 77), EINVAL);
    CHECK_ERRNO(syscall(SYS_tgkill, getpid(), 0x7FFFFFFF, SIGUSR1), ESRCH);
}

static void with_flags(void)
{
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = note;
    action.sa_flags = SA_SIGINFO | SA_NODEFER;
    sigaddset(&action.sa_mask, SIGUSR2);
    CHECK_OK(sigaction(SIGUSR1, &action, NULL));
    CHECK_OK(raise(SIGUSR1));
    CHECK(masked_self == 0 && masked_other == 1);

    handle(SIGUSR1, note, (int)SA_RESETHAND);
    CHECK_OK(raise(SIGUSR1));
    struct sigaction found;
    CHECK_OK(sigaction(SIGUSR1, NULL, &found));
    CHECK(found.sa_handler == SIG_DFL);
    handle(SIGUSR1, note, SA_RESTART);
    CHECK_OK(sigaction(SIGUSR1, NULL, &found));
    CHECK(found.sa_sigaction == note);
    CHECK_EQ(found.sa_flags & ~0x04000000, SA_SIGINFO | SA_RESTART);  // beside SA_RESTORER
    CHECK_ERRNO(sigaction(SIGKILL, &action, NULL), EINVAL);
    CHECK_ERRNO(sigaction(SIGSTOP, &action, NULL), EINVAL);
    CHECK_ERRNO(sigaction(65, &action, NULL), EINVAL);
    CHECK_OK(sigaction(SIGKILL, NULL, &found));
}

static void inner(int signal)
{
    (void)signal;
    order[steps++] = 2;
    ++nested_calls;
}

static void outer(int signal)
{
    (void)signal;
    order[steps++] = 1;
    raise(SIGUSR2);
    order[steps++] = 3;
}

static void deep(int signal)
{
    if (++nested_calls < 50) raise(signal);
}

static void nested(void)
{
    signal(SIGUSR1, outer);
    signal(SIGUSR2, inner);
    CHECK_OK(raise(SIGUSR1));
    CHECK(steps == 3 && order[0] == 1 && order[1] == 2 && order[2] == 3);
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = deep;
    action.sa_flags = SA_NODEFER;
    CHECK_OK(sigaction(SIGUSR1, &action, NULL));
    nested_calls = 0;
    CHECK_OK(raise(SIGUSR1));
    CHECK_EQ(nested_calls, 50);
}

static void ignored(void)
{
    signal(SIGUSR1, SIG_IGN);
    CHECK_OK(raise(SIGUSR1));
    static const int kHarmless[] = {SIGCHLD, SIGURG, SIGWINCH, SIGCONT};
    for (size_t i = 0; i < sizeof kHarmless / sizeof kHarmless[0]; ++i) {
        signal(kHarmless[i], SIG_DFL);
        CHECK_OK(raise(kHarmless[i]));
    }
    // A pending signal is gone once it is ignored.
    sigset_t set, pending;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    CHECK_OK(sigprocmask(SIG_BLOCK, &set, NULL));
    CHECK_OK(raise(SIGUSR2));
    signal(SIGUSR2, SIG_IGN);
    CHECK_OK(sigpending(&pending));
    CHECK(!sigismember(&pending, SIGUSR2));
}

int main(void)
{
    told();
    with_flags();
    nested();
    ignored();
    return 0;
}
