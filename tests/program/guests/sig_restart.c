// Calls that wait and a signal that comes: EINTR, or the call goes on (SA_RESTART), each as the manual has it (signal(7)).
#include "check.h"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <time.h>

static int ends[2];
static volatile sig_atomic_t calls;
static timer_t timer;

// The third signal gives the waiting read something to read.
static void on_signal(int signal, siginfo_t* info, void* context)
{
    (void)signal, (void)info, (void)context;
    if (++calls == 3) CHECK_EQ(write(ends[1], "x", 1), 1);
}

static void start_signals(int flags)
{
    handle(SIGUSR1, on_signal, flags);
    calls = 0;
    const struct itimerspec period = {{0, 3000000}, {0, 3000000}};
    CHECK_OK(timer_settime(timer, 0, &period, NULL));
}

static void stop_signals(void)
{
    const struct itimerspec off = {{0, 0}, {0, 0}};
    CHECK_OK(timer_settime(timer, 0, &off, NULL));
}

static void interrupted(void)
{
    char byte;
    start_signals(0);
    calls = 10;  // beyond the third: nothing comes to read
    CHECK_ERRNO(read(ends[0], &byte, 1), EINTR);
    stop_signals();
    CHECK(calls > 10);
}

static void restarted(void)
{
    char byte;
    start_signals(SA_RESTART);
    CHECK_EQ(read(ends[0], &byte, 1), 1);
    stop_signals();
    CHECK(calls >= 3);
}

// These give EINTR whatever the flag says.
static void never_restarted(void)
{
    struct pollfd fd = {ends[0], POLLIN, 0};
    const int set = epoll_create1(0);
    struct epoll_event event = {EPOLLIN, {.fd = ends[0]}};
    CHECK_OK(epoll_ctl(set, EPOLL_CTL_ADD, ends[0], &event));
    for (int call = 0; call < 4; ++call) {
        start_signals(SA_RESTART);
        calls = 10;
        const struct timespec long_time = {1000, 0};
        errno = 0;
        const int result = call == 0   ? poll(&fd, 1, -1)
                           : call == 1 ? epoll_wait(set, &event, 1, -1)
                           : call == 2 ? nanosleep(&long_time, NULL)
                                       : pause();
        const int error = errno;
        stop_signals();
        CHECK_EQ(result, -1);
        CHECK_EQ(error, EINTR);
    }
    CHECK_OK(close(set));
}

static void time_left(void)
{
    start_signals(SA_RESTART);
    calls = 10;
    const struct timespec long_time = {1000, 0};
    struct timespec left = {0, 0};
    CHECK_ERRNO(nanosleep(&long_time, &left), EINTR);
    CHECK(left.tv_sec >= 900 && left.tv_sec < 1000);
    left.tv_sec = 0;
    CHECK_EQ(clock_nanosleep(CLOCK_MONOTONIC, 0, &long_time, &left), EINTR);
    CHECK(left.tv_sec >= 900 && left.tv_sec < 1000);
    stop_signals();
}

// A blocked signal interrupts nothing, nor does one that is ignored.
static void undisturbed(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    const struct timespec little = {0, 20000000};
    start_signals(0);
    CHECK_OK(sigprocmask(SIG_BLOCK, &set, NULL));
    CHECK_OK(nanosleep(&little, NULL));
    signal(SIGUSR1, SIG_IGN);
    CHECK_OK(sigprocmask(SIG_UNBLOCK, &set, NULL));
    CHECK_OK(nanosleep(&little, NULL));
    stop_signals();
}

// What has been transferred counts for more than the signal.
static void partly(void)
{
    enum { kMuch = 1 << 20 };
    char* bytes = calloc(1, kMuch);
    start_signals(0);
    calls = 10;
    const ssize_t written = write(ends[1], bytes, kMuch);
    stop_signals();
    CHECK(written > 0 && written < kMuch);
    free(bytes);
}

int main(void)
{
    CHECK_OK(pipe(ends));
    struct sigevent event;
    memset(&event, 0, sizeof event);
    event.sigev_notify = SIGEV_SIGNAL;
    event.sigev_signo = SIGUSR1;
    CHECK_OK(timer_create(CLOCK_MONOTONIC, &event, &timer));
    interrupted();
    restarted();
    never_restarted();
    time_left();
    undisturbed();
    partly();
    return 0;
}
