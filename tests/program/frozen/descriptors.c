// Has descriptors of every kind that can be frozen when it is frozen, and finds them as they were. Its argument is a folder with a
// file "words" that begins "one two three".
#include "../guests/check.h"

#include <husk/guest.h>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <unistd.h>

static char bytes[100];

static const char* from(int fd, size_t size)
{
    memset(bytes, 0, sizeof bytes);
    CHECK_EQ(read(fd, bytes, size), (long)size);
    return bytes;
}

int main(int argc, char** argv)
{
    CHECK_EQ(argc, 2);
    CHECK_EQ(chdir(argv[1]), 0);
    const int words = open("words", O_RDONLY), log = open("log", O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    CHECK_EQ(strcmp(from(words, 4), "one "), 0);
    const int copy = dup(words), folder = open(".", O_RDONLY | O_DIRECTORY), saved = dup(1);
    CHECK_EQ(dup2(log, 2), 2);
    int ends[2];
    CHECK_EQ(pipe2(ends, O_NONBLOCK), 0);
    CHECK_EQ(write(ends[1], "in the pipe", 11), 11);
    const int event = eventfd(3, EFD_SEMAPHORE), timer = timerfd_create(CLOCK_MONOTONIC, 0), memory = memfd_create("m", 0);
    CHECK_EQ(write(memory, "in memory", 9), 9);
    const struct itimerspec soon = {.it_value = {0, 1000000}};
    CHECK_EQ(timerfd_settime(timer, 0, &soon, NULL), 0);
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    CHECK_EQ(sigprocmask(SIG_BLOCK, &set, NULL), 0);
    const int signals = signalfd(-1, &set, 0), epoll = epoll_create1(0), null = open("/dev/null", O_WRONLY);
    struct epoll_event wanted = {.events = EPOLLIN, .data = {.u64 = 0x123456789ABCDEF0}};
    CHECK_EQ(epoll_ctl(epoll, EPOLL_CTL_ADD, timer, &wanted), 0);

    const long number = husk_freeze_here();
    if (number <= 0) return 0;  // natively, or not to be frozen

    CHECK_EQ(strcmp(from(copy, 4), "two "), 0);
    CHECK_EQ(strcmp(from(words, 5), "three"), 0);
    CHECK_EQ(fcntl(log, F_GETFD), FD_CLOEXEC);
    CHECK_EQ(fcntl(words, F_GETFD), 0);
    CHECK_EQ(write(2, "more\n", 5), 5);
    CHECK_EQ(faccessat(folder, "words", R_OK, 0), 0);
    CHECK_EQ(strcmp(from(ends[0], 11), "in the pipe"), 0);
    CHECK_EQ(read(ends[0], bytes, 1), -1);
    for (int i = 0; i < 3; ++i) CHECK_EQ(*(const long*)from(event, 8), 1);
    CHECK_EQ(lseek(memory, 3, SEEK_SET), 3);
    CHECK_EQ(strcmp(from(memory, 6), "memory"), 0);
    struct epoll_event seen;
    CHECK_EQ(epoll_wait(epoll, &seen, 1, -1), 1);
    CHECK(seen.data.u64 == 0x123456789ABCDEF0);
    CHECK_EQ(*(const long*)from(timer, 8), 1);
    CHECK_EQ(kill(getpid(), SIGUSR1), 0);
    struct signalfd_siginfo sent;
    CHECK_EQ(read(signals, &sent, sizeof sent), (long)sizeof sent);
    CHECK_EQ(sent.ssi_signo, SIGUSR1);
    CHECK_EQ(write(null, "x", 1), 1);
    CHECK_EQ(write(saved, "well\n", 5), 5);
    return 0;
}
