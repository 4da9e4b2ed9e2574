# Proves: in 64-bit mode, ring 3 may do only what it may; its exceptions take RSP0 with a null SS, or an interrupt stack, and IRETQ goes back.
# SDM Vol. 3A, "Stack Switching in IA-32e Mode" (6.14.4), "IRET in IA-32e Mode" (6.14.3), "Privileged Instructions" (5.9).
#define BITS 64
#include "probe.inc"

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
    privileged "mov from cr0", mov %cr0, %rax
    privileged "mov to cr3", mov %rax, %cr3
    privileged "mov from cr8", mov %cr8, %rax
    privileged "mov from dr7", mov %dr7, %rax
    privileged "invd", invd
    privileged "wbinvd", wbinvd
    privileged "invlpg", invlpg (%rax)
    privileged "rdmsr", rdmsr
    privileged "wrmsr", wrmsr
    privileged "swapgs", swapgs
    privileged "in 80", in $0x80, %al
    privileged "in e9 and its neighbour", in $0xE9, %ax
    privileged "in e9", in $0xE9, %al
    privileged "ud2", ud2
    try   "div by zero"
    xor   %ecx, %ecx
    div   %rcx
    done
    try   "non-canonical"
    movabs $0x800000000000, %rbx
    mov   (%rbx), %al
    done
    load  ds, 0x10
    load  ds, 0xFFF8
    load  ss, 0x10
    load  ss, 0x20
    load  ss, 0
    load  ss, 3
    try   "lretq to ring 0"
    push  $CODE0
    push  $0
    mov   %rsp, try_sp
    lretq
    done
    try   "iretq to ring 0"
    push  $DATA0
    push  $STACK0
    pushf
    push  $CODE0
    push  $0
    mov   %rsp, try_sp
    iretq
    done
    leave_ring3

    mov   %ss, %eax                     # null, with ring 0's RPL; 64-bit mode can do with it
    show  "ring 0 with ss", %rax
    try   " and an exception there"
    ud2
    done
    enter_ring3
    try   "popf changes neither IF nor IOPL"
    push  $0x3202
    popf
    pushf
    pop   %rax
    and   $0x3200, %eax
    show  "flags", %rax
    say   "\n"
    done
    try   "stack of ring 3, off by 0x1b"
    sub   $0x1B, %rsp
    cmp   %rax, %rax
    ud2
    done
    leave_ring3

    set_gate_type 6, (PRESENT | INTERRUPT_GATE), 2
    enter_ring3
    try   "#UD by ist 2"
    ud2
    done
    leave_ring3
    set_gate_type 6, (PRESENT | INTERRUPT_GATE)
    movq  $0x6FF9, tss + 4
    enter_ring3
    try   "rsp0 is aligned"
    ud2
    done
    leave_ring3
    movq  $STACK0, tss + 4

    push  $DATA3                        # by RETF
    push  $STACK3
    push  $CODE3
    push  $8f
    lretq
8:  mov   %cs, %eax
    mov   %ss, %ebx
    mov   %rsp, %rcx
    show  "ring 3 by lretq: cs", %rax
    show  "ss", %rbx
    show  "sp", %rcx
    say   "\n"
    leave_ring3

    mov   $DATA0, %eax                  # what ring 3 may not see is null when it gets there
    mov   %eax, %fs
    mov   $DATA3, %eax
    mov   %eax, %gs
    enter_ring3
    mov   %fs, %eax
    mov   %gs, %ebx
    show  "fs", %rax
    show  "gs", %rbx
    say   "\n"
    leave_ring3
    finish
