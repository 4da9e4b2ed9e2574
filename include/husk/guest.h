#ifndef HUSK_GUEST_H
#define HUSK_GUEST_H

/* What a guest can ask of Husk. For C and C++, with nothing behind it: no library, not even libc.
 *
 * A Linux program asks by a system call with a number that Linux has not; outside of Husk each function here answers
 * -HUSK_ENOSYS, so the same binary runs natively. An image (husk boot) asks through an I/O port; it defines HUSK_GUEST_IMAGE
 * before it includes this, and runs in 64-bit or 32-bit mode.
 *
 *     program:  RAX = HUSK_CALL, RDI = operation, RSI, RDX, R10 = arguments; SYSCALL; result in RAX
 *     image:    EBX/RBX, ECX/RCX, EDX... as said at each operation; OUT 0xF5, EAX with EAX = operation; result: IN EAX, 0xF5
 */

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    HUSK_CALL = 0x6875736B,  /* "husk": the system call's number */
    HUSK_PORT = 0xF5,        /* an image's port, 4 bytes wide */
    HUSK_FREEZE_HERE = 1,    /* no arguments */
    HUSK_THAW_ARGUMENTS = 2, /* buffer, its size; programs only */
    HUSK_HOST_FUNCTION = 3,  /* name, arguments (int64_t[]), how many; programs only */
    HUSK_RETURN = 4,         /* how a function that the host called comes back; Husk makes it itself */
    HUSK_ENOENT = 2,         /* there is no host function of this name */
    HUSK_EFAULT = 14,        /* a pointer that is not the program's memory */
    HUSK_EINVAL = 22,        /* another number of arguments than the host function takes */
    HUSK_ENOSYS = 38         /* not in Husk, or not in this version of it */
};

#ifdef HUSK_GUEST_IMAGE
static inline long husk_operation(long operation)
{
    uint32_t result = (uint32_t)operation;
    __asm__ volatile("outl %%eax, $0xF5\n\tinl $0xF5, %%eax" : "+a"(result) : : "memory");
    return (long)(int32_t)result;
}
#else
static inline long husk_operation(long operation, long first, long second, long third)
{
    long result = HUSK_CALL;
    register long r10 __asm__("r10") = third;
    __asm__ volatile("syscall" : "+a"(result) : "D"(operation), "S"(first), "d"(second), "r"(r10) : "rcx", "r11", "memory");
    return result;
}
#endif

/* Here is where a guest that is being frozen is frozen (husk freeze --at asked): returns 0 where it is not, or where nobody freezes
 * it; and n, from 1, in the n-th guest that is thawed from it. Below 0: not in Husk. */
static inline long husk_freeze_here(void)
{
#ifdef HUSK_GUEST_IMAGE
    return husk_operation(HUSK_FREEZE_HERE);
#else
    return husk_operation(HUSK_FREEZE_HERE, 0, 0, 0);
#endif
}

#ifndef HUSK_GUEST_IMAGE

/* The arguments of this thaw, then an empty string, then its environment ("NAME=VALUE"), then an empty string, each string with its
 * NUL. Writes as much as fits into `size` bytes; returns how many bytes there are in all. */
static inline long husk_thaw_arguments(char* buffer, unsigned long size)
{
    return husk_operation(HUSK_THAW_ARGUMENTS, (long)buffer, (long)size, 0);
}

/* Calls the function that the embedding program has registered as `name`. Its result goes to *result; returns 0, or -HUSK_ENOENT,
 * -HUSK_EFAULT, -HUSK_EINVAL, -HUSK_ENOSYS. Pointers among the arguments are the guest's own addresses. */
static inline long husk_host_function(const char* name, const int64_t* arguments, unsigned count, int64_t* result)
{
    struct {
        const char* name;
        const int64_t* arguments;
        int64_t* result;
    } request = {name, arguments, result};
    return husk_operation(HUSK_HOST_FUNCTION, (long)&request, (long)count, 0);
}

#endif

#ifdef __cplusplus
}
#endif

#endif
