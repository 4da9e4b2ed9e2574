# Proves: IRETQ and far transfers go to compatibility mode and back, exceptions and INT n of 32-bit and 16-bit code take 64-bit gates with
# 64-bit frames, and call gates lead to 64-bit code. SDM Vol. 3A, "Interrupt Handling in 64-Bit Mode" (6.14), "IA-32e Mode Call Gates"
# (5.8.3.1).
#define BITS 64
#include "probe.inc"
    .set CODE32, 0x38                   # selectors, by the order at the end
    .set CODE32_3, 0x40 | 3
    .set CODE16_3, 0x48 | 3
    .set GATE3, 0x50 | 3

    .macro to_ring3 selector, at
    push  $DATA3
    push  $STACK3
    push  $2
    push  $\selector
    push  $\at
    iretq
    .endm

    push  $DATA0                        # ring 0: IRETQ there, RETF back
    push  $STACK0
    push  $2
    push  $CODE32
    push  $in32
    iretq
    .code32
in32:
    mov   $0x80000000, %eax
    add   %eax, %eax                    # 32-bit operands; INC by its short form
    inc   %eax
    mov   %cs, %ecx
    mov   %esp, %ebx
    ljmp  $CODE0, $back64
    .code64
back64:
    mov   %eax, %eax
    show  "ring 0 of 32 bits: inc", %rax
    show  "cs", %rcx
    show  "sp", %rbx
    say   "\n"

    set_gate_type 0x20, (PRESENT | DPL3 | INTERRUPT_GATE)
    set_gate_type 0x21, (PRESENT | DPL3 | INTERRUPT_GATE), 5
    set_gate_type 3, (PRESENT | DPL3 | INTERRUPT_GATE)
    set_gate_type 4, (PRESENT | DPL3 | INTERRUPT_GATE)

    mov   $DATA3, %eax                  # ring 0's would be null there, which only 64-bit code does not mind
    mov   %eax, %ds

    .macro probe32 text, at, selector=CODE32_3, fix=to_ring0
    try   "\text", \fix
    movq  $\at, try_origin
    movq  $STACK3, try_sp
    to_ring3 \selector, \at
2:  mov   $STACK0, %rsp
    .endm
    probe32 "32 bits: ud2", c_ud2
    probe32 "32 bits: div by zero", c_div
    probe32 "32 bits: bound", c_bound
    probe32 "32 bits: into", c_into
    probe32 "32 bits: int3", c_int3
    probe32 "32 bits: int 20", c_int20
    probe32 "32 bits: int 21 by ist 5", c_int21
    probe32 "32 bits: int 22 of DPL 0", c_int22
    probe32 "32 bits: hlt", c_hlt
    probe32 "32 bits: arpl", c_arpl
    probe32 "32 bits: single step", c_step, CODE32_3, step
    probe32 "32 bits: call gate", c_gate
    probe32 "32 bits: jump to 64 bits", c_to64
    probe32 "16 bits: ud2", (c16_ud2 - 0x8000), CODE16_3
    probe32 "16 bits: int 20", (c16_int20 - 0x8000), CODE16_3
    probe32 "64 bits: jump to 32 bits", c64_to32, CODE3
    finish

step:                                   # two steps, then back
    cmpb  $(FIXES - 2), try_left
    je    to_ring0
    ret

    .section .text
gate64:
    mov   %cs, %eax
    mov   %ss, %ebx
    show  "   in a gate: cs", %rax
    show  "ss", %rbx
    mov   %rsp, %rbx
    show  "sp", %rbx
    mov   8(%rsp), %eax
    show  "from", %rax
    mov   16(%rsp), %rax
    show  "sp", %rax
    mov   24(%rsp), %rax
    show  "ss", %rax
    say   "\n"
    lretq
    .code32
c_ud2: ud2
c_div: xor %ecx, %ecx
    div   %ecx
c_bound:
    mov   $3, %eax
    bound %eax, c_bounds
c_into:
    mov   $0x7F, %al
    inc   %al
    into
c_int3: int3
c_int20: int $0x20
c_int21: int $0x21
c_int22: int $0x22
c_hlt: hlt
c_arpl:
    mov   $0x10, %eax
    mov   $3, %ecx
    arpl  %cx, %ax
    ud2
c_step:
    push  $(2 | TF)
    popf
    nop
    nop
    nop
c_gate:
    lcall $GATE3, $0x12345678
    ud2
c_to64:
    ljmp  $CODE3, $c_in64
    .code64
c_in64:
    movabs $0x100000000, %rax
    shr   $32, %rax
    ud2
c64_to32:
    push  $CODE32_3
    push  $c_ud2
    lretq
    .code16
c16_ud2: ud2
c16_int20:
    mov   $0x1234, %ax
    int   $0x20
    .code64

    .data
c_bounds: .long 10, 20

    .pushsection .gdt
    .org  gdt + CODE32
    segment 0, 0xFFFF, (PRESENT | CODE_SEGMENT), (GRANULAR | BIG)
    segment 0, 0xFFFF, (PRESENT | DPL3 | CODE_SEGMENT), (GRANULAR | BIG)
    segment 0x8000, 0xFFFF, (PRESENT | DPL3 | CODE_SEGMENT), 0
    .word gate64, CODE0                 # a 64-bit call gate
    .byte 0, (PRESENT | DPL3 | CALL_GATE)
    .word 0
    .quad 0
    .popsection
