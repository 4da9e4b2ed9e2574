// The size of a file and the space it takes: truncate, ftruncate, fallocate, and the calls that write it out.
#include "check.h"

#include <linux/falloc.h>
#include <sys/stat.h>

static off_t size_of(int fd)
{
    struct stat found;
    CHECK_OK(fstat(fd, &found));
    return found.st_size;
}

static void truncation(void)
{
    const int fd = file_with("cut", "0123456789");
    CHECK_OK(ftruncate(fd, 4));
    CHECK_EQ(size_of(fd), 4);
    CHECK_OK(truncate(in_scratch("cut"), 8));
    char text[16] = "";
    CHECK_EQ(read(fd, text, sizeof text), 8);
    CHECK(memcmp(text, "0123\0\0\0\0", 8) == 0);
    CHECK_ERRNO(ftruncate(fd, -1), EINVAL);
    CHECK_ERRNO(truncate(in_scratch("none"), 1), ENOENT);
    CHECK_ERRNO(truncate(check_scratch, 1), EISDIR);
    CHECK_OK(close(fd));
    const int only_read = open(in_scratch("cut"), O_RDONLY);
    CHECK_ERRNO(ftruncate(only_read, 0), EINVAL);
    CHECK_OK(close(only_read));
}

static void allocation(void)
{
    const int fd = file_with("space", "");
    CHECK_OK(posix_fallocate(fd, 0, 3 * kPage));
    CHECK_EQ(size_of(fd), 3 * kPage);
    char page[kPage];
    memset(page, 'p', sizeof page);
    for (int i = 0; i < 3; ++i) CHECK_EQ(pwrite(fd, page, kPage, i * kPage), kPage);
    if (fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, kPage, kPage) == 0) {
        CHECK_EQ(pread(fd, page, kPage, kPage), kPage);
        for (int i = 0; i < kPage; ++i) CHECK_EQ(page[i], 0);
        CHECK_EQ(size_of(fd), 3 * kPage);
    } else {
        CHECK_EQ(errno, EOPNOTSUPP);  // a matter of the file system
    }
    CHECK_ERRNO(fallocate(fd, 0, 0, 0), EINVAL);
    CHECK_OK(close(fd));
}

static void writing_out(void)
{
    const int fd = file_with("out", "x");
    CHECK_OK(fsync(fd));
    CHECK_OK(fdatasync(fd));
    CHECK_OK(sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE));
    CHECK_EQ(posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL), 0);
    CHECK_OK(readahead(fd, 0, kPage));
    CHECK_OK(close(fd));
    CHECK_ERRNO(fsync(fd), EBADF);
}

int main(int argc, char** argv)
{
    scratch_from(argc, argv);
    truncation();
    allocation();
    writing_out();
    return 0;
}
