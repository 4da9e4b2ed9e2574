// The stack runs out: without an alternate one SIGSEGV ends the guest, with one the handler runs, again and again.
#include "hostile.h"

#include <setjmp.h>

static sigjmp_buf back;

__attribute__((noinline)) static int deeper(volatile char* from, int depth)
{
    volatile char here[4096];
    here[0] = from[0];
    here[4095] = (char)depth;
    return deeper(here, depth + 1) + here[4095];
}

static void caught(int signal, siginfo_t* info, void* context)
{
    (void)signal, (void)info, (void)context;
    siglongjmp(back, 1);
}

/// A handler whose own frame does not fit what is left.
static void nested(int signal, siginfo_t* info, void* context)
{
    (void)signal, (void)info, (void)context;
    volatile char start[1] = {0};
    deeper(start, 0);
}

int main(int argc, char** argv)
{
    CHECK(argc == 3);
    volatile char start[1] = {0};
    if (strcmp(argv[2], "plain") == 0) return deeper(start, 0);
    if (strcmp(argv[2], "no-stack") == 0) {
        handle(SIGSEGV, caught, 0);
        return deeper(start, 0);
    }
    static char stack[65536];
    const stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
    CHECK_OK(sigaltstack(&alternate, NULL));
    if (strcmp(argv[2], "nested") == 0) {
        handle(SIGSEGV, nested, SA_ONSTACK | SA_NODEFER);
        return deeper(start, 0);
    }
    handle(SIGSEGV, caught, SA_ONSTACK);
    for (volatile int round = 0; round < 5; ++round)
        if (sigsetjmp(back, 1) == 0) return deeper(start, 0);
    return 0;
}
