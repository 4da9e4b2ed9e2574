// The heap: brk and sbrk, and an allocator at work on it.
#include "check.h"

#include <malloc.h>
#include <sys/syscall.h>

static void breaks(void)
{
    char* start = sbrk(0);
    CHECK_EQ(sbrk(3 * kPage), start);
    CHECK_EQ(sbrk(0), start + 3 * kPage);
    for (int i = 0; i < 3 * kPage; ++i) CHECK_EQ(start[i], 0);
    memset(start, 'x', 3 * kPage);
    CHECK_EQ(sbrk(-2 * kPage), start + 3 * kPage);
    CHECK_EQ(start[0], 'x');
    CHECK_EQ(sbrk(2 * kPage), start + kPage);
    if ((uintptr_t)start % kPage == 0) CHECK_EQ(start[kPage], 0);  // fresh pages again
    CHECK_OK(brk(start));
    CHECK_EQ(syscall(SYS_brk, 0), start);
    CHECK_EQ(syscall(SYS_brk, 1), start);  // refused: says where it is
    CHECK_EQ(syscall(SYS_brk, ~0ul), start);
    CHECK_EQ(syscall(SYS_brk, start + 100), start + 100);
    CHECK_OK(brk(start));
}

enum { kBlocks = 500, kRounds = 20000, kMost = 40000 };

struct Block {
    unsigned char* bytes;
    size_t size;
};

static void check_block(const struct Block* block, int index)
{
    if (block->size == 0) return;
    CHECK_EQ(block->bytes[0], (unsigned char)index);
    CHECK_EQ(block->bytes[block->size / 2], (unsigned char)index);
    CHECK_EQ(block->bytes[block->size - 1], (unsigned char)index);
}

static void allocator(void)
{
    static struct Block blocks[kBlocks];
    unsigned random = 12345;
    for (int round = 0; round < kRounds; ++round) {
        random = random * 1103515245 + 12345;
        const int index = (int)(random >> 16) % kBlocks;
        struct Block* block = &blocks[index];
        check_block(block, index);
        random = random * 1103515245 + 12345;
        block->size = (random >> 8) % kMost * (round % 100 == 0 ? 50 : 1);
        block->bytes = realloc(block->bytes, block->size + 1);
        CHECK(block->bytes != NULL);
        CHECK_EQ((uintptr_t)block->bytes % 16, 0);
        if (block->size != 0) memset(block->bytes, index, block->size);
    }
    for (int i = 0; i < kBlocks; ++i) {
        check_block(&blocks[i], i);
        free(blocks[i].bytes);
    }
}

int main(int argc, char** argv)
{
    scratch_from(argc, argv);
    breaks();
    allocator();
    volatile size_t too_much = PTRDIFF_MAX - 100;
    CHECK(malloc(too_much) == NULL);
    CHECK_EQ(errno, ENOMEM);
    char* huge = calloc(1, 300u << 20);
    CHECK(huge != NULL);
    CHECK_EQ(huge[299u << 20], 0);
    free(huge);
    return 0;
}
