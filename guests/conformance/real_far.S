# Proves: in real mode, far JMP, CALL and RET load CS and IP with either operand size, and RET n frees parameters. SDM Vol. 2,
# "JMP", "CALL", "RET".
#define BITS 16
#include "probe.inc"

    .macro here                         # CS, IP and SP seen
    mov   %cs, %bx
    show  "cs", %bx
    call  9f
9:  pop   %ax
    sub   $9b, %ax
    show  "off by", %ax
    show  "sp", %sp
    say   "\n"
    .endm

    say   "jmp ptr:"
    ljmp  $0x800, $(jumped - 0x8000)
jumped:
    mov   %cs, %bx
    show  "cs", %bx
    say   "\n"
    say   "jmp m16:16:"
    ljmp  *pointer16
jumped16:
    here
    say   "jmp m16:32:"
    ljmpl *pointer32
jumped32:
    here
    say   "call ptr:"
    lcall $0x400, $(callee - 0x4000)
    here
    say   "call m16:16:"
    lcall *call16
    here
    say   "call ptr16:32:"
    lcalll $0x700, $(callee32 - 0x7000)
    here
    say   "ret 6:"
    push  $1
    push  $2
    push  $3
    lcall $0, $callee6
    here
    say   "near ret 4:"
    push  $1
    push  $2
    call  near4
    here
    say   "call through sp:"
    push  $near0
    mov   %sp, %bp
    call  *(%bp)
    pop   %ax
    here
    finish

callee:
    mov   %cs, %bx
    show  "in", %bx
    mov   %sp, %bp
    show  "back to", 2(%bp)
    lret
callee32:
    mov   %cs, %bx
    show  "in", %bx
    mov   %sp, %bp
    show  "back to", 4(%bp)
    lretl
callee6:
    mov   %sp, %bp
    show  "first", 8(%bp)
    show  "last", 4(%bp)
    lret  $6
near4:
    mov   %sp, %bp
    show  "sp", %sp
    ret   $4
near0:
    ret

    .data
pointer16:
    .word jumped16, 0
pointer32:
    .long jumped32
    .word 0
call16:
    .word callee - 0x7FF0, 0x7FF
