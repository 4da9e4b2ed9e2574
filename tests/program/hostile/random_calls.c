// Thousands of calls at random, of which each argument is likely to hurt: the guest goes on, or ends by a signal of its own.
#include "hostile.h"

enum { kArguments = 6, kBufferPages = 16 };

static char* buffer;

static uint64_t argument(uint64_t* seed)
{
    const uint64_t r = next_random(seed);
    const uint64_t value = next_random(seed);
    switch (r % 12) {
        case 0: return (uint64_t)buffer + value % (kBufferPages * kPage);
        case 1: return (uint64_t)buffer + (value % kBufferPages) * kPage;
        case 2: return (uint64_t)buffer + kBufferPages * kPage - value % 32;
        case 3: return value % 16;
        case 4: return value % 2048;
        case 5: return (uint64_t)-1 - value % 256;
        case 6: return HUSK_OWN + value % 0x700000;
        case 7: return HUSK_VDSO - 64 + value % 128;
        case 8: return 1UL << value % 64;
        case 9: return (1UL << value % 64) - 1;
        case 10: return (uint64_t)buffer + value % 256 * 8;
        default: return value;
    }
}

/// Those that end the guest or take its own ground away, which no luck survives; other guests have them.
static bool skipped(long number)
{
    switch (number) {
        case SYS_exit:
        case SYS_exit_group:
        case SYS_rt_sigreturn:
        case SYS_clone:
        case SYS_clone3:
        case SYS_munmap:
        case SYS_mremap:
        case SYS_mprotect:
        case SYS_mmap:
        case SYS_brk:
        case SYS_arch_prctl:
        case SYS_kill:
        case SYS_tkill:
        case SYS_tgkill:
        case SYS_rt_sigqueueinfo:
        case SYS_rt_tgsigqueueinfo:
        case SYS_rt_sigaction:
        case SYS_rt_sigprocmask:
        case SYS_sigaltstack:
        case SYS_madvise:
        case SYS_timer_create:
        case SYS_setitimer:
        case SYS_alarm: return true;
        default: return false;
    }
}

static void fill(uint64_t* seed)
{
    uint64_t* words = (uint64_t*)buffer;
    for (int i = 0; i < 128; ++i) words[i] = argument(seed);
    memcpy(buffer + 1024, "name", 5);
    memcpy(buffer + 2048, "../../../../etc/passwd", 23);
    memcpy(buffer + 3072, "/proc/self/fd/3", 16);
}

int main(int argc, char** argv)
{
    scratch_from(argc, argv);
    CHECK(argc == 4);
    uint64_t seed = strtoul(argv[2], NULL, 0) * 0x9E3779B97F4A7C15UL + 1;
    const long rounds = strtol(argv[3], NULL, 0);
    CHECK_OK(chdir(check_scratch));
    buffer = mmap(NULL, kBufferPages * kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    interrupt_every(10000);
    for (long round = 0; round < rounds; ++round) {
        if (round % 16 == 0) fill(&seed);
        const long number = (long)(next_random(&seed) % 470);
        uint64_t words[kArguments];
        for (int i = 0; i < kArguments; ++i) words[i] = argument(&seed);
        // Names that mean something, now and then.
        if (round % 4 == 0) words[round / 4 % 2] = (uint64_t)buffer + 1024 * (1 + round / 8 % 3);
        if (skipped(number)) continue;
        raw_call(number, (long)words[0], (long)words[1], (long)words[2], (long)words[3], (long)words[4], (long)words[5]);
    }
    return 0;
}
