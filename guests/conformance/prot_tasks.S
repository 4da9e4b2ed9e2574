# Proves: in protected mode, interrupts, CALL and JMP switch tasks through task gates and TSS descriptors, IRET goes back where NT says, and
# every register is saved and loaded. SDM Vol. 3A, "Task Switching" (7.3), "Task Linking" (7.4).
#define BITS 32
#include "probe.inc"
    .set TASK2, 0x38                    # selectors
    .set GATE2, 0x40
    .set NOT_THERE, 0x48
    .set T_LINK, 0                      # offsets in a TSS
    .set T_CR3, 28
    .set T_EIP, 32
    .set T_FLAGS, 36
    .set T_EAX, 40
    .set T_ESP, 56
    .set T_ES, 72

    set_gate 0x20, 0, TASK2, (PRESENT | TASK_GATE)
    mov   $0xBBBB, %ebx
    mov   $0x5151, %esi
    try   "int through a task gate", as_is
    mov   $0xAAAA, %eax
    int   $0x20
    call  show_all
    done
    call  show_tasks
    try   "lcall to a tss", as_is
    lcall $TASK2, $0
    call  show_all
    done
    try   "lcall through a task gate", as_is
    lcall $GATE2, $0
    done
    call  show_tasks
    movl  $jumped, tss2 + T_EIP
    try   "ljmp to a tss and back", as_is
    ljmp  $TASK2, $0
    done
    call  show_tasks
    try   "lcall to its own, busy tss"
    lcall $TASK, $0
    done
    try   "tss not there"
    lcall $NOT_THERE, $0
    done
    set_gate 6, 0, TASK2, (PRESENT | TASK_GATE)     # an exception without an error code
    movl  $fault, tss2 + T_EIP
    try   "#UD through a task gate", as_is
    ud2
    say   "behind it\n"
    done
    set_gate 13, 0, TASK2, (PRESENT | TASK_GATE)    # and with one
    movl  $fault_code, tss2 + T_EIP
    movl  $STACK3, tss2 + T_ESP
    try   "#GP through a task gate", as_is
    mov   $NOT_THERE, %eax
    mov   %ax, %es
    say   "behind it\n"
    done
    mov   %cr0, %eax
    and   $8, %eax
    show  "cr0.ts", %eax
    say   "\n"
    push  $2
    popf
    movl  $0, tss + T_FLAGS
    finish

task2:                                  # each time it is called, it goes on behind its IRET
    call  show_all
    str   %ebx
    show  "   in task", %ebx
    movzwl tss2 + T_LINK, %ebx
    show  "called by", %ebx
    say   "\n"
    mov   $0x2222, %ebx
    iret
    jmp   task2
jumped:
    pushf
    pop   %ebx
    show  "   jumped, flags", %ebx
    say   "\n"
    ljmp  $TASK, $0
    jmp   task2
fault:
    mov   tss + T_EIP, %ebx
    sub   try_origin, %ebx
    show  "   at", %ebx
    say   "\n"
    addl  $2, tss + T_EIP
    iret
    jmp   fault
fault_code:
    pop   %ecx
    mov   tss + T_EIP, %ebx
    sub   try_origin, %ebx
    show  "   at", %ebx
    show  "code", %ecx
    say   "\n"
    addl  $2, tss + T_EIP
    iret
    jmp   fault_code

show_all:
    show  "   a", %eax
    show  "b", %ebx
    show  "si", %esi
    push  %ebx
    pushf
    pop   %ebx
    show  "flags", %ebx
    mov   %ss, %ebx
    show  "ss", %ebx
    lea   8(%esp), %ebx
    show  "sp", %ebx
    pop   %ebx
    say   "\n"
    ret

show_tasks:                             # busy bits, by the descriptors
    movzbl gdt + TASK + 5, %ebx
    show  "   tss", %ebx, 2
    movzbl gdt + TASK2 + 5, %ebx
    show  "tss2", %ebx, 2
    str   %ebx
    show  "tr", %ebx
    say   "\n"
    ret

    .data
    .balign 16
tss2:
    .fill 7, 4, 0
    .long 0, task2, 2                   # CR3, EIP, EFLAGS
    .long 0, 0, 0, 0x7777               # EAX, ECX, EDX, EBX
    .long STACK3, 0, 0x6666, 0          # ESP, EBP, ESI, EDI: ring 3's stack is free here
    .long DATA0, CODE0, DATA0, DATA0, 0, 0, 0
    .word 0, 104
tss2_end:

    .pushsection .gdt
    .org  gdt + TASK2
    segment tss2, (tss2_end - tss2 - 1), (PRESENT | TSS_AVAILABLE), 0
    gate  0, TASK2, (PRESENT | TASK_GATE)
    segment tss2, (tss2_end - tss2 - 1), TSS_AVAILABLE, 0
    .popsection
