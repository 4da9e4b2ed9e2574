// mprotect: what may be read, written and executed, and handlers that repair it.
#include "check.h"

#include <setjmp.h>
#include <sys/mman.h>
#include <ucontext.h>

static sigjmp_buf back;
static void* volatile fault_at;
static volatile int fault_code, repairs;
static char* repaired_page;

static void leave(int signal, siginfo_t* info, void* context)
{
    (void)signal, (void)context;
    fault_at = info->si_addr;
    fault_code = info->si_code;
    siglongjmp(back, 1);
}

static void repair(int signal, siginfo_t* info, void* context)
{
    (void)signal, (void)context;
    fault_at = info->si_addr;
    ++repairs;
    CHECK_OK(mprotect(repaired_page, kPage, PROT_READ | PROT_WRITE));
}

static char* map(int pages, int protection)
{
    char* at = mmap(NULL, (size_t)pages * kPage, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(at != MAP_FAILED);
    return at;
}

static void read_only(void)
{
    handle(SIGSEGV, leave, 0);
    volatile char* at = map(1, PROT_READ | PROT_WRITE);
    at[5] = 'x';
    CHECK_OK(mprotect((char*)at, kPage, PROT_READ));
    if (sigsetjmp(back, 1) == 0) {
        at[6] = 'y';
        CHECK(!"the write did not fault");
    }
    CHECK_EQ(fault_at, at + 6);
    CHECK_EQ(fault_code, SEGV_ACCERR);
    CHECK_EQ(at[5], 'x');
    CHECK_EQ(at[6], 0);
}

// A page that is protected again and again, and repaired by the handler: the instruction that faulted runs again.
static void repaired(void)
{
    handle(SIGSEGV, repair, 0);
    repaired_page = map(1, PROT_READ | PROT_WRITE);
    for (int i = 0; i < 50; ++i) {
        CHECK_OK(mprotect(repaired_page, kPage, i % 2 ? PROT_NONE : PROT_READ));
        ((volatile char*)repaired_page)[i] = (char)i;
        CHECK_EQ(repairs, i + 1);
        CHECK_EQ(fault_at, repaired_page + i);
    }
    for (int i = 0; i < 50; ++i) CHECK_EQ(repaired_page[i], i);
}

static const unsigned char kReturn42[] = {0xB8, 42, 0, 0, 0, 0xC3};  // mov eax, 42; ret

static void execution(void)
{
    handle(SIGSEGV, leave, 0);
    char* at = map(1, PROT_READ | PROT_WRITE);
    memcpy(at, kReturn42, sizeof kReturn42);
    int (*const call)(void) = (int (*)(void))at;
    if (sigsetjmp(back, 1) == 0) {
        call();
        CHECK(!"data was executed");
    }
    CHECK_EQ(fault_at, at);
    CHECK_OK(mprotect(at, kPage, PROT_READ | PROT_EXEC));
    CHECK_EQ(call(), 42);
    for (int i = 0; i < 20; ++i) {
        CHECK_OK(mprotect(at, kPage, PROT_READ | PROT_WRITE));
        at[1] = (char)i;
        CHECK_OK(mprotect(at, kPage, PROT_READ | PROT_EXEC));
        CHECK_EQ(call(), i);
    }
    char* writable = map(1, PROT_READ | PROT_WRITE | PROT_EXEC);
    memcpy(writable, kReturn42, sizeof kReturn42);
    int (*const changing)(void) = (int (*)(void))writable;
    for (int i = 0; i < 20; ++i) {
        ((volatile char*)writable)[1] = (char)i;
        CHECK_EQ(changing(), i);
    }
}

static void errors(void)
{
    char* at = map(3, PROT_READ);
    CHECK_ERRNO(mprotect(at + 1, kPage, PROT_READ), EINVAL);
    CHECK_ERRNO(mprotect(at, kPage, 0x40000), EINVAL);
    CHECK_OK(mprotect(at, 0, PROT_READ));
    CHECK_OK(munmap(at + kPage, kPage));
    CHECK_ERRNO(mprotect(at, 3 * kPage, PROT_READ | PROT_WRITE), ENOMEM);
    *(volatile char*)at = 'x';  // what lies before the hole was changed
    const int fd = file_with("text", "text");
    CHECK_OK(close(fd));
    const int only_read = open(in_scratch("text"), O_RDONLY);
    char* shared = mmap(NULL, kPage, PROT_READ, MAP_SHARED, only_read, 0);
    CHECK(shared != MAP_FAILED);
    CHECK_ERRNO(mprotect(shared, kPage, PROT_READ | PROT_WRITE), EACCES);
}

int main(int argc, char** argv)
{
    scratch_from(argc, argv);
    read_only();
    repaired();
    execution();
    errors();
    return 0;
}
