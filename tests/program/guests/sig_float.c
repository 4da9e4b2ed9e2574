// Floating-point exceptions that a program has unmasked, of SSE and of x87, are SIGFPE with their kind.
#include "check.h"

#include <setjmp.h>

enum { kAllMasked = 0x1F80, kX87Masked = 0x037F };

static sigjmp_buf back;
static volatile int code_seen;

static void leave(int signal, siginfo_t* info, void* context)
{
    (void)signal, (void)context;
    code_seen = info->si_code;
    siglongjmp(back, 1);
}

static void set_sse(unsigned masks)
{
    __asm__ volatile("ldmxcsr %0" ::"m"(masks));
}

static void set_x87(unsigned short masks)
{
    __asm__ volatile("fninit; fldcw %0" ::"m"(masks));
}

static void of_sse(unsigned unmasked, double one, double other, int code)
{
    code_seen = 0;
    if (sigsetjmp(back, 1) == 0) {
        set_sse(kAllMasked & ~unmasked);
        __asm__ volatile("divsd %1, %0" : "+x"(one) : "x"(other));
        CHECK(!"no exception");
    }
    set_sse(kAllMasked);
    CHECK_EQ(code_seen, code);
}

static void of_x87(unsigned short unmasked, double one, double other, int code)
{
    code_seen = 0;
    if (sigsetjmp(back, 1) == 0) {
        set_x87((unsigned short)(kX87Masked & ~unmasked));
        __asm__ volatile("fldl %0; fdivl %1; fwait" ::"m"(one), "m"(other));
        CHECK(!"no exception");
    }
    set_x87(kX87Masked);
    CHECK_EQ(code_seen, code);
}

int main(void)
{
    handle(SIGFPE, leave, 0);
    for (int i = 0; i < 3; ++i) {
        of_sse(1u << 9, 1, 0, FPE_FLTDIV);
        of_sse(1u << 7, 0, 0, FPE_FLTINV);
        of_sse(1u << 12, 1, 3, FPE_FLTRES);
        of_sse(1u << 10, 1e300, 1e-300, FPE_FLTOVF);
        of_x87(1u << 2, 1, 0, FPE_FLTDIV);
        of_x87(1u << 0, 0, 0, FPE_FLTINV);
    }
    return 0;
}
