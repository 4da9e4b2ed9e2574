// As many mappings as the host lets one process have: an error then, and the guest goes on, with what it frees at its service
// again.
#include "hostile.h"

enum { kSome = 140000 };

int main(void)
{
    char* all = mmap(NULL, (size_t)kSome * kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(all != MAP_FAILED);
    int made = 0;
    for (size_t page = 0; page < kSome; page += 2) {
        if (mprotect(all + page * kPage, kPage, PROT_READ) != 0) {
            CHECK_EQ(errno, ENOMEM);
            break;
        }
        ++made;
    }
    CHECK(made > 1000);
    all[kPage] = 1;
    CHECK_OK(munmap(all, (size_t)kSome * kPage));
    char* again = mmap(NULL, 16 * kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(again != MAP_FAILED);
    again[0] = 1;
    return 0;
}
