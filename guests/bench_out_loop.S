# Proves: what one port exit costs in a loop, as drivers have it. A thousand OUTs to port 0x10.
    .globl _start
_start:
    mov   $1000, %ecx
again:
    out   %al, $0x10
    dec   %ecx
    jnz   again
    hlt
