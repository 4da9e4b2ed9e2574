# Proves: a real-mode guest reaches the debug console, memory and HLT. Prints, stores 42 (2 bytes) at 0x400, leaves 42 in AX.
    .code16
    .globl _start
_start:
    mov   $message, %si
    mov   $(message_end - message), %cx
print:
    lodsb
    out   %al, $0xE9
    loop  print
    mov   $42, %ax
    mov   %ax, 0x400
    hlt
message:
    .ascii "Hello, world!\n"
message_end:
