# Proves: IRET enters virtual-8086 mode; exceptions and, with IOPL 3, INT n leave it for ring 0 with all segments on the stack and null in the
# registers; with a lower IOPL what heeds it is #GP. SDM Vol. 3A, "Interrupt and Exception Handling in Virtual-8086 Mode" (20.3),
# "Sensitive Instructions" (20.2.7).
#define BITS 32
#include "probe.inc"
    .set V86_CODE, 0x800                # segment of this image; its code is linked for it at offset 0

    .macro enter_v86 at, iopl
    pushl $0x6000                       # GS, FS, DS, ES
    pushl $0x5000
    pushl $0x0
    pushl $0x0
    pushl $0x0                          # SS
    pushl $STACK3
    pushl $(VM | 2 | \iopl << 12)
    pushl $V86_CODE
    pushl $(\at - 0x8000)
    iret
    .endm
    .macro back
2:  mov   $STACK0, %esp
    .endm
    .macro expect text, at, iopl, fix=leave_v86
    .pushsection .rodata
77: .asciz "\text"
    .popsection
    movl  $77b, try_text
    movl  $\fix, try_fix
    movb  $FIXES, try_left
    movl  $(\at - 0x8000), try_origin
    movl  $STACK3, try_sp
    movl  $2f, try_resume
    enter_v86 \at, \iopl
2:  mov   $STACK0, %esp
    mov   $DATA0, %eax
    mov   %ax, %ds
    mov   %ax, %es
    .endm

    movw  $(PRESENT | DPL3 | INTERRUPT_GATE) << 8, idt + 8 * 0x20 + 4
    movw  $(PRESENT | DPL3 | INTERRUPT_GATE) << 8, idt + 8 * 3 + 4
    expect "ud2", v_ud2, 0
    expect "div by zero", v_div, 0
    expect "hlt", v_hlt, 3
    expect "mov from cr0", v_cr0, 3
    expect "lldt", v_lldt, 3
    expect "int3", v_int3, 0
    expect "int 20, iopl 3", v_int, 3
    expect "int 20, iopl 0", v_int, 0
    expect "int 21 of DPL 0, iopl 3", v_int21, 3
    expect "cli, iopl 0", v_cli, 0
    expect "pushf, iopl 0", v_pushf, 0
    expect "popf, iopl 0", v_popf, 0
    expect "iret, iopl 0", v_iret, 0
    expect "cli, pushf, popf, iopl 3", v_flags, 3
    expect "in of a closed port", v_in, 3
    expect "out to the console", v_out, 3
    expect "far jump as in real mode", v_far, 3
    expect "segments as in real mode", v_segments, 3
    finish

leave_v86:                              # prints the segments that were pushed
    push  %ebp
    mov   60(%ebp), %ebx
    mov   64(%ebp), %ecx
    mov   68(%ebp), %edx
    mov   72(%ebp), %edi
    show  "   es", %ebx
    show  "ds", %ecx
    show  "fs", %edx
    show  "gs", %edi
    mov   SAVED_A(%ebp), %ebx
    show  "a", %ebx
    mov   %fs, %ebx
    show  "fs now", %ebx
    say   "\n"
    pop   %ebp
    mov   try_resume, %eax
    jmp   *%eax

    .section .text
    .code16
v_ud2: ud2
v_div: xor %cx, %cx
    div   %cx
v_hlt: hlt
v_cr0: mov %cr0, %eax
v_lldt: lldt %ax
v_int3: int3
v_int: int $0x20
v_int21: int $0x21
v_cli: cli
v_pushf: pushf
v_popf: popf
v_iret: iret
v_flags:
    cli
    pushw $0x0ED7
    popf
    pushf
    pop   %ax
    ud2
v_in: in   $0x80, %al
v_out:
    mov   $'!', %al
    out   %al, $CONSOLE
    ud2
v_far:
    ljmp  $0x700, $(9f - 0x7000)
9:  mov   %cs, %ax
    ud2
v_segments:
    mov   $0x123, %ax
    mov   %ax, %es
    mov   %ax, %fs
    ud2
    .code32
