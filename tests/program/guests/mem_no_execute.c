// Memory without PROT_EXEC is not executed: the call faults at its first byte.
#include "check.h"

#include <setjmp.h>
#include <sys/mman.h>
#include <ucontext.h>

static const unsigned char kReturn42[] = {0xB8, 42, 0, 0, 0, 0xC3};  // mov eax, 42; ret

static sigjmp_buf back;
static void* volatile fault_at;
static volatile int fault_code;
static volatile greg_t ip_seen;

static void leave(int signal, siginfo_t* info, void* context)
{
    (void)signal;
    fault_at = info->si_addr;
    fault_code = info->si_code;
    ip_seen = ((ucontext_t*)context)->uc_mcontext.gregs[REG_RIP];
    siglongjmp(back, 1);
}

static void must_not_run(const void* at)
{
    fault_at = NULL;
    if (sigsetjmp(back, 1) == 0) {
        ((void (*)(void))at)();
        CHECK(!"data was executed");
    }
    CHECK_EQ(fault_at, at);
    CHECK_EQ(ip_seen, at);
    CHECK_EQ(fault_code, SEGV_ACCERR);
}

int main(void)
{
    handle(SIGSEGV, leave, 0);
    char* at = mmap(NULL, kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(at != MAP_FAILED);
    memcpy(at, kReturn42, sizeof kReturn42);
    must_not_run(at);
    CHECK_OK(mprotect(at, kPage, PROT_READ));
    must_not_run(at);
    CHECK_OK(mprotect(at, kPage, PROT_READ | PROT_EXEC));
    CHECK_EQ(((int (*)(void))at)(), 42);
    CHECK_OK(mprotect(at, kPage, PROT_READ | PROT_WRITE));
    must_not_run(at);
    unsigned char on_stack[sizeof kReturn42];
    memcpy(on_stack, kReturn42, sizeof kReturn42);
    must_not_run(on_stack);
    return 0;
}
