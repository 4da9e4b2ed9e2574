# Proves: page faults of 4-level paging tell error code and CR2, change nothing but what is done, and the instruction starts again where it
# left off; NX, reserved bits.
#define BITS 64
#include "probe.inc"
    .set TABLE, 0x20000
    .set ENTRY, 8

    mov   $TABLE, %edi
    mov   $7, %eax
1:  mov   %rax, (%rdi)
    add   $0x1000, %rax
    add   $8, %rdi
    cmp   $(TABLE + 0x1000), %edi
    jb    1b
    movq  $(TABLE + 7), 0x4000
    mov   %cr3, %rax
    mov   %rax, %cr3
#include "pages.inc"

    page  PAGE, ALL
    orl   $0x80000000, TABLE + (PAGE >> 12) * ENTRY + 4
    invlpg PAGE
    try   "no-execute is reserved"
    mov   PAGE, %al
    done
    movq  $(0x3000 + ALL + 0x80), 0x2008
    try   "large page at level 4"
    movabs $0x8000001234, %rbx
    mov   %al, (%rbx)
    done
    movq  $0, 0x2008
    try   "no level 4"
    mov   %al, (%rbx)
    done
    mov   $0xC0000080, %ecx
    rdmsr
    or    $0x800, %eax                  # NXE
    wrmsr
    try   "no-execute, read"
    mov   PAGE, %al
    done
    try   "no-execute, jump"
    mov   $PAGE, %eax
    jmp   *%rax
    done
    page  NEXT, 0
    try   "not there, jump"
    mov   $NEXT, %eax
    jmp   *%rax
    done
    page  NEXT, (P | RW)
    enter_ring3
    try   "ring 3 jumps to ring 0's, with NXE"
    mov   $NEXT, %eax
    jmp   *%rax
    done
    leave_ring3
    finish
