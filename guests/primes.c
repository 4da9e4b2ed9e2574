// Proves: an image asks to be frozen by <husk/guest.h>, and each thaw of it learns which one it is. Sieves the primes below 1000,
// which takes a while where ring 0 is interpreted; asks to be frozen; prints the prime whose number is that of the thaw, from 1, or of
// the first character of its serial input, if there is any; leaves it in RAX.
#define HUSK_GUEST_IMAGE
#include <husk/guest.h>

enum { LIMIT = 1000, SERIAL = 0x3F8, LINE_STATUS = SERIAL + 5, DATA_READY = 1 };

static unsigned char composite[LIMIT];

static inline void debug_console(char byte)
{
    __asm__ volatile("outb %0, $0xE9" : : "a"(byte));
}

static void print(const char* text)
{
    while (*text) debug_console(*text++);
}

static void print_number(unsigned number)
{
    if (number > 9) print_number(number / 10);
    debug_console((char)('0' + number % 10));
}

static void sieve(void)
{
    for (unsigned prime = 2; prime * prime < LIMIT; ++prime)
        if (!composite[prime])
            for (unsigned multiple = prime * prime; multiple < LIMIT; multiple += prime) composite[multiple] = 1;
}

static inline unsigned char in(unsigned short port)
{
    unsigned char value;
    __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

// A place to freeze it at by name.
__attribute__((noinline)) unsigned answer(unsigned number)
{
    unsigned found = 1;
    while (number > 0)
        if (!composite[++found]) --number;
    return found;
}

__attribute__((noreturn, section(".text.start"))) void _start(void)
{
    sieve();
    print("ready\n");
    const long thaw = husk_freeze_here();
    const unsigned number = (in(LINE_STATUS) & DATA_READY) ? in(SERIAL) - (unsigned)'0' : (unsigned)thaw;
    print("thaw ");
    print_number((unsigned)thaw);
    print(": prime ");
    print_number(number);
    print(" is ");
    const unsigned prime = answer(number % 100);
    print_number(prime);
    print("\n");
    for (;;) __asm__ volatile("hlt" : : "a"(prime) : "memory");
}
