// A file without end: --fsize stops each way to make it grow, with SIGXFSZ and EFBIG.
#include "hostile.h"

#include <sys/uio.h>

static volatile sig_atomic_t told;

static void too_large(int signal, siginfo_t* info, void* context)
{
    (void)signal, (void)info, (void)context;
    ++told;
}

int main(int argc, char** argv)
{
    scratch_from(argc, argv);
    CHECK(argc == 3);
    const long limit = atol(argv[2]);
    static char text[4096];
    handle(SIGXFSZ, too_large, 0);
    const int file = file_with("large", "");
    long written = 0, size;
    while ((size = write(file, text, sizeof text)) > 0) written += size;
    CHECK_EQ(errno, EFBIG);
    CHECK_EQ(written, limit);
    CHECK(told > 0);
    CHECK_ERRNO(ftruncate(file, limit + 1), EFBIG);
    CHECK_ERRNO(truncate(in_scratch("large"), limit + 1), EFBIG);
    CHECK_ERRNO(pwrite(file, text, 1, limit), EFBIG);
    CHECK_ERRNO(pwrite(file, text, 1, 1L << 40), EFBIG);
    CHECK_ERRNO(fallocate(file, 0, 0, limit + 1), EFBIG);
    struct iovec vector = {text, 1};
    CHECK_ERRNO(pwritev(file, &vector, 1, limit), EFBIG);
    const int other = file_with("other", "text");
    int64_t from = 0, to = limit;
    CHECK_ERRNO(syscall(SYS_copy_file_range, other, &from, file, &to, 4, 0), EFBIG);
    CHECK_EQ(lseek(file, 0, SEEK_END), limit);
    CHECK_ERRNO(syscall(SYS_sendfile, file, other, NULL, 4), EFBIG);
    CHECK_EQ(lseek(file, 0, SEEK_END), limit);
    return 0;
}
