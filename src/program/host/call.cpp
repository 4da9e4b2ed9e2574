#include "program/host/call.hpp"

#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include <bit>
#include <cerrno>
#include <csignal>

// A signal handler that finds the thread between the look at `interrupted` and the system call, or waiting in it, moves it to the
// end with −EINTR. That the look, the call and the end are known instructions is what the assembly is for.
//
//     begin:  look at the flag   ┐ an interruption here: the call is not made
//             syscall            ┘ while it waits, the kernel itself answers −EINTR, or starts the instruction again: here
//     end:    the kernel's answer is in RAX: an interruption here came too late, and the next call will see the flag
//
// int64 husk_interruptible_call(const bool* flag, long number, const uint64_t arguments[6])
asm(R"(
    .text
    .p2align 4
    .globl husk_interruptible_call
    .hidden husk_interruptible_call
    .type husk_interruptible_call, @function
husk_interruptible_call:
    .cfi_startproc
    mov %rdi, %r11
    mov %rsi, %rax
    mov %rdx, %rcx
    mov 0(%rcx), %rdi
    mov 8(%rcx), %rsi
    mov 16(%rcx), %rdx
    mov 24(%rcx), %r10
    mov 32(%rcx), %r8
    mov 40(%rcx), %r9
    .globl husk_interruptible_begin
    .hidden husk_interruptible_begin
husk_interruptible_begin:
    cmpb $0, (%r11)
    jne husk_interruptible_abort
    syscall
    .globl husk_interruptible_end
    .hidden husk_interruptible_end
husk_interruptible_end:
    ret
    .globl husk_interruptible_abort
    .hidden husk_interruptible_abort
husk_interruptible_abort:
    mov $-4, %rax
    ret
    .cfi_endproc
    .size husk_interruptible_call, . - husk_interruptible_call

    .globl husk_signal_return
    .hidden husk_signal_return
    .type husk_signal_return, @function
husk_signal_return:
    mov $15, %rax
    syscall
    .size husk_signal_return, . - husk_signal_return
)");

extern "C" {
std::int64_t husk_interruptible_call(const std::atomic<bool>* flag, long number, const std::uint64_t* arguments);
extern const char husk_interruptible_begin[];
extern const char husk_interruptible_end[];
extern const char husk_interruptible_abort[];
void husk_signal_return();
}

namespace husk::program {

namespace {

static_assert(EINTR == 4, "the assembly above answers it");
static_assert(SYS_rt_sigreturn == 15, "the assembly above calls it");
static_assert(sizeof(std::atomic<bool>) == 1 && std::atomic<bool>::is_always_lock_free, "the assembly reads it as a byte");

constexpr int kKernelSignalSetSize = 8;
constexpr std::uint64_t kSaRestorer = 0x0400'0000;

std::atomic<void (*)()> when_interrupted{nullptr};

void on_interrupt(int, siginfo_t*, void* context)
{
    greg_t& rip = static_cast<ucontext_t*>(context)->uc_mcontext.gregs[REG_RIP];
    const auto at = static_cast<std::uint64_t>(rip);
    if (at >= host::word(+husk_interruptible_begin) && at < host::word(+husk_interruptible_end))
        rip = static_cast<greg_t>(host::word(+husk_interruptible_abort));
    if (auto* const then = when_interrupted.load()) then();
}

/// The kernel's struct sigaction.
struct KernelAction {
    void (*handler)(int, siginfo_t*, void*);
    std::uint64_t flags;
    void (*restorer)();
    std::uint64_t mask;
};

}  // namespace

namespace host {

Result call6(long number, std::uint64_t a, std::uint64_t b, std::uint64_t c, std::uint64_t d, std::uint64_t e, std::uint64_t f)
{
    // Not libc's syscall(): its errno, and what a sanitizer makes of it, are in the way.
    register std::uint64_t r10 asm("r10") = d;
    register std::uint64_t r8 asm("r8") = e;
    register std::uint64_t r9 asm("r9") = f;
    Result result = 0;
    asm volatile("syscall"
                 : "=a"(result)
                 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                 : "rcx", "r11", "memory");
    return result;
}

Result interruptible6(const std::atomic<bool>& interrupted, long number, std::uint64_t a, std::uint64_t b, std::uint64_t c,
                      std::uint64_t d, std::uint64_t e, std::uint64_t f)
{
    const std::uint64_t arguments[] = {a, b, c, d, e, f};
    return husk_interruptible_call(&interrupted, number, arguments);
}

}  // namespace host

int interrupt_signal()
{
    return SIGRTMAX;
}

void install_interrupts(void (*then)())
{
    when_interrupted = then;
    // By the kernel's call and not the library's: a sanitizer's wrapper would hold the signal back while a thread waits. Without
    // SA_RESTART, so that what waits ends.
    const KernelAction action{
        .handler = on_interrupt, .flags = SA_SIGINFO | kSaRestorer | SA_ONSTACK, .restorer = husk_signal_return, .mask = 0};
    host_call(SYS_rt_sigaction, interrupt_signal(), &action, 0, kKernelSignalSetSize);
}

void interrupt_thread(int tid)
{
    host_call(SYS_tgkill, static_cast<int>(host_call(SYS_getpid)), tid, interrupt_signal());
}

}  // namespace husk::program
