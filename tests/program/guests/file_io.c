// read, write and their kin move the bytes they say, from where they say.
#include "check.h"

#include <sys/uio.h>

static void plain(void)
{
    const int fd = file_with("plain", "0123456789");
    char text[16] = "";
    CHECK_EQ(read(fd, text, 4), 4);
    CHECK(memcmp(text, "0123", 4) == 0);
    CHECK_EQ(read(fd, text, sizeof text), 6);
    CHECK(memcmp(text, "456789", 6) == 0);
    CHECK_EQ(read(fd, text, sizeof text), 0);
    CHECK_EQ(read(fd, text, 0), 0);
    CHECK_EQ(write(fd, "ab", 2), 2);
    CHECK_EQ(lseek(fd, 0, SEEK_CUR), 12);
    CHECK_OK(close(fd));
    CHECK_ERRNO(read(fd, text, 1), EBADF);
    CHECK_ERRNO(write(fd, text, 1), EBADF);
    CHECK_ERRNO(close(fd), EBADF);
}

static void vectors(void)
{
    const int fd = file_with("vectors", "");
    char one[] = "one", two[] = "two", four[] = "four";
    const struct iovec out[] = {{one, 3}, {two, 0}, {four, 4}, {two, 3}};
    CHECK_EQ(writev(fd, out, 4), 10);
    CHECK_EQ(lseek(fd, 0, SEEK_SET), 0);
    char a[2], b[5], c[8] = "";
    const struct iovec in[] = {{a, 2}, {b, 5}, {c, 8}};
    CHECK_EQ(readv(fd, in, 3), 10);
    CHECK(memcmp(a, "on", 2) == 0 && memcmp(b, "efour", 5) == 0 && memcmp(c, "two", 3) == 0);
    CHECK_EQ(readv(fd, in, 0), 0);
    volatile int too_few = -1, too_many = 1025;  // volatile: the compiler would refuse them itself
    CHECK_ERRNO(readv(fd, in, too_few), EINVAL);
    CHECK_ERRNO(writev(fd, out, too_many), EINVAL);
    const struct iovec endless = {a, SIZE_MAX};
    CHECK_ERRNO(readv(fd, &endless, 1), EINVAL);
    CHECK_OK(close(fd));
}

static void positioned(void)
{
    const int fd = file_with("positioned", "0123456789");
    char text[8] = "";
    CHECK_EQ(pread(fd, text, 3, 5), 3);
    CHECK(memcmp(text, "567", 3) == 0);
    CHECK_EQ(pwrite(fd, "XY", 2, 20), 2);
    CHECK_EQ(lseek(fd, 0, SEEK_CUR), 0);
    CHECK_EQ(pread(fd, text, 4, 18), 4);
    CHECK(memcmp(text, "\0\0XY", 4) == 0);
    CHECK_ERRNO(pread(fd, text, 1, -1), EINVAL);

    char a[2], b[2];
    const struct iovec pieces[] = {{a, 2}, {b, 2}};
    CHECK_EQ(preadv(fd, pieces, 2, 1), 4);
    CHECK(memcmp(a, "12", 2) == 0 && memcmp(b, "34", 2) == 0);
    CHECK_EQ(preadv2(fd, pieces, 2, -1, 0), 4);  // at the file's own place, which moves
    CHECK(memcmp(a, "01", 2) == 0 && lseek(fd, 0, SEEK_CUR) == 4);
    CHECK_EQ(pwritev(fd, pieces, 2, 30), 4);
    CHECK_EQ(pwritev2(fd, pieces, 1, 40, RWF_SYNC), 2);
    CHECK_EQ(pwritev2(fd, pieces, 1, 0, RWF_APPEND), 2);
    CHECK_EQ(lseek(fd, 0, SEEK_END), 44);
    CHECK_OK(close(fd));
}

static void seeks(void)
{
    const int fd = file_with("seeks", "0123456789");
    CHECK_EQ(lseek(fd, 3, SEEK_SET), 3);
    CHECK_EQ(lseek(fd, -2, SEEK_CUR), 1);
    CHECK_EQ(lseek(fd, -1, SEEK_END), 9);
    CHECK_ERRNO(lseek(fd, -11, SEEK_END), EINVAL);
    CHECK_ERRNO(lseek(fd, 0, 77), EINVAL);
    CHECK_EQ(lseek(fd, 0, SEEK_DATA), 0);
    CHECK_EQ(lseek(fd, 2, SEEK_HOLE), 10);
    CHECK_ERRNO(lseek(fd, 10, SEEK_DATA), ENXIO);
    CHECK_EQ(lseek(fd, 0x123456789AL, SEEK_SET), 0x123456789AL);
    CHECK_OK(close(fd));
}

static void large(void)
{
    enum { kSize = 3 * 1024 * 1024 + 17 };
    const int fd = file_with("large", "");
    unsigned char* bytes = malloc(kSize);
    for (size_t i = 0; i < kSize; ++i) bytes[i] = (unsigned char)(i * 31 + (i >> 12));
    CHECK_EQ(write(fd, bytes, kSize), kSize);
    unsigned char* copy = calloc(1, kSize);
    CHECK_EQ(pread(fd, copy, kSize, 0), kSize);
    CHECK(memcmp(bytes, copy, kSize) == 0);
    free(bytes);
    free(copy);
    CHECK_OK(close(fd));
}

int main(int argc, char** argv)
{
    scratch_from(argc, argv);
    plain();
    vectors();
    positioned();
    seeks();
    large();
    return 0;
}
