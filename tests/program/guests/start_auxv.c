// What a program finds on its stack: arguments, environment, and the auxiliary vector.
#include "check.h"

#include <elf.h>
#include <link.h>
#include <sys/auxv.h>

extern char** environ;
extern const ElfW(Ehdr) __ehdr_start __attribute__((weak, visibility("hidden")));
extern void _start(void);

// As the kernel put it there: getauxval() has the C library's own idea of AT_HWCAP.
static unsigned long in_vector(unsigned long type)
{
    char** last = environ;
    while (*last != NULL) ++last;
    const ElfW(auxv_t)* entry = (const ElfW(auxv_t)*)(last + 1);
    while (entry->a_type != AT_NULL && entry->a_type != type) ++entry;
    return entry->a_type == type ? entry->a_un.a_val : 0;
}

static void own_program(void)
{
    const ElfW(Phdr)* headers = (const ElfW(Phdr)*)getauxval(AT_PHDR);
    const unsigned long count = getauxval(AT_PHNUM);
    CHECK_EQ(getauxval(AT_PHENT), sizeof *headers);
    CHECK(count >= 3 && count < 100);
    CHECK_EQ(headers, (uintptr_t)&__ehdr_start + __ehdr_start.e_phoff);
    CHECK_EQ(getauxval(AT_ENTRY), (uintptr_t)_start);
    bool interpreted = false;
    for (unsigned long i = 0; i < count; ++i) interpreted |= headers[i].p_type == PT_INTERP;
    const unsigned long base = getauxval(AT_BASE);
    CHECK_EQ(interpreted, base != 0);
    if (base != 0) CHECK(memcmp((void*)base, ELFMAG, SELFMAG) == 0);
}

static void machine(void)
{
    CHECK_EQ(getauxval(AT_PAGESZ), kPage);
    CHECK_EQ(getauxval(AT_CLKTCK), sysconf(_SC_CLK_TCK));
    unsigned a = 1, b, c, d;
    __asm__("cpuid" : "+a"(a), "=b"(b), "=c"(c), "=d"(d));
    CHECK_EQ(in_vector(AT_HWCAP), d);
    const char* platform = (const char*)getauxval(AT_PLATFORM);
    CHECK(platform != NULL && strcmp(platform, "x86_64") == 0);
    CHECK(getauxval(AT_MINSIGSTKSZ) >= 1024);
    const unsigned long vdso = getauxval(AT_SYSINFO_EHDR);
    if (vdso != 0) CHECK(memcmp((void*)vdso, ELFMAG, SELFMAG) == 0);
}

static void identity(const char* program)
{
    CHECK_EQ(getauxval(AT_UID), getuid());
    CHECK_EQ(getauxval(AT_EUID), geteuid());
    CHECK_EQ(getauxval(AT_GID), getgid());
    CHECK_EQ(getauxval(AT_EGID), getegid());
    CHECK_EQ(getauxval(AT_SECURE), 0);
    CHECK(strcmp((const char*)getauxval(AT_EXECFN), program) == 0);
    const unsigned char* random = (const unsigned char*)getauxval(AT_RANDOM);
    CHECK(random != NULL);
    int different = 0;
    for (int i = 1; i < 16; ++i) different += random[i] != random[0];
    CHECK(different > 0);
}

static void stack(int argc, char** argv)
{
    CHECK(argv[argc] == NULL);
    CHECK_EQ(environ, argv + argc + 1);
    CHECK_EQ(in_vector(AT_PAGESZ), kPage);
    // Texts lie above the vectors, one behind the other, arguments first.
    for (int i = 1; i < argc; ++i) CHECK_EQ(argv[i], argv[i - 1] + strlen(argv[i - 1]) + 1);
    CHECK((uintptr_t)argv[0] > (uintptr_t)environ);
    CHECK_EQ(((uintptr_t)argv - 8) % 16, 0);  // where argc is: what the ABI calls the initial stack pointer
}

int main(int argc, char** argv)
{
    CHECK(argc >= 2);
    own_program();
    machine();
    identity(argv[0]);
    stack(argc, argv);
    const char* path = getenv("PATH");
    CHECK(path != NULL && strcmp(path, "/usr/bin:/bin") == 0);
    CHECK(getenv("HOME") == NULL);
    return 0;
}
