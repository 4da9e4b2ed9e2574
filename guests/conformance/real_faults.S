# Proves: in real mode, faults go through the interrupt vector table with FLAGS, CS and IP of the instruction at fault and no error code, and
# IRET goes back. SDM Vol. 3B, "Interrupt and Exception Handling" in real-address mode (21.1.4), "Interrupt Table" (table 21-1).
#define BITS 16
#include "probe.inc"

    try   "div by zero"
    xor   %cx, %cx
    div   %cx
    done
    try   "div overflow"
    mov   $0x100, %ax
    mov   $1, %cl
    div   %cl
    done
    try   "idiv overflow"
    mov   $0x8000, %ax
    mov   $0xFFFF, %dx
    mov   $-1, %cx
    idiv  %cx
    done
    try   "aam 0"
    aam   $0
    done
    try   "ud2"
    ud2
    done
    try   "mov to cs"
    .byte 0x8E, 0xC8
    done
    try   "lock with a register"
    .byte 0xF0, 0x01, 0xC0
    done
    try   "arpl"
    arpl  %ax, (%bx)
    done
    try   "lldt"
    xor   %ax, %ax
    lldt  %ax
    done
    try   "ltr"
    ltr   %ax
    done
    try   "str"
    str   %ax
    done
    try   "sldt"
    sldt  %ax
    done
    try   "lar"
    lar   %ax, %ax
    done
    try   "lsl"
    lsl   %ax, %ax
    done
    try   "verr"
    verr  %ax
    done
    try   "instruction of 16 bytes"
    .fill 15, 1, 0x66
    nop
    done
    try   "instruction of 15 bytes"
    .fill 14, 1, 0x66
    nop
    done
    try   "bound within"
    mov   $15, %ax
    bound %ax, bounds
    done
    try   "bound below"
    mov   $9, %ax
    bound %ax, bounds
    done
    try   "bound above"
    mov   $21, %ax
    bound %ax, bounds
    done
    finish

    .data
bounds:
    .word 10, 20
