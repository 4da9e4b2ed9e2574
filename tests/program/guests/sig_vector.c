// Vector and x87 state is the same after a handler that destroyed it, and the handler may change it through its context.
#include "check.h"

#include <cpuid.h>
#include <ucontext.h>

enum { kXmm = 16, kFromSlot = 8 };

static volatile sig_atomic_t calls;

static bool has_avx(void)
{
    unsigned a, b, c, d;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_OSXSAVE) || !(c & bit_AVX)) return false;
    __asm__ volatile("xgetbv" : "=a"(a), "=d"(d) : "c"(0));
    return (a & 6) == 6;
}

static bool has_avx512(void)
{
    unsigned a, b, c, d;
    if (!has_avx() || !__get_cpuid_count(7, 0, &a, &b, &c, &d) || !(b & bit_AVX512F)) return false;
    __asm__ volatile("xgetbv" : "=a"(a), "=d"(d) : "c"(0));
    return (a & 0xE6) == 0xE6;
}

static void destroy(int signal, siginfo_t* info, void* context)
{
    (void)signal, (void)info, (void)context;
    ++calls;
    if (has_avx()) __asm__ volatile("vzeroall" ::: "memory");
    __asm__ volatile("pcmpeqd %%xmm0, %%xmm0; movaps %%xmm0, %%xmm7; movaps %%xmm0, %%xmm15; fninit; fldpi" ::: "memory");
    const unsigned csr = 0x1F80 | 0x6000;
    __asm__ volatile("ldmxcsr %0" ::"m"(csr));
    if (has_avx512())
        __asm__ volatile("vpxord %%zmm16, %%zmm16, %%zmm16; vpxord %%zmm31, %%zmm31, %%zmm31; kxnorw %%k1, %%k1, %%k1" ::
                             : "memory");
}

#define FOR_16(step)                                                                                                             \
    step(0) step(1) step(2) step(3) step(4) step(5) step(6) step(7) step(8) step(9) step(10) step(11) step(12) step(13) step(14) \
        step(15)
#define LOAD_X(n) "movdqu " #n "*16(%0), %%xmm" #n "\n"
#define STORE_X(n) "movdqu %%xmm" #n ", " #n "*16(%1)\n"
#define LOAD_Y(n) "vmovdqu " #n "*32(%0), %%ymm" #n "\n"
#define STORE_Y(n) "vmovdqu %%ymm" #n ", " #n "*32(%1)\n"
#define KILL "syscall\n"  // kill(getpid(), SIGUSR1): the handler runs before the next instruction

static void fill(unsigned char* bytes, size_t size, unsigned seed)
{
    for (size_t i = 0; i < size; ++i) bytes[i] = (unsigned char)(i * 7 + seed);
}

static void sse(void)
{
    unsigned char in[kXmm * 16], out[kXmm * 16] = {0};
    fill(in, sizeof in, 3);
    const long pid = getpid();
    long result = 62;
    __asm__ volatile(FOR_16(LOAD_X) KILL FOR_16(STORE_X)
                     :
                     : "r"(in), "r"(out), "a"(result), "D"(pid), "S"((long)SIGUSR1)
                     : "rcx", "r11", "memory", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9",
                       "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15");
    CHECK(memcmp(in, out, sizeof in) == 0);
}

__attribute__((target("avx"))) static void avx(void)
{
    unsigned char in[kXmm * 32], out[kXmm * 32] = {0};
    fill(in, sizeof in, 5);
    const long pid = getpid();
    long result = 62;
    __asm__ volatile(FOR_16(LOAD_Y) KILL FOR_16(STORE_Y) "vzeroupper\n"
                     :
                     : "r"(in), "r"(out), "a"(result), "D"(pid), "S"((long)SIGUSR1)
                     : "rcx", "r11", "memory", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9",
                       "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15");
    CHECK(memcmp(in, out, sizeof in) == 0);
}

__attribute__((target("avx512f"))) static void avx512(void)
{
    unsigned char in[3 * 64], out[3 * 64] = {0};
    fill(in, sizeof in, 9);
    unsigned mask = 0xA5C3, mask_after = 0;
    const long pid = getpid();
    long result = 62;
    __asm__ volatile("vmovdqu64 (%1), %%zmm2; vmovdqu64 64(%1), %%zmm16; vmovdqu64 128(%1), %%zmm31; kmovw %3, %%k1\n" KILL
                     "vmovdqu64 %%zmm2, (%2); vmovdqu64 %%zmm16, 64(%2); vmovdqu64 %%zmm31, 128(%2); kmovw %%k1, %0; vzeroupper\n"
                     : "=&r"(mask_after)
                     : "r"(in), "r"(out), "r"(mask), "a"(result), "D"(pid), "S"((long)SIGUSR1)
                     : "rcx", "r11", "memory", "xmm2", "xmm16", "xmm31", "k1");
    CHECK(memcmp(in, out, sizeof in) == 0);
    CHECK_EQ(mask_after, mask);
}

static void control_words(void)
{
    unsigned csr = 0x1F80 | 0x2000, csr_after = 0;       // round down
    unsigned short control = 0x027F, control_after = 0;  // 53 bits
    double top = 0;
    const long pid = getpid();
    long result = 62;
    __asm__ volatile("ldmxcsr %3; fldcw %4; fld1\n" KILL "fstpl %2; stmxcsr %0; fnstcw %1; fninit\n"
                     : "=m"(csr_after), "=m"(control_after), "=m"(top)
                     : "m"(csr), "m"(control), "a"(result), "D"(pid), "S"((long)SIGUSR1)
                     : "rcx", "r11", "memory", "st");
    CHECK_EQ(csr_after, csr);
    CHECK_EQ(control_after, control);
    CHECK(top == 1.0);
    csr = 0x1F80;
    __asm__ volatile("ldmxcsr %0" ::"m"(csr));
}

static void change_xmm(int signal, siginfo_t* info, void* context)
{
    (void)signal, (void)info;
    struct _libc_fpstate* state = ((ucontext_t*)context)->uc_mcontext.fpregs;
    CHECK(state != NULL);
    CHECK_EQ((uintptr_t)state % 16, 0);
    CHECK_EQ(state->_xmm[kFromSlot].element[0], 0x33221100);
    state->_xmm[kFromSlot].element[0] = 0xCAFEF00D;
}

static void changed(void)
{
    handle(SIGUSR1, change_xmm, 0);
    unsigned value = 0x33221100;
    const long pid = getpid();
    long result = 62;
    __asm__ volatile("movd %0, %%xmm8\n" KILL "movd %%xmm8, %0\n"
                     : "+r"(value)
                     : "a"(result), "D"(pid), "S"((long)SIGUSR1)
                     : "rcx", "r11", "memory", "xmm8");
    CHECK_EQ(value, 0xCAFEF00D);
}

int main(void)
{
    handle(SIGUSR1, destroy, 0);
    sse();
    if (has_avx()) avx();
    if (has_avx512()) avx512();
    control_words();
    CHECK_EQ(calls, 2 + has_avx() + has_avx512());
    changed();
    return 0;
}
