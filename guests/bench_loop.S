# Proves: how fast ring 0 computes. Arithmetic, loads, stores and a branch that goes either way, as often as the eight bytes at 0x10000 say:
# 13.5 instructions a round on average. Leaves what it computed at 0x400.
    .globl _start
_start:
    mov   0x10000, %rcx
    mov   $0x11000, %esi
    mov   $1, %eax
    xor   %edx, %edx
again:
    imul  $0x5851F42D, %rax, %rax
    add   $0x14057B7F, %rax
    mov   %rax, %rbx
    shr   $33, %rbx
    mov   %ebx, %edi
    and   $0xFF8, %edi
    add   (%rsi,%rdi), %rdx
    test  $1, %bl
    jz    even
    xor   %rdx, %rax
even:
    mov   %rax, (%rsi,%rdi)
    lea   1(%rdx,%rbx), %rdx
    dec   %rcx
    jnz   again
    mov   %rax, 0x400
    hlt
