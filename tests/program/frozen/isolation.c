// Writes at random places that a seed gives, and tells a checksum of all of its memory: what it must be if nobody else writes
// there.
#include "../guests/check.h"

#include <husk/guest.h>

#include <sys/mman.h>

enum { kSize = 8 << 20, kWrites = 3000 };

static uint64_t next(uint64_t* state)
{
    *state ^= *state << 13, *state ^= *state >> 7, *state ^= *state << 17;
    return *state;
}

static void write_some(unsigned char* memory, uint64_t seed)
{
    for (int i = 0; i < kWrites; ++i) memory[next(&seed) % kSize] = (unsigned char)next(&seed);
}

static uint64_t sum(const unsigned char* memory)
{
    uint64_t all = 0xCBF29CE484222325;
    for (size_t i = 0; i < kSize; ++i) all = (all ^ memory[i]) * 0x100000001B3;
    return all;
}

int main(void)
{
    unsigned char* memory = mmap(NULL, kSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(memory != MAP_FAILED);
    write_some(memory, 99);
    const long number = husk_freeze_here();
    if (number == -HUSK_ENOSYS) return 0;
    write_some(memory, (uint64_t)number);
    const uint64_t once = sum(memory);
    for (int i = 0; i < 4; ++i) CHECK(sum(memory) == once);
    // What it does not need any more is zero, though it was frozen with something there.
    CHECK_OK(madvise(memory, kSize / 2, MADV_DONTNEED));
    for (size_t i = 0; i < kSize / 2; ++i) CHECK(memory[i] == 0);
    unsigned char* moved = mremap(memory, kSize, 2 * kSize, MREMAP_MAYMOVE);
    CHECK(moved != MAP_FAILED);
    uint64_t left = 0;
    for (size_t i = 0; i < kSize; ++i) left += moved[i];
    for (size_t i = kSize; i < 2 * kSize; ++i) CHECK(moved[i] == 0);
    printf("%lx %lx\n", (unsigned long)once, (unsigned long)left);
    return 0;
}
