/* What the host must not refuse: the program ends with the call's name otherwise. */
#ifndef HUSK_BENCH_NEED_H
#define HUSK_BENCH_NEED_H

#include <err.h>
#include <sys/mman.h>

static inline int need(int result, const char* call)
{
    if (result < 0) err(1, "%s", call);
    return result;
}

static inline void* need_memory(void* memory, const char* call)
{
    if (memory == MAP_FAILED) err(1, "%s", call);
    return memory;
}

#endif
