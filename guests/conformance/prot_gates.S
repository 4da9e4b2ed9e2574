# Proves: in protected mode, software interrupts and exceptions take interrupt, trap and 16-bit gates; a gate that cannot be taken is #GP or
# #NP whose error code names it, with EXT for what no INT n asked for. SDM Vol. 3A, "Exception- and Interrupt-Handler Procedures"
# (6.12.1), "Error Code" (6.13); Vol. 2, "INT n/INTO/INT3/INT1".
#define BITS 32
#include "probe.inc"
    .set NOT_THERE, 0x38
    .set CODE_DPL3, 0x40

    try   "int3", as_is
    int3
    done
    try   "int $3", as_is
    int   $3
    done
    try   "int1"
    .byte 0xF1
    done
    try   "int 20", as_is
    int   $0x20
    done
    try   "int 6, no error code", as_is
    int   $6
    done
    try   "into without overflow", as_is
    into
    done
    try   "into with overflow", as_is
    mov   $0x7F, %al
    inc   %al
    into
    done
    try   "interrupt gate clears IF", as_is
    push  $(2 | IF)
    popf
    int   $0x20
    pushf
    cli
    pop   %eax
    show  "flags", %eax
    say   "\n"
    done
    set_gate_type 0x20, (PRESENT | TRAP_GATE)
    try   "trap gate keeps it", as_is
    push  $(2 | IF)
    popf
    int   $0x20
    cli
    done
    try   "all flags", as_is            # NT and TF are clear in the handler
    push  $0x00047ED7
    popf
    int   $0x20
    push  $2
    popf
    done
    try   "single step", as_is
    push  $(2 | TF)
    popf
    nop
    int   $0x21
    push  $2
    popf
    done
    try   "single step of rep", as_is
    mov   $2, %ecx
    mov   $0x10000, %esi
    mov   $0x10010, %edi
    push  $(2 | TF)
    popf
    rep movsb
    push  $2
    popf
    done

    set_gate 0x22, in_gate16, CODE0, (PRESENT | GATE16)
    set_gate 0x23, in_gate16, CODE0, (PRESENT | GATE16 | 1)
    try   "16-bit gates", as_is
    push  $(2 | IF)
    popf
    int   $0x22
    int   $0x23
    cli
    done

    set_gate_type 0x24, INTERRUPT_GATE
    set_gate_type 0x25, (PRESENT | CALL_GATE)
    set_gate_type 0x26, (PRESENT | 0x10 | INTERRUPT_GATE)
    set_gate 0x27, stubs, 0
    set_gate 0x28, stubs, DATA0
    set_gate 0x29, stubs, NOT_THERE
    set_gate 0x2A, stubs, 0xFFF8
    set_gate 0x2B, stubs, CODE_DPL3
    set_gate 0x2C, stubs, 0x3C
    set_gate 0x2D, (stubs + 0x2D * STUB_SIZE), CODE0 + 3    # the selector's RPL does not count
    .macro try_int number, text
    try   "int \number: \text"
    int   $0x\number
    done
    .endm
    try_int 24, "gate not there"
    try_int 25, "call gate"
    try_int 26, "segment for a gate"
    try_int 27, "null selector"
    try_int 28, "data"
    try_int 29, "code not there"
    try_int 2a, "beyond the gdt"
    try_int 2b, "code of ring 3"
    try_int 2c, "no ldt"
    try_int 2d, "selector with an rpl"
    try_int 40, "beyond the idt"
    try_int ff, "far beyond the idt"

    set_gate_type 6, INTERRUPT_GATE
    try   "#UD through a gate not there"
    ud2
    done
    set_gate_type 6, (PRESENT | CALL_GATE)
    try   "#UD through a call gate"
    ud2
    done
    set_gate 6, stubs, 0
    try   "#UD through a null selector"
    ud2
    done
    set_gate 6, stubs, DATA0
    try   "#UD to data"
    ud2
    done
    set_gate 6, stubs, NOT_THERE
    try   "#UD to code not there"
    ud2
    done
    set_gate_type 3, INTERRUPT_GATE
    try   "int3 through a gate not there"
    int3
    done
    set_gate_type 4, INTERRUPT_GATE
    try   "into through a gate not there"
    mov   $0x7F, %al
    inc   %al
    into
    done
    set_gate_type 1, INTERRUPT_GATE
    try   "single step through a gate not there"
    push  $(2 | TF)
    popf
    nop
    done

    lidt  short_idt
    try   "int 0e beyond a shorter idt"
    int   $0x0E
    done
    finish

in_gate16:                              # a frame of 16-bit words
    push  %eax
    push  %edx
    push  %esi
    pushf
    pop   %edx
    show  "in a 16-bit gate: flags", %edx
    mov   %esp, %edx
    show  "sp", %edx
    movzwl 12(%esp), %edx
    sub   try_origin, %edx
    show  "at", %edx
    movzwl 14(%esp), %edx
    show  "cs", %edx
    movzwl 16(%esp), %edx
    show  "flags", %edx
    say   "\n"
    pop   %esi
    pop   %edx
    pop   %eax
    iretw

    .data
short_idt:
    .word 14 * 8 - 1
    .long idt

    .pushsection .gdt
    .org  gdt + NOT_THERE
    segment 0, 0xFFFF, CODE_SEGMENT, CODE_FLAGS
    segment 0, 0xFFFF, (PRESENT | DPL3 | CODE_SEGMENT), CODE_FLAGS
    .popsection
