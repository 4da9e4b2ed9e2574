// IN from the one port that ring 3 may reach: it has no answer.
#include "hostile.h"

int main(int argc, char** argv)
{
    CHECK(argc == 3);
    static char buffer[64];
    if (argv[2][0] == 'i') __asm__ volatile("inb $0x10, %%al" ::: "eax");
    if (argv[2][0] == 's') __asm__ volatile("movl $0x10, %%edx; movl $16, %%ecx; rep insb" ::"D"(buffer) : "rcx", "rdx", "memory");
    if (argv[2][0] == 'o') __asm__ volatile("movl $0x10, %%edx; movl $16, %%ecx; rep outsb" ::"S"(buffer) : "rcx", "rdx", "memory");
    return 3;
}
