# Proves: in protected mode, far JMP, CALL and RET go between 32-bit and 16-bit code and, through call gates, to an inner ring with parameters
# copied; selectors of the LDT. SDM Vol. 3A, "Accessing a Code Segment Through a Call Gate" (5.8.4), "Stack Switching" (5.8.5).
#define BITS 32
#include "probe.inc"
    .set CODE16, 0x38                   # selectors, by the order at the end
    .set LDT, 0x40
    .set GATE0, 0x48 | 3                # for ring 3, with two parameters
    .set GATE_SAME, 0x50
    .set GATE_CLOSED, 0x58              # DPL 0
    .set GATE_GONE, 0x60 | 3
    .set CODE_NOT_THERE, 0x68
    .set GATE_NOWHERE, 0x70 | 3
    .set LOCAL_CODE, 0x04               # in the LDT
    .set LOCAL_DATA3, 0x0C | 3

    lcall $CODE16, $callee16
    show  "16-bit code: cs", %ebx
    show  "sp", %ecx
    say   "\n"
    ljmp  $CODE16, $jump16
back32:
    lcall $GATE_SAME, $0x12345678       # a gate's target counts, not the offset
    mov   %esp, %ebx
    show  "and back on", %ebx
    say   "\n"

    mov   $LDT, %eax
    lldt  %ax
    sldt  %ebx
    show  "ldt", %ebx
    lcall $LOCAL_CODE, $local
    mov   $LOCAL_DATA3, %eax
    mov   %ax, %fs
    mov   %fs:0x10, %ebx                # base 0x30000
    show  "and its data", %ebx
    say   "\n"
    try   "beyond the ldt"
    mov   $0x14, %eax
    mov   %ax, %es
    done

    enter_ring3
    push  $0x1111
    push  $0x2222
    lcall $GATE0, $0
    mov   %esp, %ebx
    mov   %cs, %ecx
    show  "back on", %ebx
    show  "cs", %ecx
    say   "\n"
    try   "gate with DPL 0"
    lcall $GATE_CLOSED, $0
    done
    try   "gate not there"
    lcall $GATE_GONE, $0
    done
    try   "gate to code not there"
    lcall $GATE_NOWHERE, $0
    done
    try   "jump through a gate to an inner ring"
    ljmp  $GATE0, $0
    done
    try   "data selector"
    lcall $DATA3, $0
    done
    leave_ring3
    finish

callee16:
    .code16
    mov   %cs, %ebx
    mov   %esp, %ecx
    lretl
    .code32
jump16:
    .code16
    ljmpl $CODE0, $back32
    .code32
gate_same:
    mov   (%esp), %ebx
    sub   $back32, %ebx
    mov   4(%esp), %ecx
    show  "gate: from", %ebx
    show  "cs", %ecx
    lret
local:
    mov   %cs, %ebx
    show  "code of the ldt, cs", %ebx
    lret
gate_ring0:
    mov   %cs, %ebx
    mov   %ss, %ecx
    mov   %esp, %edx
    show  "through a gate to cs", %ebx
    show  "ss", %ecx
    show  "sp", %edx
    mov   4(%esp), %ebx
    mov   8(%esp), %ecx
    mov   12(%esp), %edx
    show  "from cs", %ebx
    show  "parameters", %ecx
    show  "", %edx
    mov   16(%esp), %ebx
    mov   20(%esp), %ecx
    show  "its sp", %ebx
    show  "ss", %ecx
    lret  $8

    .macro call_gate target, selector, type, parameters=0
    .word \target, \selector
    .byte \parameters, \type
    .word 0
    .endm
    .data
    .balign 8
ldt:
    segment 0, 0xFFFF, (PRESENT | CODE_SEGMENT), CODE_FLAGS
    .word 0xFFFF, 0
    .byte 3, (PRESENT | DPL3 | DATA_SEGMENT), BIG, 0
ldt_end:

    .pushsection .gdt
    .org  gdt + CODE16
    segment 0, 0xFFFF, (PRESENT | CODE_SEGMENT), 0
    segment ldt, (ldt_end - ldt - 1), (PRESENT | LDT_SEGMENT), 0
    call_gate gate_ring0, CODE0, (PRESENT | DPL3 | CALL_GATE), 2
    call_gate gate_same, CODE0, (PRESENT | CALL_GATE)
    call_gate gate_same, CODE0, (PRESENT | CALL_GATE)
    call_gate gate_same, CODE0, (DPL3 | CALL_GATE)
    segment 0, 0xFFFF, CODE_SEGMENT, CODE_FLAGS
    call_gate gate_same, CODE_NOT_THERE, (PRESENT | DPL3 | CALL_GATE)
    .popsection
