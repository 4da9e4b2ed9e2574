# Proves: in protected mode, an access through a segment register heeds the segment: null selectors, limits, expand-down, read-only data,
# execute-only code. SDM Vol. 3A, "Limit Checking" (5.3), "Type Checking" (5.4).
#define BITS 32
#include "probe.inc"
    .set EXECUTE_ONLY, 0x38
    .set READ_ONLY, 0x40
    .set SMALL, 0x48
    .set DOWN, 0x50

    try   "read by a null selector"
    xor   %eax, %eax
    mov   %ax, %es
    mov   %es:0x6000, %al
    done
    try   "write by a null selector"
    xor   %eax, %eax
    mov   %ax, %gs
    mov   %al, %gs:0x6000
    done
    try   "write to code"
    mov   %al, %cs:0x6000
    done
    try   "read from execute-only"
    mov   $EXECUTE_ONLY, %eax
    push  %eax
    push  $8f
    lret
8:  mov   %cs:0x6000, %al
    done
    ljmp  $CODE0, $9f
9:
    try   "write to read-only"
    mov   $READ_ONLY, %eax
    mov   %ax, %es
    mov   %al, %es:0x6000
    done
    mov   $SMALL, %eax
    mov   %ax, %es
    try   "last byte within the limit"
    mov   %es:0x1FF, %al
    done
    try   "first byte beyond it"
    mov   %es:0x200, %al
    done
    try   "word across it"
    mov   %ax, %es:0x1FF
    done
    mov   $DOWN, %eax
    mov   %ax, %es
    try   "expand-down: first valid byte"
    mov   %es:0x200, %al
    done
    try   "expand-down: last invalid byte"
    mov   %es:0x1FF, %al
    done
    try   "ltr 0"
    xor   %eax, %eax
    ltr   %ax
    done
    movb  $(PRESENT | TSS_AVAILABLE), gdt + TASK + 5
    mov   $TASK, %eax
    ltr   %ax
    finish

    .pushsection .gdt
    .org  gdt + EXECUTE_ONLY
    segment 0, 0xFFFF, (PRESENT | 0x19), CODE_FLAGS
    segment 0, 0xFFFF, (PRESENT | 0x11), (GRANULAR | BIG)
    segment 0x6000, 0x1FF, (PRESENT | DATA_SEGMENT), BIG
    segment 0x6000, 0x1FF, (PRESENT | DATA_SEGMENT | 4), BIG
    .popsection
