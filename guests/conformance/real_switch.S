# Proves: a guest goes by itself from real mode to protected mode with 16-bit and 32-bit segments, to long mode and its compatibility mode,
# and all the way back to real mode. SDM Vol. 3A, "Mode Switching" (9.9), "Initializing IA-32e Mode" (9.8.5).
#define BITS 16
#include "probe.inc"
    .set PML4, 0x2000
    .set PDPT, 0x3000
    .set PD, 0x4000
    .set ENTRY, 3                       # PRESENT, RW
    .set LARGE, 0x83                    # and PS
    .set MSR_EFER, 0xC0000080

    .macro mark letter                  # needs no memory and no stack
    mov   $\letter, %al
    out   %al, $CONSOLE
    .endm

    mark  'r'
    movl  $(PDPT + ENTRY), PML4
    movl  $(PD + ENTRY), PDPT
    movl  $LARGE, PD
    lgdt  pointer
    mov   %cr0, %eax
    or    $1, %al
    mov   %eax, %cr0
    mark  'p'                           # 16-bit code: CS is still real mode's
    ljmp  $0x08, $in16
in16:
    mov   $0x18, %ax
    mov   %ax, %ds
    mov   %ax, %es
    mov   %ax, %ss
    mark  '1'
    mov   %cs, %bx
    show  "cs", %bx
    ljmpl $0x10, $in32
    .code32
in32:
    mov   $0x20, %eax
    mov   %ax, %ds
    mov   %ax, %es
    mov   %ax, %ss
    mov   $0x00007000, %esp
    mark  '3'
    mov   $0x20, %eax                   # CR4.PAE
    mov   %eax, %cr4
    mov   $PML4, %eax
    mov   %eax, %cr3
    mov   $MSR_EFER, %ecx
    rdmsr
    or    $0x100, %eax                  # LME
    wrmsr
    mov   %cr0, %eax
    or    $0x80000000, %eax
    mov   %eax, %cr0
    mark  'c'                           # compatibility mode
    rdmsr
    mov   %eax, %ebp                    # LMA is set now
    ljmp  $0x28, $in64
    .code64
in64:
    mark  '6'
    movabs $0x123456789abcdef0, %rax
    shr   $36, %rax
    mov   %rax, %rbx
    push  $0x10                         # to compatibility mode by RETF
    mov   $compatible, %eax
    push  %rax
    lretq
    .code32
compatible:
    mark  'C'
    lcall $0x28, $called64              # there and back by CALL and RETF
    mov   %cr0, %eax
    and   $0x7fffffff, %eax
    mov   %eax, %cr0
    mark  'P'
    mov   $MSR_EFER, %ecx
    rdmsr
    and   $~0x100, %eax
    wrmsr
    xor   %eax, %eax
    mov   %eax, %cr4
    mov   %eax, %cr3
    ljmp  $0x08, $back16
    .code64
called64:
    mark  'L'
    lretl
    .code16
back16:
    mov   $0x18, %ax                    # limits of 64 KiB for real mode
    mov   %ax, %ds
    mov   %ax, %es
    mov   %ax, %ss
    mov   %cr0, %eax
    and   $~1, %al
    mov   %eax, %cr0
    ljmp  $0, $again
again:
    xor   %ax, %ax
    mov   %ax, %ds
    mov   %ax, %es
    mov   %ax, %ss
    mark  'R'
    mov   %ebp, 0x600
    mov   %ebx, 0x604
    show  "efer", 0x600
    show  "shifted", 0x606
    show  "", 0x604
    say   "\n"
    try   "div by zero again"
    div   %ch
    done
    finish

    .data
    .balign 8
table:
    .quad 0
    .quad 0x00009B000000FFFF            # 08: 16-bit code
    .quad 0x00CF9B000000FFFF            # 10: 32-bit code
    .quad 0x000093000000FFFF            # 18: 16-bit data
    .quad 0x00CF93000000FFFF            # 20: 32-bit data
    .quad 0x00AF9B000000FFFF            # 28: 64-bit code
table_end:
pointer:
    .word table_end - table - 1
    .long table
