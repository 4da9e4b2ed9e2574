# Proves: what it costs to thaw a guest and to reset it. Halts when it is ready, and then for each call after it has written to as many
# pages as the eight bytes at 0x10000 say, from 2 MiB on.
    .globl _start
_start:
    hlt
    mov   0x10000, %rcx
    mov   $0x200000, %edi
write:
    mov   %rcx, (%rdi)
    add   $0x1000, %rdi
    dec   %rcx
    jnz   write
    jmp   _start
