# Proves: in protected mode, an exception while another is being delivered is a double fault, here through a task gate as an operating system
# would have it, or is delivered after it; bad stacks in the TSS are #TS, #SS or #GP. SDM Vol. 3A, "Interrupt 8—Double Fault Exception (#DF)",
# "Interrupt 10—Invalid TSS Exception (#TS)".
#define BITS 32
#include "probe.inc"
    .set TASK2, 0x38
    .set STACK_NOT_THERE, 0x40
    .set STACK_READ_ONLY, 0x48
    .set T_EIP, 32
    .set T_ESP, 56
    .set T_CS, 76
    .set T_SS, 80

    .macro double                       # a task gate for #DF, and its task fresh
    movb  $(PRESENT | TSS_AVAILABLE), gdt + TASK2 + 5
    movl  $in_double, tss2 + T_EIP
    movl  $(STACK3 + 0x400), tss2 + T_ESP
    .endm

    set_gate 8, 0, TASK2, (PRESENT | TASK_GATE)
    double
    set_gate_type 13, INTERRUPT_GATE
    try   "#GP, and its gate is not there"
    mov   $0xFFF8, %eax
    mov   %ax, %es
    done
    set_gate_type 13, (PRESENT | INTERRUPT_GATE)
    double
    set_gate_type 0, INTERRUPT_GATE
    try   "#DE, and its gate is not there"
    div   %ch
    done
    set_gate_type 0, (PRESENT | INTERRUPT_GATE)
    set_gate_type 6, INTERRUPT_GATE
    try   "#UD, and its gate is not there: no double fault"
    ud2
    done
    set_gate_type 6, (PRESENT | INTERRUPT_GATE)
    double
    set_gate_type 11, INTERRUPT_GATE
    try   "int3, its gate and that of #NP not there"
    set_gate_type 3, INTERRUPT_GATE
    int3
    done
    set_gate_type 11, (PRESENT | INTERRUPT_GATE)
    set_gate 8, (stubs + 8 * STUB_SIZE)
    set_gate_type 13, INTERRUPT_GATE
    try   "#DF through an interrupt gate"
    mov   %ax, %es
    done
    set_gate_type 13, (PRESENT | INTERRUPT_GATE)

    # An exception at ring 3 finds no good SS0. #TS and its kin are handled in a task of their own.
    .irp  vector, 10, 11, 12, 13
    set_gate \vector, 0, TASK2, (PRESENT | TASK_GATE)
    .endr
    .macro bad_stack text, selector
    double
    movl  $in_bad_stack, tss2 + T_EIP
    enter_ring3
    try   "\text"
    movw  $\selector, tss + 8
    ud2
    done
    .endm
    bad_stack "SS0 is null", 0
    bad_stack "SS0 is null with an rpl", 3
    bad_stack "SS0 has rpl 3", DATA0 + 3
    bad_stack "SS0 is of ring 3", DATA3
    bad_stack "SS0 is beyond the gdt", 0xFFF8
    bad_stack "SS0 is not there", STACK_NOT_THERE
    bad_stack "SS0 is read-only", STACK_READ_ONLY
    bad_stack "SS0 is code", CODE0
    finish
in_double:
    pop   %edx                          # the error code
    mov   try_text, %esi
    call  print_text
    show  ": #DF in a task, code", %edx
    str   %edx
    show  "tr", %edx
    movzwl tss2, %edx
    show  "link", %edx
    pushf
    pop   %edx
    show  "flags", %edx
    say   "\n"
    mov   try_resume, %eax              # the task at fault goes on behind what was tried
    mov   %eax, tss + T_EIP
    iret

in_bad_stack:                           # back to ring 0 of the first task
    pop   %edx
    mov   try_text, %esi
    call  print_text
    show  ": code", %edx
    say   "\n"
    xor   %edx, %edx
    movw  $DATA0, tss + 8
    mov   try_resume, %eax
    mov   %eax, tss + T_EIP
    movl  $STACK0, tss + T_ESP
    movl  $STACK0, try_sp
    movw  $CODE0, tss + T_CS
    movw  $DATA0, tss + T_SS
    iret

    .data
    .balign 16
tss2:
    .fill 7, 4, 0
    .long 0, 0, 2                       # CR3, EIP, EFLAGS
    .fill 4, 4, 0
    .long 0, 0, 0, 0                    # ESP …
    .long DATA0, CODE0, DATA0, DATA0, 0, 0, 0
    .word 0, 104
tss2_end:

    .pushsection .gdt
    .org  gdt + TASK2
    segment tss2, (tss2_end - tss2 - 1), (PRESENT | TSS_AVAILABLE), 0
    segment 0, 0xFFFF, DATA_SEGMENT, (GRANULAR | BIG)
    segment 0, 0xFFFF, (PRESENT | 0x11), (GRANULAR | BIG)
    .popsection
