# Proves: what one port exit costs. A thousand OUTs to port 0x10 with nothing between them, for at ring 0 every instruction may be interpreted.
    .globl _start
_start:
    .rept 1000
    out   %al, $0x10
    .endr
    hlt
