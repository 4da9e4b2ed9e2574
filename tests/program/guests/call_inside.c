// Calls that Husk may answer without leaving the machine: right results and nothing else changed, however often, with what flags,
// and step by step.
#include "check.h"

#include <sys/syscall.h>
#include <ucontext.h>

enum { kCarry = 0x1, kTrap = 0x100, kDirection = 0x400, kAlignment = 0x40000, kArithmetic = 0x8D5 };

struct answer {
    long result;
    unsigned long rcx, r11, flags, wanted_rcx;
};

/// One call with these flags set or cleared before it.
static struct answer call(long number, unsigned long flags)
{
    struct answer answer = {.result = number};
    __asm__ volatile(
        "sub $128, %%rsp; push %[flags]; popfq\n"
        "syscall\n"
        "1: pushfq; pop %[after]\n"
        "push $2; popfq; add $128, %%rsp\n"
        "mov %%rcx, %[rcx]; mov %%r11, %[r11]; lea 1b(%%rip), %[wanted]\n"
        : "+a"(answer.result), [rcx] "=&r"(answer.rcx), [r11] "=&r"(answer.r11), [after] "=&r"(answer.flags),
          [wanted] "=&r"(answer.wanted_rcx)
        : [flags] "r"(flags)
        : "rcx", "r11", "memory", "cc");
    return answer;
}

static void expect(long number, long wanted, unsigned long flags)
{
    const unsigned long kSeen = kArithmetic | kDirection | kAlignment;
    const struct answer answer = call(number, flags);
    CHECK_EQ(answer.result, wanted);
    CHECK_EQ(answer.rcx, answer.wanted_rcx);
    CHECK_EQ(answer.flags & kSeen, flags & kSeen);
    CHECK_EQ(answer.r11 & kSeen, flags & kSeen);
}

static long own_pid, own_tid;

static void with_flags(void)
{
    static const unsigned long kFlags[] = {0,          kCarry,           kDirection, kArithmetic, kArithmetic | kDirection,
                                           kAlignment, kAlignment | 0x10};
    for (size_t i = 0; i < sizeof kFlags / sizeof kFlags[0]; ++i) {
        for (int again = 0; again < 40; ++again) {
            expect(SYS_getpid, own_pid, kFlags[i]);
            expect(SYS_gettid, own_tid, kFlags[i]);
            expect(SYS_sched_yield, 0, kFlags[i]);
        }
        expect(SYS_getppid, getppid(), kFlags[i]);
    }
}

// The number is what EAX has, and neighbours of those that are answered are other calls.
static void by_number(void)
{
    expect((long)0xFFFFFFFF00000000 | SYS_getpid, own_pid, 0);
    expect((long)0x100000000 | SYS_gettid, own_tid, kDirection);
    expect((long)0x8000000000000000 | SYS_sched_yield, 0, kCarry);
    CHECK_EQ(syscall(SYS_dup, -1), -1);
    CHECK_EQ(errno, EBADF);
    static const long kNone[] = {-1, -39, -186, 0x80000000L | SYS_getpid, 4096 + SYS_getpid, 0x7FFFFFFF};
    for (size_t i = 0; i < sizeof kNone / sizeof kNone[0]; ++i) expect(kNone[i], -ENOSYS, 0);
}

enum { kSteps = 64 };
static volatile int steps;
static uintptr_t stepped[kSteps];

static void on_step(int signal, siginfo_t* info, void* context)
{
    (void)signal, (void)info;
    const ucontext_t* const at = context;
    if (steps < kSteps) stepped[steps] = (uintptr_t)at->uc_mcontext.gregs[REG_RIP];
    ++steps;
}

// A debugger's view: SYSCALL is one instruction, whatever happens in it.
static void step_by_step(void)
{
    extern char step_first, step_second, step_last;
    handle(SIGTRAP, on_step, 0);
    long first = SYS_getpid;
    long second;
    __asm__ volatile(
        "sub $128, %%rsp; pushfq; orl %[trap], (%%rsp); popfq\n"
        "nop\n"
        "step_first: syscall\n"
        "nop; mov %%rax, %[second]; mov %[tid], %%eax\n"
        "step_second: syscall\n"
        "nop; xchg %%rax, %[second]; nop\n"
        "pushfq; andl %[clear], (%%rsp); popfq\n"
        "step_last: add $128, %%rsp\n"
        : "+a"(first), [second] "=&r"(second)
        : [trap] "i"(kTrap), [clear] "i"(~kTrap), [tid] "i"(SYS_gettid)
        : "rcx", "r11", "memory", "cc");
    CHECK_EQ(first, own_pid);
    CHECK_EQ(second, own_tid);
    for (int i = 0; i < steps && i < kSteps; ++i) printf("step %ld\n", (long)(stepped[i] - (uintptr_t)&step_first));
    CHECK(&step_second < &step_last);
}

int main(void)
{
    own_pid = getpid();
    own_tid = syscall(SYS_gettid);
    CHECK_EQ(own_pid, own_tid);
    CHECK(own_pid > 0);
    with_flags();
    by_number();
    step_by_step();
    return 0;
}
