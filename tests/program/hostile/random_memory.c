// Calls on memory at random places, of which many are Husk's or the guest's own: a signal ends the guest at worst, and nothing is
// ever mapped, moved or freed beyond its part of the space.
#include "hostile.h"

static const long kCalls[] = {SYS_mmap,    SYS_munmap, SYS_mprotect, SYS_mremap, SYS_madvise,  SYS_brk,       SYS_msync,
                              SYS_mincore, SYS_mlock,  SYS_munlock,  SYS_mlock2, SYS_mlockall, SYS_munlockall};

static uint64_t place(uint64_t* seed)
{
    const uint64_t value = next_random(seed);
    switch (next_random(seed) % 8) {
        case 0: return HUSK_OWN + value % 0x700 * 0x1000;
        case 1: return HUSK_VDSO - 0x8000 + value % 16 * 0x1000;
        case 2: return 0x10000UL - value % 4 * 0x1000;
        case 3: return 0x2000000000UL + value % 1024 * 0x1000;
        case 4: return HUSK_SPACE - 0x1000 + value % 3 * 0x1000;
        case 5: return value & ~0xFFFUL;
        case 6: return value;
        default: return 0x2000000000UL + value % 64 * 0x200000;
    }
}

static uint64_t length(uint64_t* seed)
{
    const uint64_t value = next_random(seed);
    switch (next_random(seed) % 6) {
        case 0: return value % 16 * 0x1000;
        case 1: return value % 0x400000;
        case 2: return 1UL << value % 64;
        case 3: return (uint64_t)-1 - value % 0x3000;
        case 4: return HUSK_SPACE - value % 0x100000000;
        default: return value % 64 * 0x200000;
    }
}

int main(int argc, char** argv)
{
    scratch_from(argc, argv);
    CHECK(argc == 4);
    uint64_t seed = strtoul(argv[2], NULL, 0) * 0x9E3779B97F4A7C15UL + 1;
    const long rounds = strtol(argv[3], NULL, 0);
    const int file = file_with("file", "some text");
    for (long round = 0; round < rounds; ++round) {
        const long number = kCalls[next_random(&seed) % (sizeof kCalls / sizeof kCalls[0])];
        const uint64_t at = place(&seed), size = length(&seed), third = next_random(&seed);
        uint64_t fourth = next_random(&seed) % 0x100000, fifth = place(&seed);
        // Not over what this loop runs on: half of the time its own places, anything otherwise.
        if (number == SYS_mmap) {
            fourth = (fourth & ~0x1CUL) | (third & 0x20 ? 0x20 : 0);
            fifth = third % 3 ? (uint64_t)file : third % 70000;
        }
        const uint64_t protection = number == SYS_mmap || number == SYS_mprotect ? third % 8 : third % 256;
        // Its own code, data and stack, which are its own affair.
        const bool own_code = at < 0x2000000000 && at + size > 0x400000;
        if (own_code || (size > 0x100000000UL && is_guest_memory(at)) || number == SYS_brk) continue;
        const long result = raw_call(number, (long)at, (long)size, (long)protection, (long)fourth, (long)fifth, 0);
        if (number == SYS_mmap && result > 0 && !is_guest_memory((uint64_t)result)) {
            fprintf(stderr, "mmap(%#lx, %#lx) gave %#lx\n", at, size, result);
            return 1;
        }
        const bool husks = at >= HUSK_VDSO && size != 0 && number != SYS_brk && number != SYS_mlockall && number != SYS_munlockall;
        if (husks && result >= 0 && number != SYS_mmap && !(number == SYS_mprotect && size == 0)) {
            fprintf(stderr, "call %ld(%#lx, %#lx) gave %#lx\n", number, at, size, result);
            return 1;
        }
    }
    return 0;
}
