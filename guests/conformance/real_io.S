# Proves: in real mode, IN, OUT, INS and OUTS of every width, forwards and backwards, across a page, with their counts; segment overrides.
#define BITS 16
#include "probe.inc"
#include "io.inc"

    mov   $0x600, %ax
    mov   %ax, %es
    mov   $(PORT + 8), %dx
    movl  $0xDDCCBBAA, %es:4
    mov   $4, %si
    es outsl
    registers
    finish
