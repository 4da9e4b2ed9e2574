// Every call by number, with something bad at each argument in turn: Husk answers, and neither dies nor hands out what is its own.
#include "hostile.h"

#include <limits.h>

enum { kCalls = 480, kArguments = 6, kPatterns = 3 };

static char* buffer;      // pages to be read and written
static char* last_page;   // one, with nothing behind it
static char* read_only;   // one that is not to be written
static int file, closed;  // descriptors

static const uint64_t kBad[] = {
    0,
    1,
    0xFFF,
    0xFFFF,
    HUSK_VDSO - 4,
    HUSK_VDSO,
    HUSK_VDSO + 16,
    HUSK_OWN - 4,
    HUSK_OWN,             // page tables
    HUSK_OWN + 0x4000,    // GDT
    HUSK_OWN + 0x7000,    // the system-call stub
    HUSK_OWN + 0x10000,   // TSS
    HUSK_OWN + 0x200000,  // page directories
    HUSK_SPACE - 4,
    HUSK_SPACE,
    0x7FFFFFFFF000,      // the host's stack, about
    0x7F0000000000,      // the host's libraries
    0x555555554000,      // the host's executable
    0x7FFFFFFFFFFFFFFF,  // not canonical
    0x8000000000000000,
    0xFFFF800000000000,
    0xFFFFFFFFFF600000,  // vsyscall
    0xFFFFFFFFFFFFFFF8,
    0xFFFFFFFFFFFFFFFF,  // −1 as a descriptor
    INT_MAX,
    (uint64_t)INT_MIN,
    HUSK_LINE,
    HUSK_LINE + 1,
    70000,
};

static bool skipped(long number)
{
    switch (number) {
        case SYS_exit:
        case SYS_exit_group: return true;
        case SYS_rt_sigreturn: return true;  // sigreturn_frames.c
        case SYS_clone:
        case SYS_clone3:
            return true;  // nested_flips.c
        // They take what this loop stands on.
        case SYS_munmap:
        case SYS_mremap:
        case SYS_mprotect:
        case SYS_brk:
        case SYS_arch_prctl:
        case SYS_rt_sigaction:
        case SYS_rt_sigprocmask:
        case SYS_sigaltstack:
        case SYS_setitimer:
        case SYS_alarm: return true;  // random_memory.c has them
        case SYS_kill:
        case SYS_tkill:
        case SYS_tgkill:
        case SYS_rt_sigqueueinfo:
        case SYS_rt_tgsigqueueinfo: return true;  // signal_flood.c
        default: return false;
    }
}

static uint64_t good(int pattern, int argument)
{
    const uint64_t texts[kArguments] = {(uint64_t)buffer, (uint64_t)buffer + 256, 64, (uint64_t)buffer + 512, 0, 0};
    const uint64_t descriptors[kArguments] = {(uint64_t)file, (uint64_t)buffer, 64, 0, (uint64_t)buffer + 256, 8};
    const uint64_t mixed[kArguments] = {1, (uint64_t)file, (uint64_t)buffer, 1, (uint64_t)last_page, (uint64_t)file};
    return (pattern == 0 ? texts : pattern == 1 ? descriptors : mixed)[argument];
}

static void restore(void)
{
    // What the last call may have closed or filled.
    if (fcntl(file, F_GETFD) < 0) {
        const int again = open(in_scratch("file"), O_RDWR | O_CREAT, 0644);
        if (again >= 0 && again != file) {
            dup2(again, file);
            close(again);
        }
    }
    memset(buffer, 0, 4 * kPage);
    memcpy(buffer, "name", 5);
    memcpy(buffer + 256, "other", 6);
    for (int fd = file + 1; fd < file + 16; ++fd) close(fd);
}

static void try_call(long number, int pattern, int argument, uint64_t bad)
{
    uint64_t words[kArguments];
    for (int i = 0; i < kArguments; ++i) words[i] = good(pattern, i);
    words[argument] = bad;
    const long result =
        raw_call(number, (long)words[0], (long)words[1], (long)words[2], (long)words[3], (long)words[4], (long)words[5]);
    if (result >= -4095 && result < 0) return;
    // An address is the guest's, a descriptor below the line, and no call takes 2^40 bytes.
    if ((uint64_t)result >= HUSK_VDSO) {
        fprintf(stderr, "call %ld, pattern %d, argument %d = %#lx: %#lx\n", number, pattern, argument, bad, (unsigned long)result);
        exit(1);
    }
}

int main(int argc, char** argv)
{
    scratch_from(argc, argv);
    CHECK_OK(chdir(check_scratch));
    buffer = mmap(NULL, 8 * kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    last_page = buffer + 6 * kPage;
    CHECK_OK(munmap(buffer + 7 * kPage, kPage));
    read_only = mmap(NULL, kPage, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    file = file_with("file", "some text");
    closed = dup(file);
    close(closed);
    interrupt_every(4000);
    for (long number = 0; number < kCalls; ++number) {
        if (skipped(number) || raw_call(number, -1, -1, -1, -1, -1, -1) == -ENOSYS) continue;
        for (int argument = 0; argument < kArguments; ++argument) {
            for (size_t i = 0; i < sizeof kBad / sizeof kBad[0]; ++i)
                try_call(number, (int)((i + (size_t)argument) % kPatterns), argument, kBad[i]);
            try_call(number, 0, argument, (uint64_t)last_page + kPage - 1);
            try_call(number, 1, argument, (uint64_t)read_only);
            restore();
        }
    }
    return 0;
}
