// What the processor says it has, it has: each feature that CPUID names is used once. fs and gs are the thread's own.
#include "check.h"

#include <asm/prctl.h>
#include <cpuid.h>
#include <sys/auxv.h>
#include <sys/syscall.h>

static unsigned leaf(unsigned number, unsigned sub, int which)
{
    unsigned registers[4] = {0};
    if (!__get_cpuid_count(number, sub, &registers[0], &registers[1], &registers[2], &registers[3])) return 0;
    return registers[which];
}

enum { kB = 1, kC = 2 };

static void integer(void)
{
    const unsigned c1 = leaf(1, 0, kC), b7 = leaf(7, 0, kB);
    uint64_t value = 0;
    if (c1 & bit_POPCNT) {
        __asm__("popcnt %1, %0" : "=r"(value) : "r"(0xF0F0ul));
        CHECK_EQ(value, 8);
    }
    if (c1 & bit_SSE4_2) {
        value = 0;
        __asm__("crc32b %1, %k0" : "+r"(value) : "r"((char)'x'));
        CHECK(value != 0);
    }
    if (b7 & bit_BMI2) {
        __asm__("pext %2, %1, %0" : "=r"(value) : "r"(0xABCDul), "r"(0xF0F0ul));
        CHECK_EQ(value, 0xAC);
    }
    if (c1 & bit_RDRND) {
        unsigned char good = 0;
        for (int i = 0; i < 100 && !good; ++i) __asm__ volatile("rdrand %0; setc %1" : "=r"(value), "=q"(good));
        CHECK(good);
    }
    uint64_t pair[2] __attribute__((aligned(16))) = {1, 2};
    if (c1 & bit_CMPXCHG16B) {
        __asm__ volatile("lock cmpxchg16b %0" : "+m"(pair) : "a"(1l), "d"(2l), "b"(3l), "c"(4l) : "cc");
        CHECK(pair[0] == 3 && pair[1] == 4);
    }
}

__attribute__((target("avx2"))) static void avx2(void)
{
    int sum[8];
    __asm__("vpcmpeqd %%ymm0, %%ymm0, %%ymm0; vpabsd %%ymm0, %%ymm1; vpaddd %%ymm1, %%ymm1, %%ymm1; vmovdqu %%ymm1, %0; vzeroupper"
            : "=m"(sum)
            :
            : "xmm0", "xmm1");
    for (int i = 0; i < 8; ++i) CHECK_EQ(sum[i], 2);
}

static void vectors(void)
{
    const unsigned c1 = leaf(1, 0, kC), b7 = leaf(7, 0, kB);
    if (!(c1 & bit_OSXSAVE)) return;
    unsigned low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    CHECK_EQ(low & 3, 3);
    if ((b7 & bit_AVX2) && (low & 6) == 6) avx2();
}

static void times(void)
{
    uint64_t last = 0;
    for (int i = 0; i < 1000; ++i) {
        const uint64_t next = __builtin_ia32_rdtsc();
        CHECK(next >= last);
        last = next;
    }
}

static void bases(void)
{
    unsigned long fs = 0, gs = 1, value;
    static unsigned long cell = 0x1234567;
    CHECK_OK(syscall(SYS_arch_prctl, ARCH_GET_FS, &fs));
    __asm__("mov %%fs:0, %0" : "=r"(value));
    CHECK_EQ(value, fs);  // the TLS block starts with its own address
    CHECK_OK(syscall(SYS_arch_prctl, ARCH_SET_GS, &cell));
    CHECK_OK(syscall(SYS_arch_prctl, ARCH_GET_GS, &gs));
    CHECK_EQ(gs, &cell);
    __asm__ volatile("mov %%gs:0, %0" : "=r"(value));
    CHECK_EQ(value, cell);
    CHECK_OK(getppid());
    __asm__ volatile("mov %%gs:0, %0" : "=r"(value));
    CHECK_EQ(value, cell);
    CHECK_ERRNO(syscall(SYS_arch_prctl, ARCH_SET_FS, 0xFFFF800000000000), EPERM);
    CHECK_ERRNO(syscall(SYS_arch_prctl, 0x7777, 0), EINVAL);
    if (getauxval(AT_HWCAP2) & 2) {  // FSGSBASE
        __asm__ volatile("rdgsbase %0" : "=r"(value));
        CHECK_EQ(value, &cell);
        __asm__ volatile("wrgsbase %0" ::"r"(fs));
        CHECK_OK(getppid());
        __asm__ volatile("mov %%gs:0, %0" : "=r"(value));
        CHECK_EQ(value, fs);
        CHECK_OK(syscall(SYS_arch_prctl, ARCH_GET_GS, &gs));
        CHECK_EQ(gs, fs);
    }
}

int main(void)
{
    integer();
    vectors();
    times();
    bases();
    return 0;
}
