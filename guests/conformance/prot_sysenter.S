# Proves: SYSENTER goes from ring 3 to ring 0 and SYSEXIT back, by the MSRs and without a stack; both are refused without them. SDM Vol. 2,
# "SYSENTER", "SYSEXIT".
#define BITS 32
#include "probe.inc"
    .set FAST_CODE0, 0x38               # SYSENTER: CS, and SS behind it; SYSEXIT: the two after those
    .set MSR_SYSENTER_CS, 0x174
    .set MSR_SYSENTER_ESP, 0x175
    .set MSR_SYSENTER_EIP, 0x176

    .macro set_msr number, low
    mov   $\number, %ecx
    mov   $\low, %eax
    xor   %edx, %edx
    wrmsr
    .endm

    set_msr MSR_SYSENTER_CS, 0
    try   "sysenter without its cs"
    sysenter
    done
    try   "sysexit without it"
    sysexit
    done
    set_msr MSR_SYSENTER_CS, FAST_CODE0
    set_msr MSR_SYSENTER_ESP, 0x6F00
    set_msr MSR_SYSENTER_EIP, entered
    enter_ring3
    mov   $0x123, %eax
    sysenter
returned:
    mov   %cs, %eax
    mov   %ss, %ebx
    mov   %esp, %ecx
    show  "sysexit: cs", %eax
    show  "ss", %ebx
    show  "sp", %ecx
    say   "\n"
    try   "sysexit at ring 3"
    sysexit
    done
    leave_ring3
    finish

entered:
    mov   %cs, %ebx
    mov   %ss, %ecx
    mov   %esp, %edx
    show  "sysenter: a", %eax
    show  "cs", %ebx
    show  "ss", %ecx
    show  "sp", %edx
    say   "\n"
    mov   $returned, %edx
    mov   $STACK3, %ecx
    sysexit

    .pushsection .gdt
    .org  gdt + FAST_CODE0
    segment 0, 0xFFFF, (PRESENT | CODE_SEGMENT), CODE_FLAGS
    segment 0, 0xFFFF, (PRESENT | DATA_SEGMENT), (GRANULAR | BIG)
    segment 0, 0xFFFF, (PRESENT | DPL3 | CODE_SEGMENT), CODE_FLAGS
    segment 0, 0xFFFF, (PRESENT | DPL3 | DATA_SEGMENT), (GRANULAR | BIG)
    .popsection
