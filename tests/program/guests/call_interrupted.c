// Signals at any instruction of calls that Husk may answer without leaving the machine: results and flags stay right, and a handler
// never sees a place that is not the program's own.
#include "check.h"

#include <sys/syscall.h>
#include <sys/time.h>
#include <ucontext.h>

static long own_pid, own_tid;
static volatile sig_atomic_t signals;
extern char __executable_start, etext;

static void on_timer(int signal, siginfo_t* info, void* context)
{
    (void)signal, (void)info;
    const ucontext_t* const at = context;
    const uintptr_t rip = (uintptr_t)at->uc_mcontext.gregs[REG_RIP];
    CHECK(rip >= (uintptr_t)&__executable_start && rip < (uintptr_t)&etext);
    CHECK_EQ(syscall(SYS_getpid), own_pid);
    CHECK_EQ(syscall(SYS_gettid), own_tid);
    ++signals;
}

enum { kCarry = 0x1, kDirection = 0x400, kSeen = 0xCD5 };

static void expect(long number, long wanted, unsigned long flags)
{
    long result = number;
    unsigned long after, rsp_before, rsp_after;
    __asm__ volatile(
        "mov %%rsp, %[before]; sub $128, %%rsp; push %[flags]; popfq\n"
        "syscall\n"
        "pushfq; pop %[after]; cld; add $128, %%rsp; mov %%rsp, %[rsp]\n"
        : "+a"(result), [after] "=&r"(after), [before] "=&r"(rsp_before), [rsp] "=&r"(rsp_after)
        : [flags] "r"(flags)
        : "rcx", "r11", "memory", "cc");
    CHECK_EQ(result, wanted);
    CHECK_EQ(after & kSeen, flags & kSeen);
    CHECK_EQ(rsp_after, rsp_before);
}

int main(void)
{
    enum { kPeriod = 200, kSignals = 500, kAtATime = 20 };
    own_pid = getpid();
    own_tid = syscall(SYS_gettid);
    handle(SIGALRM, on_timer, 0);
    const struct itimerval often = {.it_interval = {0, kPeriod}, .it_value = {0, kPeriod}};
    CHECK_OK(setitimer(ITIMER_REAL, &often, NULL));
    while (signals < kSignals) {
        for (int i = 0; i < kAtATime; ++i) {
            expect(SYS_getpid, own_pid, kDirection);
            expect(SYS_gettid, own_tid, 0x40);
            expect(SYS_sched_yield, 0, kCarry);
        }
    }
    const struct itimerval never = {{0, 0}, {0, 0}};
    CHECK_OK(setitimer(ITIMER_REAL, &never, NULL));
    return 0;
}
