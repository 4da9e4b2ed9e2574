# Proves: in real mode, what reaches beyond 64 KiB of a segment is #GP, or #SS in the stack segment. SDM Vol. 3B, "Interrupt and Exception
# Handling" in real-address mode (21.1.4); Vol. 3A, "Interrupt 13—General Protection Exception (#GP)".
#define BITS 16
#include "probe.inc"

    try   "read beyond the segment"
    mov   $0xFFFF, %bx
    mov   (%bx), %ax
    done
    try   "write beyond the segment"
    mov   $0xFFFD, %bx
    mov   %eax, (%bx)
    done
    try   "32-bit offset beyond the segment"
    mov   $0x10000, %ebx
    mov   (%ebx), %al
    done
    try   "read beyond the stack segment"
    mov   $0xFFFF, %bp
    mov   (%bp), %ax
    done
    finish
