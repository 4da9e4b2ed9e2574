// The dynamic linker at work: dlopen, dlsym, what is loaded where, and locales and name services that load more.
#include "check.h"

#include <dlfcn.h>
#include <link.h>
#include <locale.h>
#include <wchar.h>

static int objects;

static int count(struct dl_phdr_info* info, size_t size, void* data)
{
    (void)data;
    CHECK(size >= sizeof *info);
    CHECK(info->dlpi_phnum > 0);
    ++objects;
    return 0;
}

int main(void)
{
    void* library = dlopen("libm.so.6", RTLD_NOW);
    CHECK(library != NULL);
    double (*cosine)(double) = (double (*)(double))dlsym(library, "cos");
    CHECK(cosine != NULL);
    CHECK(cosine(0.0) == 1.0);
    CHECK(dlsym(library, "no such name") == NULL);
    CHECK(dlopen("libnone.so.1", RTLD_NOW) == NULL);
    Dl_info info;
    CHECK(dladdr((void*)cosine, &info) != 0);
    CHECK(strstr(info.dli_fname, "libm.so.6") != NULL);
    dl_iterate_phdr(count, NULL);
    CHECK(objects >= 3);
    CHECK(dlclose(library) == 0);
    CHECK(setlocale(LC_ALL, "C.UTF-8") != NULL);
    wchar_t wide[8];
    CHECK_EQ(mbstowcs(wide, "\xC3\xA4x", 8), 2);
    CHECK_EQ(wide[0], 0xE4);
    return 0;
}
