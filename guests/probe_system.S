# One tiny guest for each thing of the system that an engine may have or not. Each is loaded at 0x1000. 64-bit ones start at ring 0 and tell
# 42, if all is well, to the device at 1 MiB; others halt with 42 in EAX.
#
# Memory: page tables from 0x2000, operands of LGDT and LIDT at 0x5000 and 0x5010, IDT at 0x6000, TSS at 0x7000, stack below 0xF000.
#define GDTR  0x5000
#define IDTR  0x5010
#define IDT   0x6000
#define TSS   0x7000
#define STACK0 0xE000
#define DEVICE 0x100000

    .macro probe name
    .globl husk_probe_\name\()_begin, husk_probe_\name\()_end
    .pushsection .rodata
    husk_probe_\name\()_begin:
    .endm
    .macro end name
    husk_probe_\name\()_end:
    .popsection
    .endm

# A gate for `vector`, which any ring may name.
    .macro gate vector handler
    lea   \handler(%rip), %rax
    mov   %ax, IDT + \vector * 16
    movw  $8, IDT + \vector * 16 + 2
    movw  $0xEE00, IDT + \vector * 16 + 4
    shr   $16, %rax
    mov   %ax, IDT + \vector * 16 + 6
    movl  $0, IDT + \vector * 16 + 8
    .endm

    .macro load_tables gdt
    lea   \gdt(%rip), %rax
    mov   %rax, GDTR + 2
    movw  $0x3F, GDTR
    lgdt  GDTR
    movl  $IDT, IDTR + 2
    movl  $0, IDTR + 6
    movw  $0xFFF, IDTR
    lidt  IDTR
    .endm

# Code and data of ring 0; data and code of ring 3, in the order that SYSRET wants; a TSS of 64 bits.
    .macro descriptors
    .quad 0
    .quad 0x00AF9B000000FFFF
    .quad 0x00CF93000000FFFF
    .quad 0x00CFF3000000FFFF
    .quad 0x00AFFB000000FFFF
    .quad 0x0000890070000067, 0
    .endm
#define CODE3 0x23
#define DATA3 0x1B
#define TASK  0x28

    .code16
    probe real
    mov   $42, %eax
    hlt
    end real

    .code32
    probe flat32
    mov   $42, %eax
    hlt
    end flat32

# Turns on PAE paging by itself: 2 MiB mapped to themselves.
    probe pae
    movl  $0x3001, 0x2000
    movl  $0, 0x2004
    movl  $0x83, 0x3000
    movl  $0, 0x3004
    mov   $0x20, %eax
    mov   %eax, %cr4
    mov   $0x2000, %eax
    mov   %eax, %cr3
    mov   %cr0, %eax
    or    $0x80000000, %eax
    mov   %eax, %cr0
    mov   $42, %eax
    hlt
    end pae

    .code64
    probe long
    mov   $42, %eax
    mov   %eax, DEVICE
    end long

# One page of 1 GiB instead of the page directory.
    probe gigabyte
    movq  $0x87, 0x3000
    mov   %cr3, %rax
    mov   %rax, %cr3
    mov   $42, %eax
    mov   %eax, DEVICE
    end gigabyte

# The device behind port 0x10 counts what is written to it.
    probe string_io
    mov   $0x1000, %esi
    mov   $42, %ecx
    mov   $0x10, %edx
    rep outsb
    in    $0x10, %al
    movzbl %al, %eax
    mov   %eax, DEVICE
    end string_io

    probe exception
    load_tables 3f
    gate  6, 2f
    mov   $40, %ebx
    ud2
    lea   2(%rbx), %eax
    mov   %eax, DEVICE
2:  addq  $2, (%rsp)
    iretq
3:  descriptors
    end exception

    probe int_n
    load_tables 3f
    gate  3, 2f
    gate  0x20, 2f
    mov   $40, %ebx
    int3
    int   $0x20
    mov   %ebx, %eax
    mov   %eax, DEVICE
2:  inc   %ebx
    iretq
3:  descriptors
    end int_n

# An exception at ring 3, whose handler runs on the stack that the TSS names.
    probe exception3
    load_tables 4f
    gate  6, 3f
    movq  $STACK0, TSS + 4
    mov   $TASK, %eax
    ltr   %ax
    pushq $DATA3
    pushq $0xD000
    pushq $2
    pushq $CODE3
    lea   2f(%rip), %rax
    push  %rax
    iretq
2:  ud2
3:  lea   40 + 42 - STACK0(%rsp), %eax
    mov   %eax, DEVICE
4:  descriptors
    end exception3

# SYSCALL from ring 3, and SYSRET. Tells 3 if the handler runs at ring 3.
    probe syscall
    load_tables 5f
    mov   $0xC0000080, %ecx
    rdmsr
    or    $1, %eax
    wrmsr
    mov   $0xC0000081, %ecx
    xor   %eax, %eax
    mov   $0x00100008, %edx
    wrmsr
    mov   $0xC0000082, %ecx
    lea   3f(%rip), %rax
    xor   %edx, %edx
    wrmsr
    mov   $0xC0000084, %ecx
    xor   %eax, %eax
    wrmsr
    lea   2f(%rip), %rcx
    mov   $2, %r11d
    sysretq
2:  mov   $41, %ebx
    syscall
    mov   %ebx, %eax
    mov   %eax, DEVICE
3:  inc   %ebx
    mov   %cs, %eax
    and   $3, %eax
    jnz   4f
    sysretq
4:  mov   %eax, DEVICE
5:  descriptors
    end syscall

# CPUID's leaves 1, 7, 0x80000001, four registers each, at 0x8000.
    probe cpuid
    mov   $0x8000, %edi
    mov   $1, %eax
    call  2f
    mov   $7, %eax
    call  2f
    mov   $0x80000001, %eax
    call  2f
    mov   $42, %eax
    mov   %eax, DEVICE
2:  xor   %ecx, %ecx
    cpuid
    mov   %eax, (%rdi)
    mov   %ebx, 4(%rdi)
    mov   %ecx, 8(%rdi)
    mov   %edx, 12(%rdi)
    add   $16, %edi
    ret
    end cpuid
    .section .note.GNU-stack, "", %progbits
