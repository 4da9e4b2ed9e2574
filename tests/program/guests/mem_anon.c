// Anonymous memory: mapped, touched, unmapped in pieces, at fixed places.
#include "check.h"

#include <setjmp.h>
#include <sys/mman.h>

static sigjmp_buf back;
static void* volatile fault_at;
static volatile int fault_code;

static void on_fault(int signal, siginfo_t* info, void* context)
{
    (void)signal, (void)context;
    fault_at = info->si_addr;
    fault_code = info->si_code;
    siglongjmp(back, 1);
}

static void must_fault(volatile char* at, int code)
{
    fault_at = NULL;
    if (sigsetjmp(back, 1) == 0) {
        (void)*at;
        CHECK(!"the read did not fault");
    }
    CHECK_EQ(fault_at, at);
    CHECK_EQ(fault_code, code);
}

static char* map(size_t size, int protection)
{
    char* at = mmap(NULL, size, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(at != MAP_FAILED);
    CHECK_EQ((uintptr_t)at % kPage, 0);
    return at;
}

static void zeroes(void)
{
    enum { kSize = 8 * 1024 * 1024 };
    char* at = map(kSize, PROT_READ | PROT_WRITE);
    for (size_t i = 0; i < kSize; i += kPage) {
        CHECK_EQ(at[i], 0);
        at[i] = (char)(i / kPage);
    }
    for (size_t i = 0; i < kSize; i += kPage) CHECK_EQ(at[i], (char)(i / kPage));
    CHECK_OK(munmap(at, kSize));
    must_fault(at, SEGV_MAPERR);
}

static void holes(void)
{
    char* at = map(8 * kPage, PROT_READ | PROT_WRITE);
    memset(at, 'x', 8 * kPage);
    CHECK_OK(munmap(at + 2 * kPage, 3 * kPage));
    CHECK_OK(munmap(at + 2 * kPage, 3 * kPage));  // nothing there: no error
    must_fault(at + 2 * kPage, SEGV_MAPERR);
    must_fault(at + 5 * kPage - 1, SEGV_MAPERR);
    CHECK_EQ(at[2 * kPage - 1], 'x');
    CHECK_EQ(at[5 * kPage], 'x');
    CHECK_EQ(mmap(at + 3 * kPage, kPage, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0), at + 3 * kPage);
    CHECK_EQ(at[3 * kPage], 0);
    must_fault(at + 4 * kPage, SEGV_MAPERR);
    CHECK_OK(munmap(at, 8 * kPage));
    CHECK_ERRNO(munmap(at + 1, kPage), EINVAL);
    CHECK_ERRNO(munmap(at, 0), EINVAL);
}

static void fixed(void)
{
    char* at = map(4 * kPage, PROT_READ | PROT_WRITE);
    memset(at, 'o', 4 * kPage);
    const int flags = MAP_PRIVATE | MAP_ANONYMOUS;
    CHECK_EQ(mmap(at + kPage, kPage, PROT_READ | PROT_WRITE, flags | MAP_FIXED, -1, 0), at + kPage);
    CHECK(at[0] == 'o' && at[kPage] == 0 && at[2 * kPage] == 'o');
    CHECK_ERRNO((long)mmap(at, kPage, PROT_READ, flags | MAP_FIXED_NOREPLACE, -1, 0), EEXIST);
    CHECK_OK(munmap(at, 4 * kPage));
    CHECK_EQ(mmap(at, kPage, PROT_READ, flags | MAP_FIXED_NOREPLACE, -1, 0), at);
    CHECK_ERRNO((long)mmap(at + 1, kPage, PROT_READ, flags | MAP_FIXED, -1, 0), EINVAL);
    CHECK_ERRNO((long)mmap(NULL, 0, PROT_READ, flags, -1, 0), EINVAL);
    CHECK_ERRNO((long)mmap(NULL, 1ul << 47, PROT_READ, flags, -1, 0), ENOMEM);
    CHECK_ERRNO((long)mmap(NULL, kPage, PROT_READ, MAP_ANONYMOUS, -1, 0), EINVAL);
    CHECK_ERRNO((long)mmap(NULL, kPage, PROT_READ, MAP_PRIVATE, -1, 0), EBADF);
    CHECK_OK(munmap(at, kPage));
    char* hinted = mmap(at, kPage, PROT_READ, flags, -1, 0);
    CHECK_EQ(hinted, at);  // the kernel takes a hint that is free
    CHECK_OK(munmap(hinted, kPage));
}

static void guard(void)
{
    char* at = map(3 * kPage, PROT_READ | PROT_WRITE);
    CHECK_OK(mprotect(at + kPage, kPage, PROT_NONE));
    at[kPage - 1] = 'a';
    must_fault(at + kPage, SEGV_ACCERR);
    must_fault(at + 2 * kPage - 1, SEGV_ACCERR);
    at[2 * kPage] = 'b';
    char* none = map(kPage, PROT_NONE);
    must_fault(none + 8, SEGV_ACCERR);
}

// Far more than there is memory, touched here and there.
static void sparse(void)
{
    const size_t size = 16ul << 30, step = 1ul << 30;
    char* at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    CHECK(at != MAP_FAILED);
    for (size_t i = 0; i < size; i += step) at[i + 12345] = (char)(i / step + 1);
    for (size_t i = 0; i < size; i += step) CHECK_EQ(at[i + 12345], (char)(i / step + 1));
    CHECK_OK(munmap(at, size));
    char* shared = mmap(NULL, kPage, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(shared != MAP_FAILED);
    shared[7] = 'x';
    CHECK_EQ(shared[7], 'x');
}

static int depth(int left)
{
    volatile char room[kPage];
    memset((char*)room, left, sizeof room);
    return left == 0 ? room[17] : depth(left - 1) + (room[5] == (char)left);
}

int main(int argc, char** argv)
{
    scratch_from(argc, argv);
    handle(SIGSEGV, on_fault, 0);
    zeroes();
    holes();
    fixed();
    guard();
    sparse();
    CHECK_EQ(depth(1000), 1000);  // 4 MiB of stack, which grows as it is touched
    return 0;
}
