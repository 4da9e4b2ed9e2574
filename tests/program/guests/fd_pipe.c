// Pipes, and the calls that move bytes between descriptors without passing through the program.
#include "check.h"

#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/uio.h>

static void pipes(void)
{
    int ends[2];
    CHECK_OK(pipe2(ends, O_CLOEXEC | O_NONBLOCK));
    char text[16];
    CHECK_ERRNO(read(ends[0], text, 1), EAGAIN);
    CHECK_EQ(write(ends[1], "hello", 5), 5);
    int count = 0;
    CHECK_OK(ioctl(ends[0], FIONREAD, &count));
    CHECK_EQ(count, 5);
    CHECK_EQ(read(ends[0], text, 3), 3);
    CHECK_EQ(read(ends[0], text, 16), 2);
    CHECK_ERRNO(lseek(ends[0], 0, SEEK_SET), ESPIPE);
    CHECK_ERRNO(pread(ends[0], text, 1, 0), ESPIPE);
    CHECK_ERRNO(write(ends[0], "x", 1), EBADF);
    CHECK_EQ(fcntl(ends[1], F_SETPIPE_SZ, kPage), kPage);
    CHECK_EQ(fcntl(ends[1], F_GETPIPE_SZ), kPage);
    static char page[kPage];
    CHECK_EQ(write(ends[1], page, kPage), kPage);
    CHECK_ERRNO(write(ends[1], page, 1), EAGAIN);
    CHECK_EQ(read(ends[0], page, kPage), kPage);
    CHECK_OK(close(ends[1]));
    CHECK_EQ(read(ends[0], text, 1), 0);
    CHECK_OK(close(ends[0]));
    CHECK_ERRNO(pipe2(ends, 0x40000000), EINVAL);
}

static volatile sig_atomic_t broken;
static void on_broken(int signal)
{
    (void)signal;
    ++broken;
}

static void nobody_reads(void)
{
    int ends[2];
    CHECK_OK(pipe(ends));
    CHECK_OK(close(ends[0]));
    signal(SIGPIPE, on_broken);
    CHECK_ERRNO(write(ends[1], "x", 1), EPIPE);
    CHECK_EQ(broken, 1);
    signal(SIGPIPE, SIG_IGN);
    CHECK_ERRNO(write(ends[1], "x", 1), EPIPE);
    CHECK_OK(close(ends[1]));
}

static void send_files(void)
{
    const int from = file_with("from", "0123456789");
    const int to = file_with("to", "");
    off_t at = 2;
    CHECK_EQ(sendfile(to, from, &at, 5), 5);
    CHECK_EQ(at, 7);
    CHECK_EQ(lseek(from, 0, SEEK_CUR), 0);
    CHECK_EQ(sendfile(to, from, NULL, 100), 10);
    CHECK_EQ(lseek(from, 0, SEEK_CUR), 10);
    loff_t source = 8, target = 0;
    CHECK_EQ(copy_file_range(from, &source, to, &target, 100, 0), 2);
    CHECK_EQ(source, 10);
    CHECK_EQ(target, 2);
    char text[32] = "";
    CHECK_EQ(pread(to, text, sizeof text, 0), 15);
    CHECK(strcmp(text, "894560123456789") == 0);
    CHECK_ERRNO(copy_file_range(from, NULL, to, NULL, 1, 77), EINVAL);
    CHECK_ERRNO(sendfile(9999, from, NULL, 1), EBADF);
    CHECK_OK(close(from));
    CHECK_OK(close(to));
}

static void splices(void)
{
    const int file = file_with("spliced", "abcdefghij");
    int one[2], two[2];
    CHECK_OK(pipe(one));
    CHECK_OK(pipe(two));
    loff_t at = 3;
    CHECK_EQ(splice(file, &at, one[1], NULL, 4, 0), 4);
    CHECK_EQ(at, 7);
    CHECK_EQ(tee(one[0], two[1], 100, 0), 4);
    char text[16] = "";
    CHECK_EQ(read(one[0], text, 16), 4);
    CHECK_EQ(read(two[0], text + 4, 12), 4);
    CHECK(strcmp(text, "defgdefg") == 0);
    const struct iovec pieces[] = {{text, 2}, {text + 6, 2}};
    CHECK_EQ(vmsplice(one[1], pieces, 2, 0), 4);
    char copy[8] = "";
    CHECK_EQ(read(one[0], copy, 8), 4);
    CHECK(strcmp(copy, "defg") == 0);
    CHECK_ERRNO(splice(file, NULL, file, NULL, 1, 0), EINVAL);
    CHECK_ERRNO(splice(one[0], NULL, two[1], NULL, 1, SPLICE_F_NONBLOCK), EAGAIN);
}

int main(int argc, char** argv)
{
    scratch_from(argc, argv);
    pipes();
    nobody_reads();
    send_files();
    splices();
    return 0;
}
