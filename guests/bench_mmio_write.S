# Proves: what a write to a device in memory costs. A thousand writes of four bytes at 2 MiB, one past the guest's memory.
    .globl _start
_start:
    mov   $1000, %ecx
    mov   $0x200000, %edi
again:
    mov   %eax, (%rdi)
    dec   %ecx
    jnz   again
    hlt
