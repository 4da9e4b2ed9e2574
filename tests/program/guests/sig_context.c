// A handler sees the registers of what it interrupted, and what it changes is there afterwards.
#include "check.h"

#include <ucontext.h>

enum { kUd2 = 2 };

static volatile sig_atomic_t calls;
static greg_t seen[NGREG];

// Every register with a value of its own, an instruction that faults, and what the registers hold then.
static const unsigned long kBefore[16] = {0,      0x1111, 0x2222, 0x3333, 0x4444, 0x5555, 0x6666, 0x7777,
                                          0x8888, 0x9999, 0xAAAA, 0xBBBB, 0xCCCC, 0xDDDD, 0xEEEE, 0xFFFF};
static unsigned long after[16];

// r8 to r15, rdi, rsi, rbp, rbx, rdx, rax, rcx: the order of ucontext's registers, which kBefore[1 …] follows.
__attribute__((naked, noinline)) static void fault_with_registers(void)
{
    __asm__ volatile(
        "push %rbx; push %rbp; push %r12; push %r13; push %r14; push %r15\n"
        "mov kBefore+8(%rip), %r8; mov kBefore+16(%rip), %r9; mov kBefore+24(%rip), %r10; mov kBefore+32(%rip), %r11\n"
        "mov kBefore+40(%rip), %r12; mov kBefore+48(%rip), %r13; mov kBefore+56(%rip), %r14; mov kBefore+64(%rip), %r15\n"
        "mov kBefore+72(%rip), %rdi; mov kBefore+80(%rip), %rsi; mov kBefore+88(%rip), %rbp; mov kBefore+96(%rip), %rbx\n"
        "mov kBefore+104(%rip), %rdx; mov kBefore+112(%rip), %rax; mov kBefore+120(%rip), %rcx\n"
        "stc\n"
        "ud2\n"
        "mov %r8, after+8(%rip); mov %r9, after+16(%rip); mov %r10, after+24(%rip); mov %r11, after+32(%rip)\n"
        "mov %r12, after+40(%rip); mov %r13, after+48(%rip); mov %r14, after+56(%rip); mov %r15, after+64(%rip)\n"
        "mov %rdi, after+72(%rip); mov %rsi, after+80(%rip); mov %rbp, after+88(%rip); mov %rbx, after+96(%rip)\n"
        "mov %rdx, after+104(%rip); mov %rax, after+112(%rip); mov %rcx, after+120(%rip)\n"
        "pushfq; pop after(%rip)\n"
        "pop %r15; pop %r14; pop %r13; pop %r12; pop %rbp; pop %rbx; ret\n");
}

static bool change;

static void on_ill(int signal, siginfo_t* info, void* context)
{
    ucontext_t* user = context;
    ++calls;
    CHECK_EQ(signal, SIGILL);
    CHECK_EQ(info->si_addr, user->uc_mcontext.gregs[REG_RIP]);
    memcpy(seen, user->uc_mcontext.gregs, sizeof seen);
    user->uc_mcontext.gregs[REG_RIP] += kUd2;
    if (!change) return;
    for (int i = REG_R8; i <= REG_RCX; ++i) user->uc_mcontext.gregs[i] += 0x10000;
    user->uc_mcontext.gregs[REG_EFL] &= ~1L;
}

static void registers(long added, bool carry)
{
    memset(after, 0, sizeof after);
    change = added != 0;
    fault_with_registers();
    for (int i = REG_R8; i <= REG_RCX; ++i) {
        CHECK_EQ(seen[i], kBefore[i + 1]);
        CHECK_EQ(after[i + 1], kBefore[i + 1] + (unsigned long)added);
    }
    CHECK_EQ(seen[REG_EFL] & 1, 1);
    CHECK_EQ(after[0] & 1, carry);
    CHECK_EQ(seen[REG_CSGSFS] & 0xFFFF, 0x33);
}

// The handler's mask is what the context says when it returns.
static void unblock_in_context(int signal, siginfo_t* info, void* context)
{
    (void)signal, (void)info;
    ucontext_t* user = context;
    CHECK(!sigismember(&user->uc_sigmask, SIGUSR2));
    sigaddset(&user->uc_sigmask, SIGUSR2);
}

static void mask_of_context(void)
{
    handle(SIGUSR1, unblock_in_context, 0);
    CHECK_OK(raise(SIGUSR1));
    sigset_t now;
    CHECK_OK(sigprocmask(SIG_BLOCK, NULL, &now));
    CHECK(sigismember(&now, SIGUSR2));
}

// A handler that returns elsewhere: a system call's result is a register as any other.
static void change_result(int signal, siginfo_t* info, void* context)
{
    (void)signal, (void)info;
    ((ucontext_t*)context)->uc_mcontext.gregs[REG_RAX] = 4242;
}

static void result_of_call(void)
{
    handle(SIGUSR1, change_result, 0);
    const long pid = getpid();
    long result;
    __asm__ volatile("syscall" : "=a"(result) : "a"(62L), "D"(pid), "S"((long)SIGUSR1) : "rcx", "r11", "memory");
    CHECK_EQ(result, 4242);
}

int main(void)
{
    handle(SIGILL, on_ill, 0);
    registers(0, true);
    registers(0x10000, false);
    CHECK_EQ(calls, 2);
    mask_of_context();
    result_of_call();
    return 0;
}
