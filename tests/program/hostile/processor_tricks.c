// What only Husk has at these places: its stub, its port. Each way in ends in a signal, or is a system call and no more.
#include "hostile.h"

#include <setjmp.h>

static sigjmp_buf back;

static void caught(int signal, siginfo_t* info, void* context)
{
    (void)info, (void)context;
    siglongjmp(back, signal);
}

static long result;

/// OUT to the port of system calls, from anywhere: RCX says where it goes on, R11 with which flags.
static void out_with(uint64_t rcx, uint64_t r11)
{
    __asm__ volatile("movq %1, %%rcx; movq %2, %%r11; movl $102, %%eax; outb %%al, $0x10"
                     : "=a"(result)
                     : "r"(rcx), "r"(r11)
                     : "rcx", "r11", "memory", "cc");
}

static void stub_with(uint64_t rcx, uint64_t r11)
{
    __asm__ volatile("movq %1, %%rcx; movq %2, %%r11; movl $102, %%eax; movq $0xFFFF007000, %%rdx; jmp *%%rdx"
                     : "=a"(result)
                     : "r"(rcx), "r"(r11)
                     : "rcx", "r11", "rdx", "memory", "cc");
}

static void return_with(uint64_t rcx, uint64_t r11)
{
    __asm__ volatile("movq %1, %%rcx; movq %2, %%r11; movl $102, %%eax; movq $0xFFFF007002, %%rdx; jmp *%%rdx"
                     : "=a"(result)
                     : "r"(rcx), "r"(r11)
                     : "rcx", "r11", "rdx", "memory", "cc");
}

static const uint64_t kPlaces[] = {0,
                                   0x1000,
                                   HUSK_OWN,
                                   HUSK_OWN + 0x6000,
                                   0x7FFFFFFFFFFF,
                                   0x800000000000,
                                   0x8000000000000000,
                                   0xFFFF800000000000,
                                   0xFFFFFFFFFFFFFFFF};
static const uint64_t kFlags[] = {0, 0x202, 0x302, 0x3202, 0x4202, 0x20202, 0x40202, 0xFFFFFFFFFFFFFFFF};

int main(int argc, char** argv)
{
    CHECK(argc == 3);
    static char stack[65536];
    const stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
    CHECK_OK(sigaltstack(&alternate, NULL));
    const int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGSYS};
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; ++i) handle(signals[i], caught, SA_ONSTACK | SA_NODEFER);
    void (*const ways[])(uint64_t, uint64_t) = {out_with, stub_with, return_with};
    void (*const way)(uint64_t, uint64_t) = ways[argv[2][0] - '0'];
    for (size_t place = 0; place < sizeof kPlaces / sizeof kPlaces[0]; ++place) {
        for (size_t flags = 0; flags < sizeof kFlags / sizeof kFlags[0]; ++flags) {
            const int signal = sigsetjmp(back, 1);
            __asm__ volatile("pushq $0x202; popfq" ::: "cc", "memory");
            if (signal != 0) continue;
            way(kPlaces[place], kFlags[flags]);
        }
    }
    return 0;
}
