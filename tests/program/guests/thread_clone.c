// clone and clone3 themselves, as a thread library uses them: set_tid_address, CLONE_CHILD_CLEARTID, CLONE_PARENT_SETTID, TLS.
#include "check.h"

#include <linux/futex.h>
#include <linux/sched.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/syscall.h>

enum { kStack = 64 * 1024 };
enum { kThread = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM };

static char stack[kStack] __attribute__((aligned(16)));
static _Atomic int parent_number, child_number, seen_number;
static atomic_int ran;

// Only system calls: without a TLS of its own the thread shares the C library's.
static int work(void* argument)
{
    atomic_store(&seen_number, (int)syscall(SYS_gettid));
    atomic_fetch_add(&ran, (int)(intptr_t)argument);
    return 0;
}

static void await_zero(_Atomic int* word)
{
    for (int value; (value = atomic_load(word)) != 0;) syscall(SYS_futex, word, FUTEX_WAIT, value, NULL, NULL, 0);
}

static void cleared(void)
{
    atomic_store(&child_number, -1);
    const int flags = kThread | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID;
    const int number = clone(work, stack + kStack, flags, (void*)1, &parent_number, NULL, &child_number);
    CHECK_OK(number);
    await_zero(&child_number);  // the kernel clears it and wakes
    CHECK_EQ(number, parent_number);
    CHECK_EQ(number, seen_number);
    CHECK_EQ(ran, 1);
}

static void set_by_child(void)
{
    atomic_store(&child_number, 0);
    const int flags = kThread | CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID;
    CHECK_OK(clone(work, stack + kStack, flags, (void*)10, NULL, NULL, &child_number));
    while (atomic_load(&ran) < 11) sched_yield();
    await_zero(&child_number);
}

static void by_clone3(void)
{
    struct clone_args arguments;
    memset(&arguments, 0, sizeof arguments);
    arguments.flags = kThread | CLONE_CHILD_CLEARTID | CLONE_PARENT_SETTID;
    arguments.child_tid = (uintptr_t)&child_number;
    arguments.parent_tid = (uintptr_t)&parent_number;
    arguments.stack = (uintptr_t)stack;
    arguments.stack_size = kStack;
    atomic_store(&child_number, -1);
    long result;
    __asm__ volatile(
        "syscall\n"
        "test %%rax, %%rax; jnz 1f\n"
        "lock addl $100, %[ran]\n"
        "mov %[exit], %%eax; xor %%edi, %%edi; syscall\n"
        "1:\n"
        : "=a"(result), [ran] "+m"(ran)
        : "a"((long)SYS_clone3), "D"(&arguments), "S"(sizeof arguments), [exit] "i"(SYS_exit)
        : "rcx", "r11", "memory");
    if (result == -ENOSYS) return;  // a C library goes on with clone
    CHECK(result > 0);
    await_zero(&child_number);
    CHECK_EQ(parent_number, result);
    CHECK_EQ(ran, 111);
}

static void wrong(void)
{
    CHECK_ERRNO(clone(work, stack + kStack, CLONE_THREAD, NULL), EINVAL);
    CHECK_ERRNO(clone(work, stack + kStack, CLONE_SIGHAND, NULL), EINVAL);
    struct clone_args arguments;
    memset(&arguments, 0, sizeof arguments);
    errno = 0;
    CHECK_EQ(syscall(SYS_clone3, &arguments, 8L), -1);
    CHECK(errno == EINVAL || errno == ENOSYS);
}

int main(void)
{
    CHECK_EQ(syscall(SYS_set_tid_address, NULL), getpid());
    cleared();
    set_by_child();
    by_clone3();
    wrong();
    return 0;
}
