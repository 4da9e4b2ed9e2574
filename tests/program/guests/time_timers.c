// Timers that send signals: alarm, setitimer, timer_create.
#include "check.h"

#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>

static volatile sig_atomic_t fired, code, value, receiver;

static void on_timer(int signal, siginfo_t* info, void* context)
{
    (void)signal, (void)context;
    ++fired;
    code = info->si_code;
    value = info->si_value.sival_int;
    receiver = (int)syscall(SYS_gettid);
}

static void wait_for(int times)
{
    sigset_t blocked, before;
    sigfillset(&blocked);
    CHECK_OK(sigprocmask(SIG_SETMASK, &blocked, &before));
    while (fired < times) sigsuspend(&before);
    CHECK_OK(sigprocmask(SIG_SETMASK, &before, NULL));
}

static void alarms(void)
{
    handle(SIGALRM, on_timer, 0);
    CHECK_EQ(alarm(100), 0);
    const unsigned left = alarm(0);
    CHECK(left == 100 || left == 99);
    fired = 0;
    alarm(1);
    wait_for(1);
    CHECK_EQ(code, SI_KERNEL);
}

static void interval(int which, int signal)
{
    handle(signal, on_timer, 0);
    fired = 0;
    struct itimerval period = {{0, 2000}, {0, 2000}}, found;
    CHECK_OK(setitimer(which, &period, NULL));
    if (which == ITIMER_REAL) wait_for(3);
    while (fired < 3) {
    }
    CHECK_OK(getitimer(which, &found));
    CHECK(found.it_interval.tv_usec >= 2000);  // a clock of ticks rounds up
    memset(&period, 0, sizeof period);
    CHECK_OK(setitimer(which, &period, &found));
    CHECK(found.it_interval.tv_usec >= 2000);
    CHECK_OK(getitimer(which, &found));
    CHECK_EQ(found.it_value.tv_usec, 0);
    CHECK_ERRNO(setitimer(77, &period, NULL), EINVAL);
}

static void posix_timer(int notify)
{
    struct sigevent event;
    memset(&event, 0, sizeof event);
    event.sigev_notify = notify;
    event.sigev_signo = SIGRTMIN + 1;
    event.sigev_value.sival_int = 77;
    event._sigev_un._tid = (int)syscall(SYS_gettid);
    handle(SIGRTMIN + 1, on_timer, 0);
    timer_t timer;
    CHECK_OK(timer_create(CLOCK_MONOTONIC, &event, &timer));
    fired = 0;
    const struct itimerspec period = {{0, 2000000}, {0, 2000000}};
    CHECK_OK(timer_settime(timer, 0, &period, NULL));
    wait_for(3);
    CHECK_EQ(code, SI_TIMER);
    CHECK_EQ(value, 77);
    CHECK_EQ(receiver, syscall(SYS_gettid));
    struct itimerspec found;
    CHECK_OK(timer_gettime(timer, &found));
    CHECK_EQ(found.it_interval.tv_nsec, 2000000);
    CHECK(timer_getoverrun(timer) >= 0);
    CHECK_OK(timer_delete(timer));
    CHECK_ERRNO(timer_delete(timer), EINVAL);
}

static void overrun(void)
{
    sigset_t blocked;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGRTMIN + 1);
    CHECK_OK(sigprocmask(SIG_BLOCK, &blocked, NULL));
    struct sigevent event;
    memset(&event, 0, sizeof event);
    event.sigev_notify = SIGEV_SIGNAL;
    event.sigev_signo = SIGRTMIN + 1;
    timer_t timer;
    CHECK_OK(timer_create(CLOCK_REALTIME, &event, &timer));
    const struct itimerspec period = {{0, 100000}, {0, 100000}};
    CHECK_OK(timer_settime(timer, 0, &period, NULL));
    const struct timespec while_blocked = {0, 5000000};
    CHECK_OK(nanosleep(&while_blocked, NULL));
    siginfo_t info;
    CHECK_EQ(sigwaitinfo(&blocked, &info), SIGRTMIN + 1);
    CHECK_EQ(info.si_code, SI_TIMER);
    CHECK(info.si_overrun > 0);
    CHECK_OK(timer_delete(timer));
}

static void silent(void)
{
    struct sigevent event;
    memset(&event, 0, sizeof event);
    event.sigev_notify = SIGEV_NONE;
    timer_t timer;
    CHECK_OK(timer_create(CLOCK_MONOTONIC, &event, &timer));
    const struct itimerspec once = {{0, 0}, {0, 1}};
    CHECK_OK(timer_settime(timer, 0, &once, NULL));
    const struct timespec little = {0, 1000000};
    CHECK_OK(nanosleep(&little, NULL));
    struct itimerspec left;
    CHECK_OK(timer_gettime(timer, &left));
    CHECK_EQ(left.it_value.tv_nsec, 0);
    CHECK_OK(timer_delete(timer));
    CHECK_ERRNO(timer_create(77, &event, &timer), EINVAL);
}

int main(int argc, char** argv)
{
    scratch_from(argc, argv);
    alarms();
    interval(ITIMER_REAL, SIGALRM);
    interval(ITIMER_VIRTUAL, SIGVTALRM);
    interval(ITIMER_PROF, SIGPROF);
    posix_timer(SIGEV_SIGNAL);
    posix_timer(SIGEV_THREAD_ID);
    overrun();
    silent();
    return 0;
}
