# Proves: in protected mode, LAR, LSL, VERR, VERW and ARPL judge selectors by ZF and change nothing they should not; SGDT, SIDT, SLDT, STR, SMSW
# store; LMSW sets but cannot clear PE; LTR marks its descriptor busy. SDM Vol. 2, under these names; Vol. 3A, "Pointer Validation" (5.10).
#define BITS 32
#include "probe.inc"
    .set CALL0, 0x38
    .set TRAP, 0x40
    .set EXECUTE_ONLY, 0x48
    .set READ_ONLY, 0x50
    .set CONFORMING_CODE, 0x58
    .set DATA_NOT_THERE, 0x60
    .set LARGE, 0x68

    .macro judge selector
    say   "\selector:"
    mov   $\selector, %ecx
    mov   $0xEEEEEEEE, %eax
    call  lar_it
    mov   $0xEEEEEEEE, %eax
    call  lsl_it
    call  verr_it
    call  verw_it
    say   "\n"
    .endm
    .macro judge_all
    judge 0
    judge CODE0
    judge DATA0
    judge CODE3
    judge DATA3
    judge TASK
    judge CALL0
    judge TRAP
    judge EXECUTE_ONLY
    judge READ_ONLY
    judge CONFORMING_CODE
    judge DATA_NOT_THERE
    judge LARGE
    judge 0x13
    judge 0x3C
    judge 0xFFF8
    .endm

    say   "at ring 0\n"
    judge_all
    enter_ring3
    say   "at ring 3\n"
    judge_all
    sub   $8, %esp                      # unless CR4.UMIP is set, ring 3 may
    sgdt  (%esp)
    movzwl (%esp), %eax
    mov   2(%esp), %ecx
    sub   $gdt, %ecx
    show  "gdt", %eax
    show  "off by", %ecx
    sidt  (%esp)
    movzwl (%esp), %eax
    mov   2(%esp), %ecx
    sub   $idt, %ecx
    show  "idt", %eax
    show  "off by", %ecx
    sldt  %eax
    str   %ecx
    smsw  %dx
    movzwl %ax, %eax
    movzwl %cx, %ecx
    movzwl %dx, %edx
    show  "ldt", %eax
    show  "tr", %ecx
    show  "msw", %edx, 4
    say   "\n"
    add   $8, %esp
    mov   $0x10, %eax
    mov   $3, %ecx
    arpl  %cx, %ax
    call  show_zero
    show  "arpl", %eax
    arpl  %cx, %ax
    call  show_zero
    show  "and again", %eax
    say   "\n"
    leave_ring3

    mov   $0xFFFE, %eax                 # neither PE nor more than the low four bits
    and   $0x6, %eax
    lmsw  %ax
    mov   %cr0, %eax
    show  "cr0", %eax
    movzbl gdt + TASK + 5, %ecx
    show  "tss", %ecx, 2
    say   "\n"
    try   "monitor the coprocessor: wait"
    mov   %cr0, %eax
    or    $0xA, %eax                    # MP, TS
    mov   %eax, %cr0
    fwait
    done
    clts
    mov   %cr0, %eax
    show  "cr0", %eax
    say   "\n"
    finish

    .section .text
lar_it:
    lar   %ecx, %eax
    call  show_zero
    and   $0x00F0FF00, %eax             # the others are undefined
    show  "", %eax
    ret
lsl_it:
    lsl   %ecx, %eax
    call  show_zero
    show  "", %eax
    ret
verr_it:
    verr  %cx
    jmp   show_zero
verw_it:
    verw  %cx
show_zero:
    push  %edx
    pushf
    pop   %edx
    shr   $6, %edx
    and   $1, %edx
    show  "", %edx, 1
    pop   %edx
    ret

    .pushsection .gdt
    .org  gdt + CALL0
    .word 0x1234, CODE0
    .byte 2, (PRESENT | CALL_GATE), 0, 0
    .word 0x1234, CODE0
    .byte 0, (PRESENT | TRAP_GATE), 0, 0
    segment 0, 0x1234, (PRESENT | 0x19), BIG
    segment 0, 0x1234, (PRESENT | DPL3 | 0x11), BIG
    segment 0, 0x1234, (PRESENT | CONFORMING), BIG
    segment 0, 0x1234, DPL3 | DATA_SEGMENT, BIG
    segment 0, 0x1234, (PRESENT | DPL3 | DATA_SEGMENT), (GRANULAR | BIG)
    .popsection
