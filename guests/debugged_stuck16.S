# Proves: a core file shows where a real-mode guest hangs, also where a segment does not begin at 0: it waits for an interrupt that
# nobody sends.
    .code16
    .globl _start, far, stuck, sum
_start:
    mov   $far, %bx             # to CS = far / 16, IP = 0
    shr   $4, %bx
    push  %bx
    xor   %ax, %ax
    push  %ax
    lret
    .balign 2
sum:
    .word 7
    .balign 16
far:
    addw  $693, sum
stuck:
    sti
    hlt
    jmp   stuck
