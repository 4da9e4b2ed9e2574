// Memory until there is no more, by mmap, brk, mremap and mprotect, all of it touched: ENOMEM at --memory, and the guest goes on.
#include "hostile.h"

enum { kMegabyte = 1 << 20, kPieces = 4096 };

int main(int argc, char** argv)
{
    CHECK(argc == 3);
    const size_t limit = strtoul(argv[2], NULL, 0) * kMegabyte;
    static char* pieces[kPieces];
    for (int round = 0; round < 2; ++round) {
        size_t count = 0;
        while (count < kPieces) {
            char* piece = mmap(NULL, kMegabyte, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
            if (piece == MAP_FAILED) break;
            for (size_t at = 0; at < kMegabyte; at += kPage) piece[at] = 1;
            pieces[count++] = piece;
        }
        CHECK_EQ(errno, ENOMEM);
        CHECK(count * kMegabyte <= limit);
        CHECK(count * kMegabyte >= limit / 2);
        // No other way leads further.
        CHECK(mmap(NULL, 1UL << 39, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0) == MAP_FAILED);
        CHECK(mremap(pieces[0], kMegabyte, 64 * kMegabyte, MREMAP_MAYMOVE) == MAP_FAILED);
        char* nothing = mmap(NULL, 64 * kMegabyte, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (nothing != MAP_FAILED) {
            CHECK_ERRNO(mprotect(nothing, 64 * kMegabyte, PROT_READ | PROT_WRITE), ENOMEM);
            CHECK_OK(munmap(nothing, 64 * kMegabyte));
        }
        const long end = syscall(SYS_brk, 0L);
        CHECK_EQ(syscall(SYS_brk, end + 64L * kMegabyte), end);
        for (size_t i = 0; i < count; ++i) CHECK_OK(munmap(pieces[i], kMegabyte));
    }
    return 0;
}
