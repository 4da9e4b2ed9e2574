// mremap: grow and shrink in place, move, move to a fixed place.
#include "check.h"

#include <sys/mman.h>

static char* map(int pages)
{
    char* at = mmap(NULL, (size_t)pages * kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(at != MAP_FAILED);
    for (int i = 0; i < pages; ++i) at[i * kPage] = (char)('a' + i);
    return at;
}

// Room for `pages` pages that is free behind them as well: what the kernel has put there is not ours.
static char* map_with_room(int pages)
{
    char* at = map(pages + 8);
    CHECK_OK(munmap(at + pages * kPage, 8 * kPage));
    return at;
}

static void in_place(void)
{
    char* at = map_with_room(4);
    CHECK_EQ(mremap(at, 4 * kPage, 2 * kPage, 0), at);
    CHECK_EQ(at[kPage], 'b');
    CHECK_EQ(mremap(at, 2 * kPage, 4 * kPage, 0), at);  // the room is still free
    CHECK_EQ(at[kPage], 'b');
    CHECK_EQ(at[3 * kPage], 0);
    char* wall = mmap(at + 4 * kPage, kPage, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    CHECK_EQ(wall, at + 4 * kPage);
    CHECK_ERRNO((long)mremap(at, 4 * kPage, 8 * kPage, 0), ENOMEM);
    CHECK_OK(munmap(at, 5 * kPage));
}

static void moved(void)
{
    char* at = map_with_room(4);
    CHECK_EQ(mmap(at + 4 * kPage, kPage, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0), at + 4 * kPage);
    char* larger = mremap(at, 4 * kPage, 1024 * kPage, MREMAP_MAYMOVE);
    CHECK(larger != MAP_FAILED && larger != at);
    for (int i = 0; i < 4; ++i) CHECK_EQ(larger[i * kPage], 'a' + i);
    for (int i = 4; i < 1024; ++i) {
        CHECK_EQ(larger[i * kPage], 0);
        larger[i * kPage] = (char)i;
    }
    unsigned char resident;
    CHECK_ERRNO(mincore(at, kPage, &resident), ENOMEM);  // nothing is where it was
    CHECK_OK(munmap(larger, 1024 * kPage));
}

static void to_a_place(void)
{
    char* from = map(2);
    char* to = map(4);
    CHECK_EQ(mremap(from, 2 * kPage, 2 * kPage, MREMAP_MAYMOVE | MREMAP_FIXED, to + kPage), to + kPage);
    CHECK(to[0] == 'a' && to[kPage] == 'a' && to[2 * kPage] == 'b' && to[3 * kPage] == 'd');
    CHECK_ERRNO((long)mremap(to, kPage, kPage, MREMAP_FIXED, to), EINVAL);
    CHECK_ERRNO((long)mremap(to, kPage, kPage, MREMAP_MAYMOVE | MREMAP_FIXED, to + 1), EINVAL);
    CHECK_ERRNO((long)mremap(to, 2 * kPage, 2 * kPage, MREMAP_MAYMOVE | MREMAP_FIXED, to + kPage), EINVAL);
    CHECK_ERRNO((long)mremap(to + 1, kPage, kPage, 0), EINVAL);
    CHECK_ERRNO((long)mremap(to, kPage, 0, 0), EINVAL);
    CHECK_ERRNO((long)mremap(from, kPage, kPage, 0), EFAULT);
    char* kept = mremap(to, kPage, kPage, MREMAP_MAYMOVE | MREMAP_DONTUNMAP);
    CHECK(kept != MAP_FAILED && kept != to);
    CHECK_EQ(kept[0], 'a');
    CHECK_EQ(to[0], 0);
}

static void of_a_file(void)
{
    const int fd = file_with("file", "");
    CHECK_OK(ftruncate(fd, 3 * kPage));
    CHECK_EQ(pwrite(fd, "three", 5, 2 * kPage), 5);
    char* at = mmap(NULL, kPage, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    CHECK(at != MAP_FAILED);
    at = mremap(at, kPage, 3 * kPage, MREMAP_MAYMOVE);
    CHECK(at != MAP_FAILED);
    CHECK(memcmp(at + 2 * kPage, "three", 5) == 0);
    at[kPage] = '2';
    char byte;
    CHECK_EQ(pread(fd, &byte, 1, kPage), 1);
    CHECK_EQ(byte, '2');
}

int main(int argc, char** argv)
{
    scratch_from(argc, argv);
    in_place();
    moved();
    to_a_place();
    of_a_file();
    return 0;
}
