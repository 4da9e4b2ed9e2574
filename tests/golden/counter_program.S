# The smallest program to freeze: counts to 3, is frozen where it asks, counts on to 4 and says so.
    .globl _start
    .text
_start:
    movl $3, count(%rip)
    movl $0x6875736B, %eax      # HUSK_CALL of <husk/guest.h>
    movl $1, %edi               # HUSK_FREEZE_HERE
    syscall
    incl count(%rip)
    movl count(%rip), %eax
    addb $'0', %al
    movb %al, text(%rip)
    movl $1, %eax               # write
    movl $1, %edi
    leaq text(%rip), %rsi
    movl $2, %edx
    syscall
    movl $231, %eax             # exit_group
    xorl %edi, %edi
    syscall
    .data
count: .long 0
text: .ascii "?\n"
    .section .note.GNU-stack, "", %progbits
