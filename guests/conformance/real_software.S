# Proves: in real mode, INT n, INT3, INTO, INT1 and the single-step trap go through the interrupt vector table, clear IF and TF, and IRET
# brings back FLAGS; LIDT moves the table. SDM Vol. 3B, "Interrupt and Exception Handling" in real-address mode (21.1.4).
#define BITS 16
#include "probe.inc"

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
    try   "int 0", as_is
    int   $0
    done
    try   "int 0d", as_is               # no error code, as for none in real mode
    int   $0x0D
    done
    try   "into without overflow", as_is
    into
    done
    try   "into with overflow", as_is
    mov   $0x7F, %al
    inc   %al
    into
    done

    try   "all flags but trap", as_is   # the handler starts without IF, and IRET brings it back
    pushw $0x7ED7
    popf
    int   $0x21
    pushf
    pop   %ax
    show  "flags", %ax
    say   "\n"
    pushw $2
    popf
    done

    try   "iretd", as_is                # 32-bit pops; the upper half of CS is ignored
    pushl $0x00000AD7
    pushl $0xFFFF0000
    pushl $iretd_target
    .byte 0x66
    iret
    hlt
iretd_target:
    pushf
    pop   %ax
    show  "flags", %ax
    say   "\n"
    pushw $2
    popf
    done

    try   "single step", as_is          # at: the instruction behind the one that was traced
    pushw $(2 | TF)
    popf
    nop
    inc   %ax
    pushw $2
    popf
    nop
    done
    try   "single step over int", as_is # TF is clear in the handler, and set again behind IRET
    pushw $(2 | TF)
    popf
    int   $0x22
    nop
    pushw $2
    popf
    done
    try   "single step into a fault"
    pushw $(2 | TF)
    popf
    div   %bh
    done
    try   "single step of rep", as_is
    mov   $3, %cx
    mov   $scratch, %si
    mov   $(scratch + 16), %di
    pushw $(2 | TF)
    popf
    rep movsb
    pushw $2
    popf
    done

    mov   $0, %si                       # the table elsewhere, and shorter
    mov   $0x1000, %di
    mov   $(STUBS * 2), %cx
    rep movsw
    movw  $(stubs + STUB_SIZE * 0x3F), 0x1000 + 4 * 0x30
    lidt  moved
    try   "int 30 of a table at 1000", as_is
    int   $0x30
    done
    try   "int 31 beyond it"
    int   $0x31
    done
    finish

    .data
moved:
    .word 4 * 0x31 - 1
    .long 0x1000
scratch:
    .fill 32, 1, 0x55
