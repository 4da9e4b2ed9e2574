// epoll: level and edge, once, data, masks, and the errors of epoll_ctl.
#include "check.h"

#include <sys/epoll.h>
#include <sys/syscall.h>
#include <time.h>

static int ends[2];
static int set;

static void empty_pipe(void)
{
    char byte;
    CHECK_EQ(read(ends[0], &byte, 1), 1);
}

static void control(void)
{
    struct epoll_event event = {EPOLLIN, {.u64 = 0x1122334455667788}};
    CHECK_OK(epoll_ctl(set, EPOLL_CTL_ADD, ends[0], &event));
    CHECK_ERRNO(epoll_ctl(set, EPOLL_CTL_ADD, ends[0], &event), EEXIST);
    CHECK_ERRNO(epoll_ctl(set, EPOLL_CTL_MOD, ends[1], &event), ENOENT);
    CHECK_ERRNO(epoll_ctl(set, EPOLL_CTL_ADD, 9999, &event), EBADF);
    CHECK_ERRNO(epoll_ctl(set, EPOLL_CTL_ADD, set, &event), EINVAL);
    const int file = file_with("file", "x");
    CHECK_ERRNO(epoll_ctl(set, EPOLL_CTL_ADD, file, &event), EPERM);
    CHECK_OK(close(file));
    CHECK_ERRNO(epoll_create(0), EINVAL);
}

static void level(void)
{
    struct epoll_event found[4];
    CHECK_EQ(epoll_wait(set, found, 4, 0), 0);
    CHECK_EQ(epoll_wait(set, found, 4, 1), 0);
    CHECK_EQ(write(ends[1], "x", 1), 1);
    for (int i = 0; i < 2; ++i) {
        CHECK_EQ(epoll_wait(set, found, 4, -1), 1);
        CHECK_EQ(found[0].events, EPOLLIN);
        CHECK_EQ(found[0].data.u64, 0x1122334455667788);
    }
    CHECK_ERRNO(epoll_wait(set, found, 0, 0), EINVAL);
    empty_pipe();
}

static void edge_and_once(void)
{
    struct epoll_event event = {EPOLLIN | EPOLLET, {.fd = ends[0]}};
    struct epoll_event found[4];
    CHECK_OK(epoll_ctl(set, EPOLL_CTL_MOD, ends[0], &event));
    CHECK_EQ(write(ends[1], "x", 1), 1);
    CHECK_EQ(epoll_wait(set, found, 4, -1), 1);
    CHECK_EQ(epoll_wait(set, found, 4, 0), 0);
    empty_pipe();
    event.events = EPOLLIN | EPOLLONESHOT;
    CHECK_OK(epoll_ctl(set, EPOLL_CTL_MOD, ends[0], &event));
    CHECK_EQ(write(ends[1], "x", 1), 1);
    CHECK_EQ(epoll_wait(set, found, 4, -1), 1);
    CHECK_EQ(write(ends[1], "x", 1), 1);
    CHECK_EQ(epoll_wait(set, found, 4, 0), 0);
    CHECK_OK(epoll_ctl(set, EPOLL_CTL_MOD, ends[0], &event));
    CHECK_EQ(epoll_wait(set, found, 4, -1), 1);
    empty_pipe();
    empty_pipe();
    CHECK_OK(epoll_ctl(set, EPOLL_CTL_DEL, ends[0], NULL));
}

// Sets within sets, and more ready descriptors than there is room for.
static void nested(void)
{
    const int outer = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {EPOLLIN, {.u32 = 1}};
    CHECK_OK(epoll_ctl(outer, EPOLL_CTL_ADD, set, &event));
    event.events = EPOLLOUT;
    CHECK_OK(epoll_ctl(set, EPOLL_CTL_ADD, ends[1], &event));
    const int copy = dup(ends[1]);
    CHECK_OK(epoll_ctl(set, EPOLL_CTL_ADD, copy, &event));
    struct epoll_event found[4];
    CHECK_EQ(epoll_wait(outer, found, 4, -1), 1);
    CHECK_EQ(epoll_wait(set, found, 1, -1), 1);
    CHECK_EQ(epoll_wait(set, found, 4, -1), 2);
    CHECK_OK(epoll_ctl(set, EPOLL_CTL_DEL, copy, NULL));  // closing one of two numbers would not take it out
    CHECK_OK(close(copy));
    CHECK_OK(close(outer));
}

static volatile sig_atomic_t signals;
static void count(int signal, siginfo_t* info, void* context)
{
    (void)signal, (void)info, (void)context;
    ++signals;
}

static void with_mask(void)
{
    handle(SIGUSR1, count, SA_RESTART);
    sigset_t blocked, open_set;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR1);
    CHECK_OK(sigprocmask(SIG_BLOCK, &blocked, &open_set));
    CHECK_OK(epoll_ctl(set, EPOLL_CTL_DEL, ends[1], NULL));
    CHECK_OK(raise(SIGUSR1));
    struct epoll_event found[1];
    CHECK_ERRNO(epoll_pwait(set, found, 1, -1, &open_set), EINTR);
    CHECK_EQ(signals, 1);
    const struct timespec no_time = {0, 0};
    CHECK_EQ(syscall(SYS_epoll_pwait2, set, found, 1, &no_time, NULL, 8L), 0);
}

int main(int argc, char** argv)
{
    scratch_from(argc, argv);
    CHECK_OK(pipe(ends));
    set = epoll_create1(0);
    CHECK_OK(set);
    control();
    level();
    edge_and_once();
    nested();
    with_mask();
    return 0;
}
