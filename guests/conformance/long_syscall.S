# Proves: SYSCALL and SYSRET go from 64-bit and 32-bit code to ring 0 and back by the MSRs, flags masked; SWAPGS; FS and GS bases. SDM Vol. 2,
# "SYSCALL", "SYSRET", "SWAPGS".
#define BITS 64
#include "probe.inc"
    .set CODE32_3, 0x38 | 3             # SYSRET: STAR[63:48] + 0 for 32-bit code, + 8 the stack, + 16 for 64-bit code
    .set SYS_DATA3, 0x40 | 3
    .set SYS_CODE3, 0x48 | 3
    .set MSR_EFER, 0xC0000080
    .set MSR_STAR, 0xC0000081
    .set MSR_LSTAR, 0xC0000082
    .set MSR_CSTAR, 0xC0000083
    .set MSR_FMASK, 0xC0000084
    .set MSR_FS_BASE, 0xC0000100
    .set MSR_GS_BASE, 0xC0000101
    .set MSR_KERNEL_GS_BASE, 0xC0000102

    .macro set_msr number, low, high=0
    mov   $\number, %ecx
    mov   $\low, %eax
    mov   $\high, %edx
    wrmsr
    .endm

    try   "syscall without EFER.SCE"
    syscall
    done
    mov   $MSR_EFER, %ecx
    rdmsr
    or    $1, %eax
    wrmsr
    set_msr MSR_STAR, 0, (CODE32_3 << 16 | CODE0)
    set_msr MSR_LSTAR, entry64
    set_msr MSR_CSTAR, entry32
    set_msr MSR_FMASK, (IF | DF | NT | AC | TF)

    enter_ring3
    mov   %rsp, %r8
    push  $0x44ED7                      # AC, NT, no TF, IF (which ring 3 cannot set), DF and arithmetic
    popf
    movabs $0x1122334455667788, %r11
    syscall
after64:
    mov   %cs, %eax
    mov   %ss, %ebx
    pushf
    pop   %rdx
    sub   $after64, %rcx
    cld
    push  $2
    popf
    show  "back in 64 bits: cs", %rax
    show  "ss", %rbx
    show  "flags", %rdx
    show  "rcx off by", %rcx
    show  "r11", %r11
    say   "\n"
    try   "sysret at ring 3"
    sysretq
    done
    leave_ring3

    mov   $DATA0, %eax
    mov   %eax, %ss

    set_msr MSR_FS_BASE, 0x30000
    set_msr MSR_GS_BASE, 0x31000
    set_msr MSR_KERNEL_GS_BASE, 0x32000, 0x1
    movq  $0x1111, 0x30008
    movq  $0x2222, 0x31008
    mov   %fs:8, %rax
    mov   %gs:8, %rbx
    show  "fs", %rax
    show  "gs", %rbx
    swapgs
    mov   $MSR_GS_BASE, %ecx
    rdmsr
    show  "swapped", %rdx, 1
    show  "", %rax
    swapgs
    rdmsr
    show  "and again", %rax
    mov   $DATA0, %eax                  # a selector brings its own base
    mov   %eax, %gs
    rdmsr
    show  "loaded", %rax
    say   "\n"

    xor   %r10d, %r10d
    finish

entry64:
    mov   %rsp, %r9
    mov   $STACK0, %rsp
    pushf
    pop   %r10
    mov   %rcx, %r13
    mov   %r11, %r14
    mov   %cs, %eax
    mov   %ss, %ebx
    show  "syscall: cs", %rax
    show  "ss", %rbx
    show  "flags", %r10
    show  "r11", %r14
    sub   $after64, %rcx
    show  "rcx off by", %rcx
    say   "\n"
    mov   %r13, %rcx
    mov   %r14, %r11
    mov   %r9, %rsp
    sysretq
entry32:
    hlt

    .pushsection .gdt
    .org  gdt + 0x38
    segment 0, 0xFFFF, (PRESENT | DPL3 | CODE_SEGMENT), (GRANULAR | BIG)
    segment 0, 0xFFFF, (PRESENT | DPL3 | DATA_SEGMENT), (GRANULAR | BIG)
    segment 0, 0xFFFF, (PRESENT | DPL3 | CODE_SEGMENT), (GRANULAR | LONG)
    .popsection
