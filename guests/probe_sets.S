# One tiny guest for each set of instructions, to find out whether an engine has it: 64-bit code for any ring that leaves 42 in EAX. Some
# memory for them is at 0x8000. Instructions that need a state of XCR0 find it enabled.
    .macro probe name
    .globl husk_probe_\name\()_begin, husk_probe_\name\()_end
    .pushsection .rodata
    husk_probe_\name\()_begin:
    .endm
    .macro end name
    husk_probe_\name\()_end:
    .popsection
    .endm

    probe x87
    fld1
    fadd  %st(0), %st
    fstp  %st(0)
    mov   $42, %eax
    end x87

    probe mmx
    mov   $21, %eax
    movd  %eax, %mm0
    paddd %mm0, %mm0
    movd  %mm0, %eax
    emms
    end mmx

    probe sse2
    mov   $21, %eax
    movd  %eax, %xmm0
    paddd %xmm0, %xmm0
    addps %xmm1, %xmm1
    movd  %xmm0, %eax
    end sse2

    probe ssse3
    mov   $-42, %eax
    movd  %eax, %xmm0
    pabsd %xmm0, %xmm0
    xorps %xmm1, %xmm1
    haddps %xmm1, %xmm1
    movd  %xmm0, %eax
    end ssse3

    probe sse42
    mov   $42, %eax
    pinsrd $1, %eax, %xmm0
    pcmpgtq %xmm1, %xmm1
    crc32 %eax, %edx
    pextrd $1, %xmm0, %eax
    end sse42

    probe popcnt
    mov   $0x3FFFFFFFFFF, %rcx
    popcnt %rcx, %rax
    end popcnt

    probe lzcnt
    mov   $0x200000, %ecx
    lzcnt %rcx, %rax
    end lzcnt

    probe bmi1
    mov   $1, %ecx
    shl   $42, %rcx
    tzcnt %rcx, %rax
    andn  %rcx, %rcx, %rdx
    add   %edx, %eax
    end bmi1

    probe bmi2
    mov   $21, %edx
    mov   $1, %ecx
    shlx  %ecx, %edx, %eax
    end bmi2

    probe adx
    mov   $20, %eax
    mov   $22, %ecx
    clc
    adcx  %ecx, %eax
    end adx

    probe movbe
    movl  $0x2A000000, 0x8000
    movbe 0x8000, %eax
    end movbe

    probe cmpxchg16b
    xor   %eax, %eax
    xor   %edx, %edx
    mov   $42, %ebx
    xor   %ecx, %ecx
    lock cmpxchg16b 0x8000
    mov   0x8000, %eax
    end cmpxchg16b

    probe aes
    aesenc %xmm1, %xmm0
    mov   $42, %eax
    end aes

    probe pclmulqdq
    mov   $42, %eax
    movd  %eax, %xmm0
    mov   $1, %eax
    movd  %eax, %xmm1
    pclmulqdq $0, %xmm1, %xmm0
    movd  %xmm0, %eax
    end pclmulqdq

    probe sha
    sha1msg1 %xmm1, %xmm0
    mov   $42, %eax
    end sha

    probe rdrand
    rdrand %eax
    mov   $42, %eax
    end rdrand

    probe rdseed
    rdseed %eax
    mov   $42, %eax
    end rdseed

    probe rdtscp
    rdtscp
    mov   $42, %eax
    end rdtscp

    probe fsgsbase
    mov   $42, %ecx
    wrfsbase %rcx
    rdfsbase %rax
    end fsgsbase

    probe xsave
    mov   $3, %eax
    xor   %edx, %edx
    xsave 0x8000
    xrstor 0x8000
    mov   $42, %eax
    end xsave

    probe avx
    mov   $42, %eax
    vmovd %eax, %xmm0
    vxorps %ymm1, %ymm1, %ymm1
    vaddps %ymm1, %ymm1, %ymm1
    vmovd %xmm0, %eax
    end avx

    probe avx2
    mov   $21, %eax
    vmovd %eax, %xmm0
    vpaddd %ymm0, %ymm0, %ymm0
    vmovd %xmm0, %eax
    end avx2

    probe fma
    vfmadd132ps %ymm1, %ymm1, %ymm1
    mov   $42, %eax
    end fma

    probe f16c
    vcvtph2ps %xmm1, %ymm1
    mov   $42, %eax
    end f16c

    probe avx512
    mov   $21, %eax
    vpbroadcastd %eax, %zmm0
    vpaddd %zmm0, %zmm0, %zmm0
    vmovd %xmm0, %eax
    end avx512

# Before those that need it, at ring 0: all of XCR0 that CPUID leaf 0D says there is, but what AMX needs.
    probe enable_xcr0
    mov   $0x0D, %eax
    xor   %ecx, %ecx
    cpuid
    and   $0xE7, %eax
    xor   %edx, %edx
    xor   %ecx, %ecx
    xsetbv
    end enable_xcr0

# After all of them: tells EAX, at any ring, to the device at 1 MiB.
    probe tell
    mov   %eax, 0x100000
    end tell
    .section .note.GNU-stack, "", %progbits
