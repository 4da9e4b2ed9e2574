# Proves: in protected mode, ring 3 reaches the ports that IOPL or the TSS's bitmap let through, each byte of an access counting. SDM Vol. 1,
# "I/O Privilege Level" (19.5.1), "I/O Permission Bit Map" (19.5.2).
#define BITS 32
#include "probe.inc"

    .macro privileged name, instruction:vararg
    try   "\name"
    \instruction
    done
    .endm
    enter_ring3
    privileged "in 80", in $0x80, %al
    privileged "in e9", in $0xE9, %al
    privileged "in of e9 and its neighbour", in $0xE9, %ax
    privileged "out 80", out %al, $0x80
    privileged "outl e8", out %eax, $0xE8
    mov   $0x100, %dx
    privileged "in of the port beyond the bitmap", in %dx, %al
    mov   $0xFFFF, %dx
    privileged "in of the last port", in %dx, %al
    mov   $0xE9, %dx
    privileged "in e9 by dx", in %dx, %al
    mov   $0x80, %dx
    mov   $0x10000, %edi
    privileged "insb", insb
    mov   $3, %ecx
    mov   $0x10000, %esi
    privileged "rep outsw", rep outsw
    leave_ring3

    push  $DATA3                        # IOPL = 3: all ports, and CLI and STI
    push  $STACK3
    push  $0x3002
    push  $CODE3
    push  $8f
    iret
8:  privileged "iopl 3: out 80", out %al, $0x80
    privileged "iopl 3: outl e8", out %eax, $0x80
    privileged "iopl 3: sti", sti
    privileged "iopl 3: cli", cli
    privileged "iopl 3: hlt", hlt
    leave_ring3
    finish
