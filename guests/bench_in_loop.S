# Proves: what one port exit costs in a loop, as drivers have it. A thousand INs from port 0x10.
    .globl _start
_start:
    mov   $1000, %ecx
again:
    in    $0x10, %al
    dec   %ecx
    jnz   again
    hlt
