// Descriptors until there are no more, of every kind: EMFILE at --files, and the guest goes on; closed ones can be had again.
#include "hostile.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>

static int make(int kind)
{
    sigset_t set;
    int ends[2];
    switch (kind) {
        case 0: return dup(0);
        case 1: return open(in_scratch("file"), O_RDWR | O_CREAT, 0644);
        case 2: return pipe(ends) == 0 ? ends[1] : -1;
        case 3: return eventfd(0, 0);
        case 4: return epoll_create1(0);
        case 5: return timerfd_create(CLOCK_MONOTONIC, 0);
        case 6: return memfd_create("bomb", 0);
        case 7: return inotify_init1(0);
        case 8: sigemptyset(&set); return signalfd(-1, &set, 0);
        default: return open("/proc/self/status", O_RDONLY);
    }
}

enum { kKinds = 10 };

int main(int argc, char** argv)
{
    scratch_from(argc, argv);
    CHECK(argc == 3);
    const int limit = atoi(argv[2]);
    for (int kind = 0; kind < kKinds; ++kind) {
        int highest = -1;
        for (int fd; (fd = make(kind)) >= 0;)
            if (fd > highest) highest = fd;
        // inotify has a limit of the user's too, which also is EMFILE.
        CHECK(errno == EMFILE || errno == ENFILE);
        CHECK(highest < limit);
        CHECK(kind == 7 || highest >= limit - 2);
        CHECK_OK(syscall(SYS_close_range, 3, limit, 0));
    }
    const int file = file_with("after", "text");
    CHECK_OK(close(file));
    return 0;
}
