// sigaltstack: handlers on a stack of their own, for one when the other is used up.
#include "check.h"

#include <setjmp.h>
#include <sys/mman.h>
#include <sys/resource.h>

enum { kSize = 64 * 1024 };

static char room[kSize];
static sigjmp_buf back;
static volatile sig_atomic_t calls, on_it, flags_within;

static bool within(const volatile void* at)
{
    return (uintptr_t)at >= (uintptr_t)room && (uintptr_t)at < (uintptr_t)room + kSize;
}

static void note(int signal, siginfo_t* info, void* context)
{
    (void)signal, (void)info, (void)context;
    volatile int here = 0;
    ++calls;
    on_it = within(&here);
    stack_t now;
    CHECK_OK(sigaltstack(NULL, &now));
    flags_within = now.ss_flags;
    const stack_t other = {room, 0, kSize};
    if (on_it) CHECK_ERRNO(sigaltstack(&other, NULL), EPERM);  // not while it is in use
    if (signal == SIGUSR1) raise(SIGUSR2);
}

static void out(int signal, siginfo_t* info, void* context)
{
    (void)signal, (void)info, (void)context;
    volatile int here = 0;
    on_it = within(&here);
    siglongjmp(back, 1);
}

static void chosen(void)
{
    stack_t before;
    CHECK_OK(sigaltstack(NULL, &before));
    CHECK_EQ(before.ss_flags, SS_DISABLE);
    const stack_t stack = {room, 0, kSize};
    CHECK_OK(sigaltstack(&stack, NULL));
    CHECK_OK(sigaltstack(NULL, &before));
    CHECK(before.ss_sp == room && before.ss_size == kSize && before.ss_flags == 0);

    handle(SIGUSR2, note, 0);
    CHECK_OK(raise(SIGUSR2));
    CHECK(calls == 1 && !on_it);
    handle(SIGUSR2, note, SA_ONSTACK);
    CHECK_OK(raise(SIGUSR2));
    CHECK(calls == 2 && on_it && flags_within == SS_ONSTACK);
    handle(SIGUSR1, note, SA_ONSTACK);
    CHECK_OK(raise(SIGUSR1));  // its own handler raises the other: both on the stack
    CHECK(calls == 4 && on_it);
    CHECK_OK(sigaltstack(NULL, &before));
    CHECK_EQ(before.ss_flags, 0);
}

static void wrong(void)
{
    const stack_t small = {room, 0, 100};
    CHECK_ERRNO(sigaltstack(&small, NULL), ENOMEM);
    const stack_t flags = {room, 77, kSize};
    CHECK_ERRNO(sigaltstack(&flags, NULL), EINVAL);
}

__attribute__((noinline)) static int endless(int depth)
{
    volatile char room_of_call[1024];
    room_of_call[depth % 1024] = 1;
    return depth < 0 ? 0 : endless(depth + 1) + room_of_call[3];
}

// The stack runs over its limit; the handler has room all the same.
static void overflow(void)
{
    const struct rlimit little = {1 << 20, RLIM_INFINITY};
    struct rlimit before;
    CHECK_OK(getrlimit(RLIMIT_STACK, &before));
    CHECK_OK(setrlimit(RLIMIT_STACK, &(struct rlimit){little.rlim_cur, before.rlim_max}));
    handle(SIGSEGV, out, SA_ONSTACK);
    for (int i = 0; i < 3; ++i) {
        on_it = 0;
        if (sigsetjmp(back, 1) == 0) CHECK(endless(0) == 12345);
        CHECK(on_it);
    }
    CHECK_OK(setrlimit(RLIMIT_STACK, &before));
}

int main(void)
{
    chosen();
    wrong();
    overflow();
    const stack_t none = {NULL, SS_DISABLE, 0};
    CHECK_OK(sigaltstack(&none, NULL));
    handle(SIGUSR2, note, SA_ONSTACK);
    CHECK_OK(raise(SIGUSR2));
    CHECK(!on_it);
    return 0;
}
