# Proves: a multiboot kernel starts as the specification says. Checks EAX; prints the command line and the memory map's first entry from
# what EBX points to, as "base length type" in hexadecimal; stores 42 (4 bytes) at 0x400, leaves 42 in EAX. A failed check ends in
# its number written to the exit port. Multiboot Specification 0.6.96, "Machine state" (3.2), "Boot information format" (3.3).
    .code32
    .set HEADER_MAGIC, 0x1BADB002
    .set HEADER_FLAGS, 1 << 1           # wants mem_lower and mem_upper
    .set BOOT_MAGIC, 0x2BADB002

    .set INFO_MEMORY, 1 << 0            # flags of the information
    .set INFO_CMDLINE, 1 << 2
    .set INFO_MMAP, 1 << 6
    .set INFO_WANTED, INFO_MEMORY | INFO_CMDLINE | INFO_MMAP
    .set CMDLINE, 16                    # offsets into it
    .set MMAP_LENGTH, 44
    .set MMAP_ADDR, 48
    .set ENTRY_SIZE, 0                  # offsets into an entry of the memory map
    .set ENTRY_BASE, 4
    .set ENTRY_LENGTH, 12
    .set ENTRY_TYPE, 20
    .set ENTRY_BYTES, 24

    .section .multiboot, "a"
    .balign 4
    .long HEADER_MAGIC, HEADER_FLAGS, -(HEADER_MAGIC + HEADER_FLAGS)

    .text
    .globl _start
_start:
    mov   $1, %ebp                      # the check at hand
    cmp   $BOOT_MAGIC, %eax
    jne   failed
    mov   $stack_end, %esp              # the specification promises no stack

    inc   %ebp                          # 2
    mov   (%ebx), %eax
    and   $INFO_WANTED, %eax
    cmp   $INFO_WANTED, %eax
    jne   failed

    mov   CMDLINE(%ebx), %esi
print_command_line:
    lodsb
    test  %al, %al
    jz    command_line_printed
    out   %al, $0xE9
    jmp   print_command_line
command_line_printed:
    mov   $'\n', %al
    out   %al, $0xE9

    inc   %ebp                          # 3
    cmpl  $ENTRY_BYTES, MMAP_LENGTH(%ebx)
    jb    failed
    mov   MMAP_ADDR(%ebx), %edi
    inc   %ebp                          # 4
    cmpl  $(ENTRY_BYTES - 4), ENTRY_SIZE(%edi)
    jb    failed

    mov   (ENTRY_BASE + 4)(%edi), %edx
    call  print_hex
    mov   ENTRY_BASE(%edi), %edx
    call  print_hex
    mov   $' ', %al
    out   %al, $0xE9
    mov   (ENTRY_LENGTH + 4)(%edi), %edx
    call  print_hex
    mov   ENTRY_LENGTH(%edi), %edx
    call  print_hex
    mov   $' ', %al
    out   %al, $0xE9
    mov   ENTRY_TYPE(%edi), %edx
    call  print_hex
    mov   $'\n', %al
    out   %al, $0xE9

    mov   $42, %eax
    mov   %eax, 0x400
    hlt

failed:
    mov   %ebp, %eax
    out   %eax, $0xF4
    hlt

# Prints EDX as eight digits. Changes EAX, ECX.
print_hex:
    mov   $8, %ecx
next_digit:
    rol   $4, %edx
    mov   %edx, %eax
    and   $15, %eax
    mov   digits(%eax), %al
    out   %al, $0xE9
    loop  next_digit
    ret

    .section .rodata
digits:
    .ascii "0123456789abcdef"

    .bss
    .balign 16
    .skip 256
stack_end:
