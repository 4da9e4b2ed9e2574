// Proves: compiled code runs in protected, paged and long mode. Prints, stores 42 (a long: 4 or 8 bytes) at 0x400, leaves 42 in EAX
// or RAX.
static inline void debug_console(char byte)
{
    __asm__ volatile("outb %0, $0xE9" : : "a"(byte));
}

__attribute__((noreturn, section(".start"))) void _start(void)
{
    static const char message[] = "Hello, world!\n";
    for (const char* next = message; *next; ++next) debug_console(*next);

    volatile long* answer = (volatile long*)0x400;
    *answer = 42;
    for (;;) __asm__ volatile("hlt" : : "a"(42) : "memory");
}
