// What hostile guests share. They are never run natively: what they do to a kernel is only meant for Husk. A guest ends with 0 if
// Husk refused what it must refuse; it tells what it got otherwise.
#pragma once

#include "../guests/check.h"

#include <sys/mman.h>
#include <sys/syscall.h>

// Of Husk's layout (src/program/space/layout.hpp): what no pointer of a guest's may reach.
#define HUSK_SPACE 0x10000000000UL
#define HUSK_OWN (HUSK_SPACE - 0x1000000UL)
#define HUSK_VDSO (HUSK_OWN - 0x1000000UL)
#define HUSK_LINE 1024

/// A system call by hand, without errno: what the kernel answers.
static inline long raw_call(long number, long a, long b, long c, long d, long e, long f)
{
    long result;
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = e;
    register long r9 __asm__("r9") = f;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
}

/// The same numbers at every run: xorshift64*.
static inline uint64_t next_random(uint64_t* state)
{
    uint64_t x = *state;
    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    *state = x;
    return x * 0x2545F4914F6CDD1DUL;
}

/// True if `at` lies in what a guest may have mapped.
static inline bool is_guest_memory(uint64_t at)
{
    return at >= 0x10000 && at < HUSK_VDSO;
}

/// Ignores signals that end a program, so that a call that ends waits does only that: by a handler, for a wait that is ignored goes
/// on.
__attribute__((unused)) static void on_alarm(int signal)
{
    (void)signal;
}

/// SIGALRM every `microseconds`, which ends calls that wait.
__attribute__((unused)) static void interrupt_every(long microseconds)
{
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_alarm;
    CHECK_OK(sigaction(SIGALRM, &action, NULL));
    const long timer[4] = {0, microseconds, 0, microseconds};
    CHECK_OK(syscall(SYS_setitimer, 0, timer, NULL));
}
