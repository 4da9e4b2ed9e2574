// What a system call leaves alone: every register but rax, rcx and r11, the flags, the red zone, the vector registers.
#include "check.h"

#include <sys/syscall.h>

// Named in assembler only, so the compiler must be told to keep them.
#define KEPT __attribute__((used)) static

KEPT const unsigned long kBefore[12] = {0x1001, 0x2002, 0x3003, 0x4004, 0x5005, 0x6006,
                                        0x7007, 0x8008, 0x9009, 0xA00A, 0xB00B, 0xC00C};
KEPT unsigned long after[12], flags_after, rcx_after, r11_after, return_place, red_zone_after;
KEPT long number, result;

__attribute__((naked, noinline)) static void call(void)
{
    __asm__ volatile(
        "push %rbx; push %rbp; push %r12; push %r13; push %r14; push %r15\n"
        "mov kBefore(%rip), %rbx; mov kBefore+8(%rip), %rbp; mov kBefore+16(%rip), %r12; mov kBefore+24(%rip), %r13\n"
        "mov kBefore+32(%rip), %r14; mov kBefore+40(%rip), %r15; mov kBefore+48(%rip), %rdi; mov kBefore+56(%rip), %rsi\n"
        "mov kBefore+64(%rip), %rdx; mov kBefore+72(%rip), %r10; mov kBefore+80(%rip), %r8; mov kBefore+88(%rip), %r9\n"
        "movq $0x5AFE, -128(%rsp)\n"
        "mov number(%rip), %rax\n"
        "std; stc\n"
        "syscall\n"
        "1: mov %rcx, rcx_after(%rip); mov %r11, r11_after(%rip)\n"
        "mov -128(%rsp), %rcx; mov %rcx, red_zone_after(%rip)\n"
        "pushfq; pop flags_after(%rip); cld\n"
        "lea 1b(%rip), %rcx; mov %rcx, return_place(%rip)\n"
        "mov %rax, result(%rip)\n"
        "mov %rbx, after(%rip); mov %rbp, after+8(%rip); mov %r12, after+16(%rip); mov %r13, after+24(%rip)\n"
        "mov %r14, after+32(%rip); mov %r15, after+40(%rip); mov %rdi, after+48(%rip); mov %rsi, after+56(%rip)\n"
        "mov %rdx, after+64(%rip); mov %r10, after+72(%rip); mov %r8, after+80(%rip); mov %r9, after+88(%rip)\n"
        "pop %r15; pop %r14; pop %r13; pop %r12; pop %rbp; pop %rbx; ret\n");
}

enum { kCarry = 1, kDirection = 0x400 };

static void leaves_alone(long wanted_number, long wanted_result)
{
    number = wanted_number;
    call();
    CHECK_EQ(result, wanted_result);
    for (int i = 0; i < 12; ++i) CHECK_EQ(after[i], kBefore[i]);
    CHECK_EQ(flags_after & (kCarry | kDirection), kCarry | kDirection);
    CHECK_EQ(rcx_after, return_place);
    CHECK_EQ(r11_after & (kCarry | kDirection), kCarry | kDirection);
    CHECK_EQ(red_zone_after, 0x5AFE);
}

static void vectors(void)
{
    double sum = 0;
    for (int i = 0; i < 1000; ++i) {
        sum += 0.5;
        double kept;
        long call_result = SYS_getppid;
        __asm__ volatile("movsd %2, %%xmm13; syscall; movsd %%xmm13, %1"
                         : "+a"(call_result), "=x"(kept)
                         : "x"(sum)
                         : "rcx", "r11", "xmm13", "memory");
        CHECK(kept == sum);
    }
    CHECK(sum == 500.0);
}

// Numbers that mean nothing; and the upper half of rax, which does not count.
static void unknown(void)
{
    static const long kNumbers[] = {-1, 400, 512, 1000, 100000, 0x7FFFFFFF, 0xFFFFFFFF};
    for (size_t i = 0; i < sizeof kNumbers / sizeof kNumbers[0]; ++i) {
        long unknown_result = kNumbers[i];
        __asm__ volatile("syscall" : "+a"(unknown_result) : "D"(0L), "S"(0L), "d"(0L) : "rcx", "r11", "memory");
        CHECK_EQ(unknown_result, -ENOSYS);
    }
}

int main(void)
{
    leaves_alone(SYS_getpid, getpid());
    leaves_alone(SYS_gettid, getpid());
    for (int i = 0; i < 40; ++i) leaves_alone(SYS_sched_yield, 0);
    leaves_alone(SYS_close, -EBADF);
    leaves_alone(1000, -ENOSYS);
    vectors();
    unknown();
    leaves_alone((long)0x8000000500000000 | SYS_getpid, getpid());
    return 0;
}
