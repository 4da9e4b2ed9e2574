// Proves: a debugger finds its way in compiled code: functions, variables, a stack of calls. Prints a byte a round, and spins at
// the end for as long as a debugger has it do.
volatile int spin;
volatile long total;

static inline void debug_console(char byte)
{
    __asm__ volatile("outb %0, $0xE9" : : "a"(byte));
}

__attribute__((noinline)) static void add(long value)
{
    total += value;
    debug_console('+');
}

__attribute__((noinline)) static void count(long rounds)
{
    for (long i = 1; i <= rounds; ++i) add(i);
}

__attribute__((noreturn, section(".start"))) void _start(void)
{
    count(3);
    while (spin) {
    }
    for (;;) __asm__ volatile("hlt" : : "a"(42) : "memory");
}
