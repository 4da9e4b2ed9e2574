// Huge pages, of which a kernel maps whole ones however few bytes are asked for, at each place from which one would reach into
// Husk's part of the space or beyond it.
#include "hostile.h"

#include <linux/mman.h>

enum { kTwoMib = 2 << 20, kOneGib = 1 << 30 };

int main(void)
{
    const int sizes[] = {MAP_HUGE_1GB, MAP_HUGE_2MB, 0};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; ++i)
        for (unsigned long at = HUSK_VDSO - kOneGib; at < HUSK_VDSO; at += kTwoMib) {
            const long got = raw_call(SYS_mmap, (long)at, kPage, PROT_READ | PROT_WRITE,
                                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_HUGETLB | sizes[i], -1, 0);
            CHECK_EQ(got, -ENOMEM);
        }
    CHECK_EQ(raw_call(SYS_memfd_create, (long)"huge", MFD_HUGETLB, 0, 0, 0, 0), -EINVAL);
    return 0;
}
