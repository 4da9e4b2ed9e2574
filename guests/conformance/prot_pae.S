# Proves: a guest turns on PAE paging by itself, and its page faults are as in the other kinds of paging; no-execute; what MOV to CR3 loads.
# SDM Vol. 3A, "PAE Paging" (4.4).
#define BITS 32
#include "probe.inc"
    .set TABLE, 0x20000
    .set ENTRY, 8
    .set PDPT, 0x21000
    .set PD, 0x22000

    mov   $TABLE, %edi
    mov   $7, %eax
1:  mov   %eax, (%edi)
    movl  $0, 4(%edi)
    add   $0x1000, %eax
    add   $8, %edi
    cmp   $(TABLE + 0x1000), %edi
    jb    1b
    movl  $(TABLE + 7), PD
    movl  $(PD + 1), PDPT               # SDM: no other bits in these
    mov   $PDPT, %eax
    mov   %eax, %cr3
    mov   %cr4, %eax
    or    $0x20, %eax
    mov   %eax, %cr4
    mov   %cr0, %eax
    or    $0x80010000, %eax             # PG, WP
    mov   %eax, %cr0
#include "pages.inc"

    page  PAGE, ALL
    orl   $0x80000000, TABLE + (PAGE >> 12) * ENTRY + 4
    invlpg PAGE
    try   "no-execute is reserved"
    mov   PAGE, %al
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
    jmp   *%eax
    done
    try   "no directory"
    mov   %al, 0xC0000000
    done
    movl  $(PD + 7), PDPT + 8           # reserved bits in a pointer table's entry
    try   "mov to cr3 of a bad table"
    mov   $PDPT, %eax
    mov   %eax, %cr3
    done
    finish
