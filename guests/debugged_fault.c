// Proves: a core file shows where a guest went wrong: divides by what gets to be zero, and has no handler for that.
volatile long sum = 7;

__attribute__((noinline)) static void divide(long value)
{
    sum = sum * 100 / (2 - value);
}

__attribute__((noinline)) static void count(long rounds)
{
    for (long i = 1; i <= rounds; ++i) divide(i);
}

__attribute__((noreturn, section(".start"))) void _start(void)
{
    count(3);
    for (;;) __asm__ volatile("hlt" : : : "memory");
}
