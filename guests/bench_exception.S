# Proves: what an exception costs, delivered through the guest's IDT, and the return from it. A thousand UD2s, which the handler counts at
# 0x400.
#define GDTR 0x1000
#define IDTR 0x1010
#define GATE 0x1100 + 6 * 16 /* the IDT is at 0x1100 */
    .globl _start
_start:
    movw  $0x17, GDTR
    movq  $gdt, GDTR + 2
    lgdt  GDTR
    movw  $0xFF, IDTR
    movq  $0x1100, IDTR + 2
    lidt  IDTR
    movw  $handler, GATE
    movw  $8, GATE + 2
    movw  $0x8E00, GATE + 4
    mov   $1000, %ecx
again:
    ud2
    dec   %ecx
    jnz   again
    hlt
handler:
    incq  0x400
    addq  $2, (%rsp)
    iretq
    .balign 8
gdt:
    .quad 0, 0x00AF9B000000FFFF, 0x00CF93000000FFFF
