# Proves: in long mode, software interrupts and exceptions take interrupt and trap gates and their interrupt stacks; a gate that cannot be taken
# is #GP or #NP whose error code names it, with EXT for what no INT n asked for. SDM Vol. 3A, "Interrupt Stack Table" (6.14.5), "Error
# Code" (6.13); Vol. 2, "INT n/INTO/INT3/INT1".
#define BITS 64
#include "probe.inc"
    .set NOT_THERE, 0x38
    .set CODE_DPL3, 0x40
    .set CODE32, 0x48

    .macro try_int number, text
    try   "int \number: \text"
    int   $0x\number
    done
    .endm

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
    try   "interrupt gate clears IF", as_is
    push  $(2 | IF)
    popf
    int   $0x20
    pushf
    cli
    pop   %rax
    show  "flags", %rax
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

    .irp  ist, 1, 2, 7
    set_gate_type 0x20, (PRESENT | INTERRUPT_GATE), \ist
    try   "ist \ist", as_is
    int   $0x20
    done
    .endr
    set_gate_type 6, (PRESENT | INTERRUPT_GATE), 3
    try   "#UD by ist 3"
    ud2
    done
    set_gate_type 0x20, (PRESENT | INTERRUPT_GATE), 4
    movq  $0x7A09, tss + 36 + 3 * 8     # IST4, off by 9
    try   "ist 4 is aligned", as_is
    int   $0x20
    done
    set_gate_type 0x24, INTERRUPT_GATE
    set_gate_type 0x25, (PRESENT | CALL_GATE)
    set_gate_type 0x26, (PRESENT | GATE16)
    set_gate_type 0x27, (PRESENT | TASK_GATE)
    set_gate 0x28, stubs, 0
    set_gate 0x29, stubs, DATA0
    set_gate 0x2A, stubs, NOT_THERE
    set_gate 0x2B, stubs, 0xFFF8
    set_gate 0x2C, stubs, CODE_DPL3
    set_gate 0x2D, stubs, CODE32
    set_gate 0x2E, (stubs + 0x2E * STUB_SIZE), CODE0 + 3    # the selector's RPL does not count
    try_int 24, "gate not there"
    try_int 25, "call gate"
    try_int 26, "16-bit gate"
    try_int 27, "task gate"
    try_int 28, "null selector"
    try_int 29, "data"
    try_int 2a, "code not there"
    try_int 2b, "beyond the gdt"
    try_int 2c, "code of ring 3"
    try_int 2d, "32-bit code"
    try_int 2e, "selector with an rpl"
    try_int 40, "beyond the idt"
    try_int ff, "far beyond the idt"

    set_gate_type 6, INTERRUPT_GATE
    try   "#UD through a gate not there"
    ud2
    done
    set_gate_type 6, (PRESENT | TASK_GATE)
    try   "#UD through a task gate"
    ud2
    done
    set_gate 6, stubs, 0
    try   "#UD through a null selector"
    ud2
    done
    set_gate 6, stubs, CODE32
    try   "#UD to 32-bit code"
    ud2
    done
    set_gate_type 3, INTERRUPT_GATE
    try   "int3 through a gate not there"
    int3
    done
    set_gate_type 1, INTERRUPT_GATE
    try   "single step through a gate not there"
    push  $(2 | TF)
    popf
    nop
    done
    finish

    .pushsection .gdt
    .org  gdt + NOT_THERE
    segment 0, 0xFFFF, CODE_SEGMENT, CODE_FLAGS
    segment 0, 0xFFFF, (PRESENT | DPL3 | CODE_SEGMENT), CODE_FLAGS
    segment 0, 0xFFFF, (PRESENT | CODE_SEGMENT), (GRANULAR | BIG)
    .popsection
