# Proves: in protected mode at ring 0, faults go through interrupt gates with the error code their cause has. SDM Vol. 3A, "Exception and
# Interrupt Reference" (6.15), "Error Code" (6.13).
#define BITS 32
#include "probe.inc"
    .set NOT_THERE, 0x38                # selectors, by the order at the end
    .set DATA_NOT_THERE, 0x40
    .set EXECUTE_ONLY, 0x48
    .set CODE_DPL3, 0x50
    .set READ_ONLY, 0x58

    .macro load_ds selector
    try   "mov ds \selector"
    mov   $\selector, %eax
    mov   %ax, %ds
    done
    mov   $DATA0, %eax
    mov   %ax, %ds
    .endm
    .macro load_ss selector
    try   "mov ss \selector"
    mov   $\selector, %eax
    mov   %ax, %ss
    done
    .endm
    .macro far_jump selector
    try   "ljmp \selector"
    ljmp  $\selector, $2f
    done
    .endm

    try   "div by zero"
    xor   %ecx, %ecx
    div   %ecx
    done
    try   "ud2"
    ud2
    done
    try   "bound"
    mov   $21, %eax
    bound %eax, bounds
    done
    try   "mov to cr1"
    .byte 0x0F, 0x22, 0xC8
    done
    try   "mov from cr5"
    .byte 0x0F, 0x20, 0xE8
    done
    load_ds 0xFFF8
    load_ds 0x3C
    load_ds DATA_NOT_THERE
    load_ds EXECUTE_ONLY
    load_ds TASK
    load_ds CODE0
    load_ss 0
    load_ss 0xFFF8
    load_ss DATA_NOT_THERE
    load_ss DATA3
    load_ss CODE0
    load_ss READ_ONLY
    load_ss 0x14
    far_jump 0
    far_jump 3
    far_jump DATA0
    far_jump NOT_THERE
    far_jump CODE_DPL3
    far_jump 0xFFF8
    far_jump 0x0C
    try   "ltr of a busy task"
    mov   $TASK, %eax
    ltr   %ax
    done
    try   "ltr of data"
    mov   $DATA0, %eax
    ltr   %ax
    done
    try   "lldt of a task"
    mov   $TASK, %eax
    lldt  %ax
    done
    try   "lldt 0"
    xor   %eax, %eax
    lldt  %ax
    done
    try   "selector of no ldt"
    mov   $0x3C, %eax
    mov   %ax, %es
    done
    try   "pop es not there, esp as before"
    push  $DATA_NOT_THERE
    mov   %esp, try_sp
    pop   %es
    done
    mov   $STACK0, %esp
    try   "lret to code not there, esp as before"
    push  $NOT_THERE
    push  $2f
    mov   %esp, try_sp
    lret
    done
    mov   $STACK0, %esp
    try   "iret to data"
    pushf
    push  $DATA0
    push  $2f
    mov   %esp, try_sp
    iret
    done
    mov   $STACK0, %esp
    try   "iret to ring 3 with a null ss"
    push  $0
    push  $STACK3
    pushf
    push  $CODE3
    push  $2f
    mov   %esp, try_sp
    iret
    done
    mov   $STACK0, %esp
    try   "lock nop"
    .byte 0xF0, 0x90
    done
    try   "instruction of 16 bytes"
    .fill 15, 1, 0x66
    nop
    done
    finish

    .data
bounds:
    .long 10, 20

    .pushsection .gdt
    .org  gdt + NOT_THERE
    segment 0, 0xFFFF, CODE_SEGMENT, CODE_FLAGS
    segment 0, 0xFFFF, DATA_SEGMENT, (GRANULAR | BIG)
    segment 0, 0xFFFF, (PRESENT | 0x19), CODE_FLAGS
    segment 0, 0xFFFF, (PRESENT | DPL3 | CODE_SEGMENT), CODE_FLAGS
    segment 0, 0xFFFF, (PRESENT | 0x11), (GRANULAR | BIG)
    .popsection
