# Proves: page faults of 32-bit paging tell error code and CR2, change nothing but what is done, and the instruction starts again where it left
# off.
#define BITS 32
#include "probe.inc"
    .set TABLE, 0x20000
    .set ENTRY, 4

    mov   $TABLE, %edi
    mov   $7, %eax
1:  mov   %eax, (%edi)
    add   $0x1000, %eax
    add   $4, %edi
    cmp   $(TABLE + 0x1000), %edi
    jb    1b
    movl  $(TABLE + 7), 0x2000
    mov   %cr3, %eax
    mov   %eax, %cr3
#include "pages.inc"
    finish
