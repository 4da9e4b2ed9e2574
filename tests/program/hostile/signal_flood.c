// Signals in floods: queued until EAGAIN, sent by threads to each other, by timers a microsecond apart; with made-up contents. The
// guest goes on when it is over.
#include "hostile.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

static atomic_long caught;

static void count(int signal, siginfo_t* info, void* context)
{
    (void)signal, (void)info, (void)context;
    ++caught;
}

static void queue_full(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGRTMIN + 3);
    CHECK_OK(sigprocmask(SIG_BLOCK, &set, NULL));
    long queued = 0;
    const union sigval value = {.sival_int = 7};
    while (queued < 1000000 && sigqueue(getpid(), SIGRTMIN + 3, value) == 0) ++queued;
    CHECK_EQ(errno, EAGAIN);
    CHECK(queued > 0);
    CHECK_OK(sigprocmask(SIG_UNBLOCK, &set, NULL));
    CHECK_EQ(caught, queued);
}

/// What the sender says of a signal may be anything: a timer that is not there, a fault.
static void made_up(void)
{
    const long before = caught;
    siginfo_t info;
    const int codes[] = {SI_QUEUE, SI_TIMER, SI_MESGQ, SI_ASYNCIO, SI_SIGIO, SI_TKILL, SI_KERNEL, SEGV_MAPERR, -1000, 0x7FFFFFFF};
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; ++i) {
        for (int signal = 1; signal <= 64; ++signal) {
            if (signal == SIGKILL || signal == SIGSTOP || signal == 32 || signal == 33) continue;
            memset(&info, 0xA5, sizeof info);
            info.si_code = codes[i];
            info.si_signo = 64 - signal;
            info.si_timerid = (int)i - 3;
            info.si_overrun = 0x7FFFFFFF;
            syscall(SYS_rt_sigqueueinfo, getpid(), signal, &info);
            syscall(SYS_rt_tgsigqueueinfo, getpid(), gettid(), signal, &info);
        }
    }
    CHECK(caught > before);
    const int bad[] = {-1, 0, 65, 66, 127, 0x7FFFFFFF, (int)0x80000000};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; ++i) {
        if (bad[i] == 0) continue;
        CHECK_ERRNO(syscall(SYS_kill, getpid(), bad[i]), EINVAL);
        CHECK_ERRNO(syscall(SYS_tkill, gettid(), bad[i]), EINVAL);
        CHECK_ERRNO(syscall(SYS_tgkill, getpid(), gettid(), bad[i]), EINVAL);
        CHECK_ERRNO(syscall(SYS_rt_sigqueueinfo, getpid(), bad[i], &info), EINVAL);
    }
}

/// Nobody else's process, whatever the number.
static void not_others(void)
{
    for (int pid = 1; pid < 3000; ++pid)
        if (pid < getpid() - 50 || pid > getpid() + 50) CHECK_ERRNO(kill(pid, SIGTERM), ESRCH);
    CHECK_ERRNO(kill(-1, SIGTERM), ESRCH);
    CHECK_ERRNO(kill(getppid(), SIGTERM), ESRCH);
    CHECK_ERRNO(kill(-1, SIGKILL), ESRCH);
}

static void timers(void)
{
    const long before = caught;
    struct sigevent event;
    memset(&event, 0, sizeof event);
    event.sigev_notify = SIGEV_SIGNAL;
    event.sigev_signo = SIGRTMIN + 1;
    const struct itimerspec often = {{0, 1000}, {0, 1000}};  // a microsecond
    timer_t some[8];
    for (int i = 0; i < 8; ++i) {
        CHECK_OK(timer_create(CLOCK_MONOTONIC, &event, &some[i]));
        CHECK_OK(timer_settime(some[i], 0, &often, NULL));
    }
    const struct timespec step = {0, 1000000};
    for (int i = 0; i < 200 && caught < before + 300; ++i) nanosleep(&step, NULL);
    for (int i = 0; i < 8; ++i) CHECK_OK(timer_delete(some[i]));
    CHECK(caught > before);
    int count_of = 0;
    timer_t many[100000 / 8];
    while (count_of < (int)(sizeof many / sizeof many[0]) && timer_create(CLOCK_MONOTONIC, &event, &many[count_of]) == 0)
        ++count_of;
    CHECK(count_of > 0);
    for (int i = 0; i < count_of; ++i) timer_delete(many[i]);
}

static pthread_t first;

static void* send_signals(void* unused)
{
    (void)unused;
    for (int i = 0; i < 3000; ++i) pthread_kill(first, i % 2 ? SIGUSR1 : SIGRTMIN + 2);
    return NULL;
}

static void by_threads(void)
{
    first = pthread_self();
    pthread_t threads[3];
    for (int i = 0; i < 3; ++i) CHECK_EQ(pthread_create(&threads[i], NULL, send_signals, NULL), 0);
    for (int i = 0; i < 3; ++i) CHECK_EQ(pthread_join(threads[i], NULL), 0);
}

int main(int argc, char** argv)
{
    scratch_from(argc, argv);
    for (int signal = 1; signal <= 64; ++signal)
        if (signal != SIGKILL && signal != SIGSTOP && signal != 32 && signal != 33) handle(signal, count, SA_RESTART);
    queue_full();
    made_up();
    not_others();
    timers();
    if (argc > 2) by_threads();
    return 0;
}
