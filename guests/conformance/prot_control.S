# Proves: in protected mode, MOV to CR0 and CR4 refuses what cannot be, and RDMSR and WRMSR what is not there; nothing is changed by it. SDM Vol.
# 2, "MOV—Move to/from Control Registers", "RDMSR", "WRMSR".
#define BITS 32
#include "probe.inc"

    try   "rdmsr of none"
    mov   $0x12345678, %ecx
    rdmsr
    done
    try   "wrmsr of none"
    wrmsr
    done
    try   "paging without protection"
    mov   $0x80000010, %eax
    mov   %eax, %cr0
    done
    try   "not write-through without cache disable"
    mov   $0x20000011, %eax
    mov   %eax, %cr0
    done
    try   "reserved bit of cr4"
    mov   $0x80000000, %eax
    mov   %eax, %cr4
    done
    mov   %cr0, %eax
    mov   %cr4, %ecx
    show  "cr0", %eax
    show  "cr4", %ecx
    say   "\n"
    finish
