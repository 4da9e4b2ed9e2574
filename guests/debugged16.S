# Proves: a debugger finds its way in real mode, also where a segment does not begin at 0. As debugged.c.
    .code16
    .globl _start, far, round, total, spin, end
_start:
    mov   $far, %bx             # to CS = far / 16, IP = 0
    shr   $4, %bx
    push  %bx
    xor   %ax, %ax
    push  %ax
    lret
    .balign 2
total:
    .word 0
spin:
    .word 0
    .balign 16
far:
    mov   $3, %cx
round:
    add   %cx, total
    mov   $'+', %al
    out   %al, $0xE9
    loop  round
wait:
    cmpw  $0, spin
    jne   wait
end:
    mov   $42, %ax
    hlt
