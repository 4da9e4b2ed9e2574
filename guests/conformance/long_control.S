# Proves: in long mode, MOV to CR0 and CR4 refuses what cannot be, and RDMSR and WRMSR what is not there or is no address; nothing is changed
# by it. SDM Vol. 2, "MOV—Move to/from Control Registers", "RDMSR", "WRMSR".
#define BITS 64
#include "probe.inc"

    try   "rdmsr of none"
    mov   $0x12345678, %ecx
    rdmsr
    done
    try   "cr4 without pae"
    mov   %cr4, %rax
    and   $~0x20, %eax
    mov   %rax, %cr4
    done
    try   "efer without lme while paging"
    mov   $0xC0000080, %ecx
    rdmsr
    and   $~0x100, %eax
    wrmsr
    done
    try   "cr0 with high bits"
    movabs $0x180050033, %rax
    mov   %rax, %cr0
    done
    try   "wrmsr lstar, non-canonical"
    mov   $0xC0000082, %ecx
    mov   $0x8000, %edx
    wrmsr
    done
    mov   %cr0, %rax
    mov   %cr4, %rcx
    show  "cr0", %rax
    show  "cr4", %rcx
    mov   $0xC0000080, %ecx
    rdmsr
    show  "efer", %rax
    say   "\n"
    mov   $0x20, %eax                   # whatever was let through
    mov   %rax, %cr4
    mov   $0x100, %eax
    xor   %edx, %edx
    wrmsr
    finish
