# Proves: what a console costs byte by byte. Prints the 64 KiB at 0x10000 through port 0xE9, one OUT a byte, as a print loop does.
    .globl _start
_start:
    mov   $0x10000, %esi
    mov   $0x10000, %ecx
print:
    lodsb
    out   %al, $0xE9
    loop  print
    hlt
