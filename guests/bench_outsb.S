# Proves: what a console costs by string OUT. Prints the 64 KiB at 0x10000 through port 0xE9 with one REP OUTSB.
    .globl _start
_start:
    mov   $0x10000, %esi
    mov   $0x10000, %ecx
    mov   $0xE9, %edx
    rep   outsb
    hlt
