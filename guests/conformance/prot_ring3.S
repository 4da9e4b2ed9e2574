# Proves: in protected mode, ring 3 may do only what it may; its exceptions change to the stack in the TSS, and IRET goes back to ring 3 and
# its stack. SDM Vol. 3A, "Privilege Levels" (5.5), "Privileged Instructions" (5.9), "Exception- and Interrupt-Handler Procedures"
# (6.12.1).
#define BITS 32
#include "probe.inc"
    .set CONFORMING_CODE, 0x38

    .macro privileged name, instruction:vararg
    try   "\name"
    \instruction
    done
    .endm
    .macro load segment, selector
    try   "mov \segment \selector"
    mov   $\selector, %eax
    mov   %eax, %\segment
    done
    .endm

    enter_ring3
    privileged "hlt", hlt
    privileged "cli", cli
    privileged "sti", sti
    privileged "clts", clts
    privileged "lgdt", lgdt gdt_pointer
    privileged "lidt", lidt idt_pointer
    privileged "lldt", lldt %ax
    privileged "ltr", ltr %ax
    privileged "lmsw", lmsw %ax
    privileged "mov from cr0", mov %cr0, %eax
    privileged "mov to cr3", mov %eax, %cr3
    privileged "mov from dr7", mov %dr7, %eax
    privileged "invd", invd
    privileged "wbinvd", wbinvd
    privileged "invlpg", invlpg (%eax)
    privileged "rdmsr", rdmsr
    privileged "wrmsr", wrmsr
    privileged "ud2", ud2
    try   "div by zero"
    xor   %ecx, %ecx
    div   %ecx
    done
    load  ds, 0x10
    load  ds, 0x13
    load  ds, 0x28
    load  ds, 0xFFF8
    load  ss, 0x10
    load  ss, 0x20
    load  ss, 0
    privileged "ljmp to ring 0", ljmp $CODE0, $0
    try   "lret to ring 0"
    push  $CODE0
    push  $0
    mov   %esp, try_sp
    lret
    done
    try   "iret to ring 0"
    pushf
    push  $CODE0
    push  $0
    mov   %esp, try_sp
    iret
    done
    leave_ring3

    enter_ring3
    try   "popf changes neither IF nor IOPL"
    push  $0x3202
    popf
    pushf
    pop   %eax
    and   $0x3200, %eax
    show  "flags", %eax
    say   "\n"
    done
    try   "conforming code keeps ring 3"
    ljmp  $CONFORMING_CODE, $8f
8:  mov   %cs, %eax
    show  "cs", %eax
    say   "\n"
    ud2
    done
    ljmp  $CODE3, $8f
8:  leave_ring3

    movw  $CONFORMING_CODE, idt + 6 * GATE_SIZE + 2
    enter_ring3
    try   "handler in conforming code keeps ring 3 and its stack"
    ud2
    done
    leave_ring3
    movw  $CODE0, idt + 6 * GATE_SIZE + 2

    enter_ring3                         # by RETF this time
    leave_ring3
    push  $DATA3
    push  $STACK3
    push  $CODE3
    push  $8f
    lret
8:  try   "ring 3 by lret"
    mov   %cs, %eax
    mov   %ss, %ebx
    mov   %esp, %ecx
    show  "cs", %eax
    show  "ss", %ebx
    show  "sp", %ecx
    say   "\n"
    ud2
    done
    leave_ring3

    mov   $DATA0, %eax                  # what ring 3 may not see is null when it gets there
    mov   %ax, %fs
    mov   $DATA3, %eax
    mov   %ax, %gs
    enter_ring3
    mov   %fs, %eax
    mov   %gs, %ebx
    show  "fs", %eax
    show  "gs", %ebx
    say   "\n"
    leave_ring3
    finish

    .pushsection .gdt
    .org  gdt + CONFORMING_CODE
    segment 0, 0xFFFF, (PRESENT | CONFORMING), CODE_FLAGS
    .popsection
