// Faults as signals: which, where, of what kind, and that a program can leave the handler by a jump and go on.
#include "check.h"

#include <setjmp.h>
#include <sys/mman.h>
#include <ucontext.h>

enum { kPageFault = 14, kInvalidOpcode = 6, kDivideError = 0, kBreakpoint = 3, kProtection = 13 };
enum { kErrorWrite = 2, kErrorUser = 4, kErrorPresent = 1, kErrorFetch = 16 };

static sigjmp_buf back;
static volatile int signal_seen, code_seen;
static volatile greg_t ip_seen, trap_seen, error_seen, cr2_seen;
static void* volatile at_seen;

static void on_fault(int signal, siginfo_t* info, void* context)
{
    const greg_t* registers = ((ucontext_t*)context)->uc_mcontext.gregs;
    signal_seen = signal;
    code_seen = info->si_code;
    at_seen = info->si_addr;
    ip_seen = registers[REG_RIP];
    trap_seen = registers[REG_TRAPNO];
    error_seen = registers[REG_ERR];
    cr2_seen = registers[REG_CR2];
    siglongjmp(back, 1);
}

#define FAULT(statement)                     \
    do {                                     \
        signal_seen = 0;                     \
        if (sigsetjmp(back, 1) == 0) {       \
            statement;                       \
            CHECK(!"no fault: " #statement); \
        }                                    \
    } while (0)

static void memory_faults(void)
{
    FAULT((void)*(volatile int*)NULL);
    CHECK(signal_seen == SIGSEGV && at_seen == NULL);
    CHECK_EQ(code_seen, SEGV_MAPERR);
    CHECK_EQ(trap_seen, kPageFault);
    CHECK_EQ(error_seen, kErrorUser);
    FAULT(*(volatile int*)0x123 = 1);
    CHECK_EQ(at_seen, 0x123);
    CHECK_EQ(cr2_seen, 0x123);
    CHECK_EQ(error_seen, kErrorUser | kErrorWrite);

    char* page = mmap(NULL, kPage, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    FAULT(*(volatile char*)(page + 17) = 1);
    CHECK(signal_seen == SIGSEGV && at_seen == page + 17 && code_seen == SEGV_ACCERR);
    CHECK((error_seen & (kErrorWrite | kErrorFetch)) == kErrorWrite);
    CHECK_OK(mprotect(page, kPage, PROT_READ));
    FAULT(*(volatile char*)(page + 18) = 1);
    CHECK(signal_seen == SIGSEGV && at_seen == page + 18 && code_seen == SEGV_ACCERR);
    CHECK((error_seen & (kErrorWrite | kErrorFetch)) == kErrorWrite);
    FAULT(((void (*)(void))0x1000)());
    CHECK(signal_seen == SIGSEGV && at_seen == (void*)0x1000 && ip_seen == 0x1000 && code_seen == SEGV_MAPERR);
    CHECK((error_seen & (kErrorWrite | kErrorFetch)) == kErrorFetch);
}

// What straddles two pages faults at the one that is missing.
static void straddling(void)
{
    char* pages = mmap(NULL, 2 * kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK_OK(mprotect(pages + kPage, kPage, PROT_NONE));
    pages[kPage - 1] = 1;
    FAULT((void)*(volatile uint64_t*)(pages + kPage - 4));
    CHECK(signal_seen == SIGSEGV && at_seen == pages + kPage);
    FAULT(__asm__ volatile("rep stosb" ::"a"(7), "D"(pages), "c"(2L * kPage) : "memory"));
    CHECK_EQ(at_seen, pages + kPage);
    CHECK_EQ(pages[0], 7);
    CHECK_EQ(pages[kPage - 1], 7);
}

// Addresses that no page could have: the processor says nothing of where.
static void not_canonical(void)
{
    FAULT((void)*(volatile char*)0x800000000000);
    CHECK(signal_seen == SIGSEGV && at_seen == NULL);
    CHECK_EQ(code_seen, SI_KERNEL);
    CHECK_EQ(trap_seen, kProtection);
    FAULT((void)*(volatile char*)0xFFFF800000000000);
    CHECK_EQ(signal_seen, SIGSEGV);
    CHECK_EQ(code_seen, SEGV_MAPERR);
    CHECK_EQ(at_seen, 0xFFFF800000000000);
}

static void instructions(void)
{
    extern const char ud2_at[], divide_at[], after_int3[], hlt_at[];
    FAULT(__asm__ volatile(".globl ud2_at; ud2_at: ud2"));
    CHECK(signal_seen == SIGILL && code_seen == ILL_ILLOPN && at_seen == ud2_at && ip_seen == (greg_t)ud2_at);
    CHECK_EQ(trap_seen, kInvalidOpcode);
    FAULT(__asm__ volatile(".globl divide_at; divide_at: idiv %%ecx" ::"a"(1), "d"(0), "c"(0)));
    CHECK(signal_seen == SIGFPE && code_seen == FPE_INTDIV && at_seen == divide_at && ip_seen == (greg_t)divide_at);
    CHECK_EQ(trap_seen, kDivideError);
    FAULT(__asm__ volatile("idiv %%ecx" ::"a"(0x80000000), "d"(-1), "c"(-1)));
    CHECK(signal_seen == SIGFPE && code_seen == FPE_INTDIV);
    FAULT(__asm__ volatile("int3; .globl after_int3; after_int3: nop"));
    CHECK(signal_seen == SIGTRAP && code_seen == SI_KERNEL && ip_seen == (greg_t)after_int3);
    CHECK_EQ(trap_seen, kBreakpoint);
    FAULT(__asm__ volatile(".globl hlt_at; hlt_at: hlt"));
    CHECK(signal_seen == SIGSEGV && code_seen == SI_KERNEL && ip_seen == (greg_t)hlt_at);
    CHECK_EQ(trap_seen, kProtection);
    FAULT(__asm__ volatile("mov %%cr3, %%rax" ::: "rax"));
    CHECK_EQ(signal_seen, SIGSEGV);
    FAULT(__asm__ volatile("in $0x60, %%al" ::: "rax"));
    CHECK_EQ(signal_seen, SIGSEGV);
    FAULT(__asm__ volatile("cli"));
    CHECK_EQ(signal_seen, SIGSEGV);
}

int main(void)
{
    static const int kSignals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP};
    for (size_t i = 0; i < sizeof kSignals / sizeof kSignals[0]; ++i) handle(kSignals[i], on_fault, 0);
    for (int round = 0; round < 3; ++round) {
        memory_faults();
        straddling();
        not_canonical();
        instructions();
    }
    return 0;
}
