# Proves: in 64-bit mode at ring 0, faults go through 64-bit gates: SS and RSP are always pushed, on a stack aligned to 16 bytes, and IRETQ
# goes back. SDM Vol. 3A, "64-Bit Mode Stack Frame" (6.14.2), "Exception and Interrupt Reference" (6.15).
#define BITS 64
#include "probe.inc"
    .set NOT_THERE, 0x38                # selectors, by the order at the end
    .set DATA_NOT_THERE, 0x40
    .set CODE_DPL3, 0x48

    .macro load segment, selector
    try   "mov \segment \selector"
    mov   $\selector, %eax
    mov   %eax, %\segment
    done
    .endm
    .macro far_ret selector
    try   "lretq \selector"
    push  $\selector
    push  $2f
    mov   %rsp, try_sp
    lretq
    done
    mov   $STACK0, %rsp
    .endm
    .macro invalid name, bytes:vararg
    try   "\name"
    .byte \bytes
    done
    .endm

    try   "div by zero"
    xor   %ecx, %ecx
    div   %rcx
    done
    try   "idiv overflow"
    mov   $-1, %rcx
    movabs $0x8000000000000000, %rax
    cqo
    idiv  %rcx
    done
    try   "ud2"
    ud2
    done
    invalid "daa", 0x27
    invalid "push es", 0x06
    invalid "pusha", 0x60
    invalid "bound", 0x62, 0x00
    invalid "aam", 0xD4, 10
    invalid "into", 0xCE
    invalid "ljmp ptr", 0xEA, 0, 0, 0, 0, 0, 0
    invalid "lcall ptr", 0x9A, 0, 0, 0, 0, 0, 0
    invalid "les", 0xC4, 0x00
    invalid "salc", 0xD6
    invalid "0x82", 0x82, 0xC0, 0x01
    try   "mov to cr1"
    .byte 0x0F, 0x22, 0xC8
    done
    try   "read of a non-canonical address"
    movabs $0x800000000000, %rbx
    mov   (%rbx), %al
    done
    try   "write to a non-canonical address"
    mov   %al, (%rbx)
    done
    load  ds, 0
    load  ds, 0xFFF8
    load  ds, DATA_NOT_THERE
    load  ds, TASK
    load  ds, 0x3C
    load  es, 0x20
    load  ss, 0xFFF8
    load  ss, DATA_NOT_THERE
    load  ss, 0x20
    load  ss, CODE0
    load  ss, 0
    mov   $DATA0, %eax
    mov   %eax, %ss
    mov   %eax, %ds
    mov   %eax, %es
    far_ret 0
    far_ret DATA0
    far_ret NOT_THERE
    far_ret CODE_DPL3
    far_ret 0xFFF8
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
    try   "iretq to data"
    push  $DATA0
    push  $STACK0
    pushf
    push  $DATA0
    push  $2f
    mov   %rsp, try_sp
    iretq
    done
    mov   $STACK0, %rsp
    try   "lock nop"
    .byte 0xF0, 0x90
    done
    try   "instruction of 16 bytes"
    .fill 15, 1, 0x66
    nop
    done
    .irp  by, 1, 8, 15                  # the frame is aligned first
    mov   $(STACK0 - \by), %rsp
    try   "stack off by \by"
    ud2
    done
    .endr
    finish

    .pushsection .gdt
    .org  gdt + NOT_THERE
    segment 0, 0xFFFF, CODE_SEGMENT, CODE_FLAGS
    segment 0, 0xFFFF, DATA_SEGMENT, (GRANULAR | BIG)
    segment 0, 0xFFFF, (PRESENT | DPL3 | CODE_SEGMENT), CODE_FLAGS
    .popsection
