# Proves: what a read of a device in memory costs. A thousand reads of four bytes at 2 MiB, one past the guest's memory.
    .globl _start
_start:
    mov   $1000, %ecx
    mov   $0x200000, %esi
again:
    mov   (%rsi), %eax
    dec   %ecx
    jnz   again
    hlt
