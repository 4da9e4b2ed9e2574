// madvise, mincore, mlock: pages given back, asked after, and held.
#include "check.h"

#include <sys/mman.h>

static char* map(int pages)
{
    char* at = mmap(NULL, (size_t)pages * kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(at != MAP_FAILED);
    memset(at, 'x', (size_t)pages * kPage);
    return at;
}

static void given_back(void)
{
    char* at = map(8);
    CHECK_OK(madvise(at + kPage, 2 * kPage, MADV_DONTNEED));
    CHECK(at[kPage - 1] == 'x' && at[kPage] == 0 && at[3 * kPage - 1] == 0 && at[3 * kPage] == 'x');
    at[kPage] = 'y';
    CHECK_EQ(at[kPage], 'y');
    CHECK_OK(madvise(at, 8 * kPage, MADV_FREE));
    at[0] = 'z';  // what is written again stays
    CHECK_EQ(at[0], 'z');
    CHECK_ERRNO(madvise(at + 1, kPage, MADV_DONTNEED), EINVAL);
    CHECK_ERRNO(madvise(at, kPage, 9999), EINVAL);
    CHECK_OK(madvise(at, kPage, MADV_WILLNEED));
    CHECK_OK(madvise(at, kPage, MADV_SEQUENTIAL));
    CHECK_OK(munmap(at + kPage, kPage));
    CHECK_ERRNO(madvise(at, 3 * kPage, MADV_NORMAL), ENOMEM);

    const int fd = file_with("file", "file");
    char* file = mmap(NULL, kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    file[0] = 'F';
    CHECK_OK(madvise(file, kPage, MADV_DONTNEED));
    CHECK_EQ(file[0], 'f');  // a private change is gone, the file is back
}

static void resident(void)
{
    char* at = map(4);
    CHECK_OK(madvise(at + 2 * kPage, kPage, MADV_DONTNEED));
    unsigned char pages[4];
    CHECK_OK(mincore(at, 4 * kPage, pages));
    CHECK(pages[0] & 1);
    CHECK(pages[3] & 1);
    CHECK_ERRNO(mincore(at + 1, kPage, pages), EINVAL);
    CHECK_OK(munmap(at + kPage, kPage));
    CHECK_ERRNO(mincore(at, 4 * kPage, pages), ENOMEM);
}

static void held(void)
{
    char* at = map(4);
    CHECK_OK(mlock(at, 4 * kPage));
    CHECK_OK(munlock(at, 4 * kPage));
    CHECK_OK(mlock2(at, kPage, MLOCK_ONFAULT));
    CHECK_OK(munlock(at, kPage));
    CHECK_OK(munmap(at, 4 * kPage));
    CHECK_ERRNO(mlock(at, kPage), ENOMEM);
    char* populated = mmap(NULL, 4 * kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    CHECK(populated != MAP_FAILED);
    CHECK_EQ(populated[3 * kPage], 0);
}

int main(int argc, char** argv)
{
    scratch_from(argc, argv);
    given_back();
    resident();
    held();
    return 0;
}
