// eventfd, timerfd and signalfd.
#include "check.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>

static void events(void)
{
    const int fd = eventfd(3, EFD_NONBLOCK);
    CHECK_OK(fd);
    uint64_t value = 4;
    CHECK_EQ(write(fd, &value, 8), 8);
    CHECK_EQ(read(fd, &value, 8), 8);
    CHECK_EQ(value, 7);
    CHECK_ERRNO(read(fd, &value, 8), EAGAIN);
    CHECK_ERRNO(read(fd, &value, 4), EINVAL);
    value = ~0ull;
    CHECK_ERRNO(write(fd, &value, 8), EINVAL);
    CHECK_OK(close(fd));
    const int semaphore = eventfd(2, EFD_SEMAPHORE | EFD_NONBLOCK);
    for (int i = 0; i < 2; ++i) {
        CHECK_EQ(read(semaphore, &value, 8), 8);
        CHECK_EQ(value, 1);
    }
    CHECK_ERRNO(read(semaphore, &value, 8), EAGAIN);
    CHECK_OK(close(semaphore));
}

static void timers(void)
{
    const int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
    CHECK_OK(fd);
    uint64_t times;
    CHECK_ERRNO(read(fd, &times, 8), EAGAIN);
    struct itimerspec period = {{0, 1000000}, {0, 1000000}}, now;
    CHECK_OK(timerfd_settime(fd, 0, &period, NULL));
    CHECK_OK(timerfd_gettime(fd, &now));
    CHECK_EQ(now.it_interval.tv_nsec, 1000000);
    struct pollfd waiting = {fd, POLLIN, 0};
    CHECK_EQ(poll(&waiting, 1, -1), 1);
    CHECK_EQ(read(fd, &times, 8), 8);
    CHECK(times >= 1);
    const struct itimerspec off = {{0, 0}, {0, 0}};
    CHECK_OK(timerfd_settime(fd, 0, &off, &period));
    CHECK_EQ(period.it_interval.tv_nsec, 1000000);
    CHECK_OK(fcntl(fd, F_SETFL, 0));
    const struct itimerspec past = {{0, 0}, {0, 1}};
    CHECK_OK(timerfd_settime(fd, TFD_TIMER_ABSTIME, &past, NULL));
    CHECK_EQ(read(fd, &times, 8), 8);
    CHECK_EQ(times, 1);
    CHECK_ERRNO(timerfd_create(77, 0), EINVAL);
    CHECK_OK(close(fd));
}

static void signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigaddset(&set, SIGRTMIN);
    CHECK_OK(sigprocmask(SIG_BLOCK, &set, NULL));
    const int fd = signalfd(-1, &set, SFD_NONBLOCK);
    CHECK_OK(fd);
    struct signalfd_siginfo info[4];
    CHECK_ERRNO(read(fd, info, sizeof info), EAGAIN);
    CHECK_OK(kill(getpid(), SIGUSR1));
    CHECK_OK(sigqueue(getpid(), SIGRTMIN, (union sigval){.sival_int = 42}));
    struct pollfd waiting = {fd, POLLIN, 0};
    CHECK_EQ(poll(&waiting, 1, -1), 1);
    CHECK_EQ(read(fd, info, sizeof info), 2 * sizeof info[0]);
    CHECK_EQ(info[0].ssi_signo, SIGUSR1);
    CHECK_EQ(info[0].ssi_code, SI_USER);
    CHECK_EQ(info[0].ssi_pid, getpid());
    CHECK_EQ(info[1].ssi_signo, SIGRTMIN);
    CHECK_EQ(info[1].ssi_code, SI_QUEUE);
    CHECK_EQ(info[1].ssi_int, 42);
    CHECK_ERRNO(read(fd, info, sizeof info), EAGAIN);
    CHECK_ERRNO(read(fd, info, 4), EINVAL);
    CHECK_OK(close(fd));
}

int main(int argc, char** argv)
{
    scratch_from(argc, argv);
    events();
    timers();
    signals();
    return 0;
}
