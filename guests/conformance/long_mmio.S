# Proves: in 64-bit mode, instructions of all kinds reach a device in memory, each access with its width; holes read as ones and swallow writes.
#define BITS 64
#include "probe.inc"
#include "mmio.inc"

    mov   PAD + 0x108, %rax
    mov   %rax, %rbx
    shr   $32, %rbx
    show  "mov 8", %rbx
    show  "", %rax
    say   "\n"
    mov   %rax, PAD + 0x110
    movq  $-2, PAD + 0x118
    strings "rep movsq to it", 2, BUFFER, PAD + 0x120, rep movsq
    strings "rep movsq from it", 2, PAD + 0x130, BUFFER + 0x40, rep movsq
    finish
