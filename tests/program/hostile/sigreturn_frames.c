// rt_sigreturn with frames of random contents, and from stacks that are none: a signal, never more; and what is sound is taken.
#include "hostile.h"

#include <setjmp.h>
#include <ucontext.h>

static sigjmp_buf back;
static char area[16384] __attribute__((aligned(64)));

static void caught(int signal, siginfo_t* info, void* context)
{
    (void)info, (void)context;
    siglongjmp(back, signal);
}

static void sigreturn_at(uint64_t stack)
{
    __asm__ volatile("movq %0, %%rsp; movl $15, %%eax; syscall; ud2" ::"r"(stack) : "memory");
}

static uint64_t word(uint64_t* seed)
{
    const uint64_t value = next_random(seed);
    switch (next_random(seed) % 8) {
        case 0: return HUSK_OWN + value % 0x700000;
        case 1: return (uint64_t)area + value % sizeof area;
        case 2: return ((uint64_t)area + value % sizeof area) & ~63UL;
        case 3: return value % 256;
        case 4: return 1UL << value % 64;
        case 5: return 0x46505853;  // FP_XSTATE_MAGIC1
        case 6: return 0x2B000000000033;
        default: return value;
    }
}

int main(int argc, char** argv)
{
    CHECK(argc == 4);
    uint64_t seed = strtoul(argv[2], NULL, 0) * 0x9E3779B97F4A7C15UL + 1;
    const long rounds = strtol(argv[3], NULL, 0);
    const int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGSYS};
    for (volatile long round = 0; round < rounds; ++round) {
        // What a frame restored may have been anything: the handlers' stack and the mask are made anew.
        static char stack[65536];
        const stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
        const int signal = sigsetjmp(back, 1);
        __asm__ volatile("pushq $0x202; popfq; cld" ::: "cc", "memory");
        if (signal != 0) continue;
        const stack_t none = {.ss_flags = SS_DISABLE};
        sigaltstack(&none, NULL);
        // A frame may have said that the handlers' stack is where this function's is: it cannot be changed then.
        if (sigaltstack(&alternate, NULL) != 0) return 0;
        for (size_t i = 0; i < sizeof signals / sizeof signals[0]; ++i) handle(signals[i], caught, SA_ONSTACK | SA_NODEFER);
        for (size_t i = 0; i < sizeof area / 8; ++i) ((uint64_t*)area)[i] = word(&seed);
        uint64_t at = (uint64_t)area + 4096;
        ucontext_t* context = (ucontext_t*)at;
        // Most of the time so much of it sound that all of it is looked at.
        sigemptyset(&context->uc_sigmask);
        if (round % 4 != 0) {
            context->uc_stack = alternate;
            context->uc_mcontext.gregs[REG_CSGSFS] = 0x2B000000000033;
            context->uc_mcontext.fpregs = (void*)(area + 8192);
        }
        if (round % 8 == 1) context->uc_mcontext.gregs[REG_RIP] = (greg_t)HUSK_OWN + 0x7000 + (greg_t)(word(&seed) % 32);
        if (round % 8 == 2) at = word(&seed);
        sigreturn_at(at);
    }
    return 0;
}
