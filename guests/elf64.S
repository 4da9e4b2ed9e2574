# Proves: a 64-bit ELF at 1 MiB starts at its entry, its .data in place and its .bss zeroed. Prints, stores 42 (8 bytes) at 0x400, leaves
# 42 in RAX. Fills its .bss before it halts, so that it fails if it is loaded again and that is not undone: the number of the failed
# check goes to the exit port.
    .set DATA, 0x1122334455667788
    .set BSS_WORDS, 32

    .text
failed:                                 # before _start: the entry is not the segment's first byte
    mov   %ebp, %eax
    out   %eax, $0xF4
    hlt

    .globl _start
_start:
    mov   $1, %ebp                      # the check at hand
    movabs $DATA, %rax
    cmp   %rax, data
    jne   failed

    inc   %ebp                          # 2
    mov   $bss, %edi
    mov   $BSS_WORDS, %ecx
check_word:
    cmpq  $0, (%rdi)
    jne   failed
    movq  $-1, (%rdi)
    add   $8, %rdi
    loop  check_word

    mov   $message, %esi
    mov   $(message_end - message), %ecx
print:
    lodsb
    out   %al, $0xE9
    loop  print
    mov   $42, %eax
    mov   %rax, 0x400
    hlt

    .section .rodata
message:
    .ascii "data is there, bss is zero\n"
message_end:

    .data
    .balign 8
data:
    .quad DATA

    .bss
    .balign 8
bss:
    .skip BSS_WORDS * 8
