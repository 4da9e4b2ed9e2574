// Single steps (RFLAGS.TF) arrive as SIGTRAP after each instruction.
#include "check.h"

#include <ucontext.h>

enum { kTrapFlag = 0x100 };

static volatile sig_atomic_t steps;
static volatile int code_seen;

static void on_step(int signal, siginfo_t* info, void* context)
{
    (void)signal, (void)context;
    code_seen = info->si_code;
    ++steps;
}

int main(void)
{
    handle(SIGTRAP, on_step, 0);
    __asm__ volatile(
        "sub $128, %%rsp\n"
        "pushfq; orl %0, (%%rsp); popfq\n"
        "nop\n"
        "nop\n"
        "pushfq; andl %1, (%%rsp); popfq\n"
        "add $128, %%rsp\n" ::"i"(kTrapFlag),
        "i"(~kTrapFlag)
        : "memory", "cc");
    CHECK_EQ(steps, 5);
    CHECK_EQ(code_seen, TRAP_TRACE);
    return 0;
}
