# Proves: in long mode, an exception while another is being delivered is a double fault if SDM table 6-5 says so, and is delivered after it
# otherwise; page faults of the processor's own accesses. SDM Vol. 3A, "Interrupt 8—Double Fault Exception (#DF)".
#define BITS 64
#include "probe.inc"
    .set TABLE, 0x20000
    .set PAGE, 0x40000

    .macro done_too                     # SS as it was, whatever an interrupt stack made of it
    done
    mov   $DATA0, %eax
    mov   %eax, %ss
    .endm
    .macro stack_away text, instruction:vararg  # frames go to a page that is not there
    try   "\text"
    mov   $(PAGE + 0x800), %esp
    \instruction
    done_too
    .endm

    mov   $TABLE, %edi
    mov   $7, %eax
1:  mov   %rax, (%rdi)
    add   $0x1000, %rax
    add   $8, %rdi
    cmp   $(TABLE + 0x1000), %edi
    jb    1b
    movq  $(TABLE + 7), 0x4000
    mov   %cr3, %rax
    mov   %rax, %cr3
    set_gate_type 8, (PRESENT | INTERRUPT_GATE), 1

    set_gate_type 13, INTERRUPT_GATE
    try   "#GP, and its gate is not there: contributory twice"
    movabs $0x800000000000, %rbx
    mov   (%rbx), %al
    done_too
    set_gate_type 13, (PRESENT | INTERRUPT_GATE)
    set_gate_type 0, INTERRUPT_GATE
    try   "#DE, and its gate is not there: contributory twice"
    xor   %ecx, %ecx
    div   %ecx
    done_too
    set_gate_type 0, (PRESENT | INTERRUPT_GATE)
    set_gate_type 6, INTERRUPT_GATE
    try   "#UD, and its gate is not there: benign, then contributory"
    ud2
    done_too
    set_gate_type 11, INTERRUPT_GATE
    try   "#UD, and its gate and that of #NP are not there"
    ud2
    done_too
    set_gate_type 11, (PRESENT | INTERRUPT_GATE)
    set_gate_type 6, (PRESENT | INTERRUPT_GATE)
    set_gate_type 14, INTERRUPT_GATE
    movq  $0, TABLE + (PAGE >> 12) * 8
    invlpg PAGE
    try   "#PF, and its gate is not there: page fault, then contributory"
    mov   PAGE, %al
    done_too
    set_gate_type 14, (PRESENT | INTERRUPT_GATE)
    stack_away "#PF, and no stack for it: page fault twice", push %rax
    set_gate_type 14, (PRESENT | INTERRUPT_GATE), 2
    stack_away "#PF with a stack of its own", push %rax
    stack_away "#UD, and no stack for it: benign, then page fault", ud2
    stack_away "#DE, and no stack for it: contributory, then page fault", div %cl
    set_gate_type 14, (PRESENT | INTERRUPT_GATE)
    stack_away "#UD, and no stack for it nor for the #PF", ud2
    set_gate_type 14, (PRESENT | INTERRUPT_GATE), 2

    movq  $0, TABLE + 0x41 * 8          # an IDT that reaches into a page that is not there
    invlpg 0x41000
    mov   $idt, %esi
    mov   $(0x41000 - 0x20 * GATE_SIZE), %edi
    movq  $0x40007, TABLE + 0x40 * 8
    mov   $(0x20 * GATE_SIZE), %ecx
    rep movsb
    lidt  moved
    try   "int 20, and its gate is on a page not there"
    int   $0x20
    done_too
    lidt  idt_pointer
    movq  $0, TABLE + 0x40 * 8
    invlpg 0x40000
    finish

    .data
moved:
    .word STUBS * GATE_SIZE - 1
    .quad 0x41000 - 0x20 * GATE_SIZE
