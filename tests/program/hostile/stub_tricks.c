// Husk's system-call stubs, which ring 3 may execute: jumps to every byte of them with registers of all kinds, writes to them and
// to what they count, and calls afterwards that must still be answered right.
#include "hostile.h"

#include <setjmp.h>

enum { kStubs = 0x7000, kStubsSize = 0x180, kTried = 0x400, kCounters = 0x110000, kSpins = 2000, kWords = 16 };

static sigjmp_buf back;
static long own_pid, own_tid;

static void caught(int signal, siginfo_t* info, void* context)
{
    (void)info, (void)context;
    siglongjmp(back, signal);
}

static void still_right(void)
{
    CHECK_EQ(raw_call(SYS_getpid, 0, 0, 0, 0, 0, 0), own_pid);
    CHECK_EQ(raw_call(SYS_gettid, 0, 0, 0, 0, 0, 0), own_tid);
    CHECK_EQ(raw_call(SYS_sched_yield, 0, 0, 0, 0, 0, 0), 0);
    CHECK_EQ(raw_call(-1, 0, 0, 0, 0, 0, 0), -ENOSYS);
}

/// Goes to `at` with these registers; what else a call may take makes it fail. Comes back wherever RCX or RAX led. The stubs hold
/// the process's id, whose bytes may be any instruction, PUSH and POP as well: where the stack was is kept apart.
static void jump(uint64_t at, uint64_t rax, uint64_t rcx, uint64_t r11)
{
    static uint64_t stack;
    __asm__ volatile(
        "lea -128(%%rsp), %%rsp; push %%rbp; push %%r12; push %%r13; push %%r14; push %%r15\n"
        "mov %%rsp, %[stack]\n"
        "push %[at]; mov %[rcx], %%rcx; mov %[r11], %%r11; lea landing(%%rip), %%rbx\n"
        "mov $-1, %%rdi; mov %%rdi, %%rsi; mov %%rdi, %%rdx; mov %%rdi, %%r10; mov %%rdi, %%r8; mov %%rdi, %%r9\n"
        "ret\n"
        ".globl landing; landing: cld; mov %[stack], %%rsp\n"
        "pop %%r15; pop %%r14; pop %%r13; pop %%r12; pop %%rbp; lea 128(%%rsp), %%rsp\n"
        : "+a"(rax), [stack] "=m"(stack)
        : [at] "r"(at), [rcx] "r"(rcx), [r11] "r"(r11)
        : "rbx", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "memory", "cc");
}
extern char landing;

static void jump_everywhere(void)
{
    const uint64_t land = (uint64_t)&landing;
    const uint64_t numbers[] = {SYS_getpid, SYS_gettid, SYS_sched_yield, SYS_getppid, land, 0x8000000000000000, 1UL << 47};
    const uint64_t flags[] = {0x202, 0xAD7, 0x4202, 0x3202};
    enum { kNumbers = sizeof numbers / sizeof numbers[0], kFlags = sizeof flags / sizeof flags[0] };
    // volatile: kept over siglongjmp
    for (volatile uint64_t at = 0; at < kTried; ++at) {
        for (volatile unsigned turn = 0; turn < kNumbers * 2; ++turn) {
            const uint64_t other = numbers[turn / 2];
            const bool swapped = turn % 2 != 0;
            if (sigsetjmp(back, 1) == 0)
                jump(HUSK_OWN + kStubs + at, swapped ? land : other, swapped ? other : land, flags[(at + turn) % kFlags]);
            __asm__ volatile("pushq $0x202; popfq" ::: "cc", "memory");
        }
        if (at % kWords == 0) still_right();
    }
}

/// A write that may or may not be let through, but harms nobody.
static bool writes(uint64_t at, uint32_t value)
{
    if (sigsetjmp(back, 1) != 0) return false;
    *(volatile uint32_t*)at = value;
    return true;
}

// Where ring 3 can see what is counted, it sees that sched_yield is answered inside: 15 times, then the host is asked.
static void yields_are_counted(void)
{
    enum { kInside = 16 };
    volatile uint32_t* const counter = (volatile uint32_t*)(HUSK_OWN + kCounters);
    if (sigsetjmp(back, 1) != 0) return;
    for (uint32_t left = *counter, turn = 0; turn < 3 * kInside; ++turn) {
        CHECK_EQ(raw_call(SYS_sched_yield, 0, 0, 0, 0, 0, 0), 0);
        left = left == 0 ? kInside - 1 : left - 1;
        CHECK_EQ(*counter, left);
    }
}

static void write_everywhere(void)
{
    for (uint64_t at = 0; at < kStubsSize; at += sizeof(uint32_t)) CHECK(!writes(HUSK_OWN + kStubs + at, 0x0B0F0B0F));
    for (uint64_t page = 0; page < kStubs; page += kPage) CHECK(!writes(HUSK_OWN + page, 0));
    const uint32_t values[] = {0, 1, 2, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF};
    uint64_t seed = 9;
    for (size_t i = 0; i < sizeof values / sizeof values[0]; ++i) {
        for (uint64_t word = 0; word < kPage; word += sizeof(uint32_t)) (void)writes(HUSK_OWN + kCounters + word, values[i]);
        for (int spin = 0; spin < kSpins; ++spin) CHECK_EQ(raw_call(SYS_sched_yield, 0, 0, 0, 0, 0, 0), 0);
        (void)writes(HUSK_OWN + kCounters + next_random(&seed) % kPage / sizeof(uint32_t) * sizeof(uint32_t), values[i]);
        still_right();
    }
}

int main(void)
{
    own_pid = raw_call(SYS_getpid, 0, 0, 0, 0, 0, 0);
    own_tid = raw_call(SYS_gettid, 0, 0, 0, 0, 0, 0);
    static char stack[1 << 16];
    const stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
    CHECK_OK(sigaltstack(&alternate, NULL));
    for (int signal = SIGILL; signal <= SIGSEGV; ++signal)
        if (signal != SIGKILL) handle(signal, caught, SA_ONSTACK | SA_NODEFER);
    handle(SIGSYS, caught, SA_ONSTACK | SA_NODEFER);
    yields_are_counted();
    jump_everywhere();
    write_everywhere();
    still_right();
    return 0;
}
