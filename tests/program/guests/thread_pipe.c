// A write that is cut short because the last reader leaves: what it has written is told, and SIGPIPE comes with it.
#include "check.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/ioctl.h>
#include <sys/uio.h>

static int ends[2];
static int room;
static volatile sig_atomic_t pipes;

static void on_pipe(int signal, siginfo_t* info, void* context)
{
    (void)signal;
    (void)info;
    (void)context;
    ++pipes;
}

/// Leaves when the pipe is full, and so the writer waits, or is about to.
static void* leave_when_full(void* argument)
{
    for (int inside = 0; inside < room;) CHECK_OK(ioctl(ends[0], FIONREAD, &inside));
    CHECK_OK(close(ends[0]));
    return argument;
}

static void cut_short(int vectored)
{
    static char bytes[300000];
    pthread_t reader;
    pipes = 0;
    CHECK_OK(pipe(ends));
    room = fcntl(ends[1], F_GETPIPE_SZ);
    CHECK(room > 0 && (size_t)room < sizeof bytes);
    CHECK_EQ(pthread_create(&reader, NULL, leave_when_full, NULL), 0);
    const struct iovec vector = {bytes, sizeof bytes};
    CHECK_EQ(vectored ? writev(ends[1], &vector, 1) : write(ends[1], bytes, sizeof bytes), room);
    CHECK_EQ(pipes, 1);
    CHECK_ERRNO(write(ends[1], bytes, 1), EPIPE);
    CHECK_EQ(pipes, 2);
    CHECK_EQ(pthread_join(reader, NULL), 0);
    CHECK_OK(close(ends[1]));
}

int main(int argc, char** argv)
{
    scratch_from(argc, argv);
    handle(SIGPIPE, on_pipe, 0);
    cut_short(0);
    cut_short(1);
    return 0;
}
