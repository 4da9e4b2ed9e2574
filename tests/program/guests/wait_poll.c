// poll, ppoll, select and pselect6 say what is ready, wait no less than they are told, and open the mask they are given.
#include "check.h"

#include <poll.h>
#include <sys/select.h>
#include <time.h>

static int ends[2];

static void polling(void)
{
    struct pollfd fds[3] = {{ends[0], POLLIN, 0}, {ends[1], POLLOUT, 0}, {-1, POLLIN, 7}};
    CHECK_EQ(poll(fds, 3, 0), 1);
    CHECK_EQ(fds[0].revents, 0);
    CHECK_EQ(fds[1].revents, POLLOUT);
    CHECK_EQ(fds[2].revents, 0);
    CHECK_EQ(write(ends[1], "x", 1), 1);
    CHECK_EQ(poll(fds, 2, -1), 2);
    CHECK_EQ(fds[0].revents, POLLIN);
    fds[2].fd = 9999;
    CHECK_EQ(poll(fds, 3, 0), 3);
    CHECK_EQ(fds[2].revents, POLLNVAL);
    CHECK_EQ(poll(NULL, 0, 1), 0);
    const struct timespec no_time = {0, 0};
    CHECK_EQ(ppoll(fds, 1, &no_time, NULL), 1);
    const struct timespec wrong = {0, -1};
    CHECK_ERRNO(ppoll(fds, 1, &wrong, NULL), EINVAL);
    char byte;
    CHECK_EQ(read(ends[0], &byte, 1), 1);
}

static void hang_up(void)
{
    int pair[2];
    CHECK_OK(pipe(pair));
    CHECK_OK(close(pair[1]));
    struct pollfd fd = {pair[0], POLLIN, 0};
    CHECK_EQ(poll(&fd, 1, -1), 1);
    CHECK_EQ(fd.revents, POLLHUP);
    CHECK_OK(close(pair[0]));
}

static void selecting(void)
{
    fd_set in, out, bad;
    FD_ZERO(&in);
    FD_ZERO(&out);
    FD_ZERO(&bad);
    FD_SET(ends[0], &in);
    FD_SET(ends[1], &out);
    struct timeval little = {0, 1000};
    CHECK_EQ(select(ends[1] + 1, &in, &out, &bad, &little), 1);
    CHECK(!FD_ISSET(ends[0], &in) && FD_ISSET(ends[1], &out));
    FD_SET(ends[0], &in);
    struct timespec none = {0, 0};
    CHECK_EQ(pselect(ends[1] + 1, &in, NULL, NULL, &none, NULL), 0);
    CHECK(!FD_ISSET(ends[0], &in));
    CHECK_EQ(write(ends[1], "x", 1), 1);
    FD_SET(ends[0], &in);
    CHECK_EQ(select(ends[1] + 1, &in, NULL, NULL, NULL), 1);
    const int closed = dup(ends[0]);
    CHECK_OK(close(closed));
    FD_SET(closed, &in);
    CHECK_ERRNO(select(closed + 1, &in, NULL, NULL, NULL), EBADF);
    CHECK_ERRNO(select(-1, NULL, NULL, NULL, NULL), EINVAL);
    char byte;
    CHECK_EQ(read(ends[0], &byte, 1), 1);
}

static volatile sig_atomic_t signals;
static void count(int signal, siginfo_t* info, void* context)
{
    (void)signal, (void)info, (void)context;
    ++signals;
}

// A signal that is blocked but for the time of the wait.
static void with_mask(void)
{
    handle(SIGUSR1, count, SA_RESTART);
    sigset_t blocked, open_set;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR1);
    CHECK_OK(sigprocmask(SIG_BLOCK, &blocked, &open_set));
    CHECK_OK(raise(SIGUSR1));
    CHECK_EQ(signals, 0);
    struct pollfd fd = {ends[0], POLLIN, 0};
    CHECK_ERRNO(ppoll(&fd, 1, NULL, &open_set), EINTR);
    CHECK_EQ(signals, 1);
    CHECK_OK(raise(SIGUSR1));
    CHECK_ERRNO(pselect(0, NULL, NULL, NULL, NULL, &open_set), EINTR);
    CHECK_EQ(signals, 2);
    sigset_t now;
    CHECK_OK(sigprocmask(SIG_BLOCK, NULL, &now));
    CHECK(sigismember(&now, SIGUSR1));
}

int main(int argc, char** argv)
{
    scratch_from(argc, argv);
    CHECK_OK(pipe(ends));
    polling();
    hang_up();
    selecting();
    with_mask();
    return 0;
}
