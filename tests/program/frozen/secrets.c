// What must not be the same in two thaws: AT_RANDOM, getrandom, what was to be wiped in a fork, and what a generator gives that is
// seeded again when husk_freeze_here() tells that this is a thaw.
#include "../guests/check.h"

#include <husk/guest.h>

#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/random.h>

int main(void)
{
    unsigned char* wiped = mmap(NULL, 2 * kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(wiped != MAP_FAILED);
    memset(wiped, 1, 2 * kPage);
    CHECK_OK(madvise(wiped, kPage, MADV_WIPEONFORK));
    unsigned char before[16];
    const unsigned char* at_random = (const unsigned char*)getauxval(AT_RANDOM);
    memcpy(before, at_random, sizeof before);
    srandom(7);
    const long number = husk_freeze_here();
    if (number == -HUSK_ENOSYS) return 0;
    unsigned seed = 0;
    CHECK_EQ(getrandom(&seed, sizeof seed, 0), (long)sizeof seed);
    if (number > 0) srandom(seed);
    CHECK(memcmp(before, at_random, sizeof before) != 0);
    CHECK(wiped[0] == 0 && wiped[kPage - 1] == 0 && wiped[kPage] == 1);
    unsigned char more[16];
    CHECK_EQ(getrandom(more, sizeof more, 0), (long)sizeof more);
    for (int i = 0; i < 16; ++i) printf("%02x", at_random[i]);
    for (int i = 0; i < 16; ++i) printf("%02x", more[i]);
    printf("%08lx\n", (unsigned long)random());
    return 0;
}
