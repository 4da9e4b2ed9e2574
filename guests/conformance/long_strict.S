# Proves: checks that emulators like to leave out. Addresses that are not canonical are #GP, or #SS through RSP and RBP, of the instruction that
# uses them, and no part of it is done; a null SS has the RPL it needs. SDM Vol. 1, "Canonical Addressing"
# (3.3.7.1); Vol. 2, "INT n/INTO/INT3/INT1", "JMP", "PUSH".
#define BITS 64
#include "probe.inc"

    movabs $0x800000000000, %rbx
    try   "non-canonical through rbp"
    mov   %rbx, %rbp
    mov   (%rbp), %al
    done
    set_gate_type 12, (PRESENT | INTERRUPT_GATE), 1     # the frame needs a stack
    set_gate_type 13, (PRESENT | INTERRUPT_GATE), 2
    try   "non-canonical through rsp"
    mov   %rbx, %rsp
    mov   (%rsp), %al
    done
    try   "jump to a non-canonical address"
    jmp   *%rbx
    done
    try   "push there, rsp as before"
    lea   8(%rbx), %rsp
    push  %rax
    done
    set_gate_type 12, (PRESENT | INTERRUPT_GATE)
    set_gate_type 13, (PRESENT | INTERRUPT_GATE)
    try   "iretq to a non-canonical address"
    push  $DATA0
    push  $STACK0
    pushf
    push  $CODE0
    push  %rbx
    mov   %rsp, try_sp
    iretq
    done
    mov   $STACK0, %rsp
    movq  $0x7A09, tss + 36 + 3 * 8
    set_gate_type 0x20, (PRESENT | INTERRUPT_GATE), 4
    movw  $0x8000, tss + 36 + 3 * 8 + 4 # IST4 = 0x800000007a09
    try   "ist 4 is not canonical"
    int   $0x20
    done

    movw  $0x8000, idt + 0x2F * GATE_SIZE + 8
    try   "int 2f: handler is not canonical"
    int   $0x2F
    done
    try   "mov ss, null with an rpl"
    mov   $3, %eax
    mov   %eax, %ss
    done
    finish
