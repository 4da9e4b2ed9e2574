/* Work that never leaves the processor. */
#include "work.h"

#include <err.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

enum { MEMORY = 64 << 20 };

uint64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

/* With large pages, where there are some, on either side: they are not what is compared. */
static void* touched_memory(void)
{
    void* memory = mmap(NULL, MEMORY, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) err(1, "mmap");
    madvise(memory, MEMORY, MADV_HUGEPAGE);
    memset(memory, 1, MEMORY);
    return memory;
}

static uint64_t next(uint64_t x)
{
    return x * 6364136223846793005u + 1442695040888963407u;
}

static uint64_t mix(uint64_t rounds)
{
    uint64_t x = 1;
    uint64_t sum = 0;
    for (; rounds != 0; --rounds) {
        x = next(x);
        if ((x >> 60 & 1) != 0) sum ^= x >> 13;
        sum += x >> 33;
    }
    return sum;
}

struct outcome integer_loop(uint64_t rounds)
{
    const uint64_t begin = now();
    const uint64_t sum = mix(rounds);
    return (struct outcome){now() - begin, sum};
}

struct job {
    pthread_t thread;
    uint64_t rounds;
    uint64_t sum;
};

static void* do_job(void* of)
{
    struct job* job = of;
    job->sum = mix(job->rounds);
    return NULL;
}

struct outcome on_threads(unsigned count, uint64_t rounds)
{
    struct job jobs[16];
    if (count > sizeof jobs / sizeof jobs[0]) errx(1, "too many threads");
    const uint64_t begin = now();
    for (unsigned i = 0; i < count; ++i) {
        jobs[i] = (struct job){.rounds = rounds};
        if (pthread_create(&jobs[i].thread, NULL, do_job, &jobs[i]) != 0) errx(1, "pthread_create");
    }
    uint64_t sum = 0;
    for (unsigned i = 0; i < count; ++i) {
        pthread_join(jobs[i].thread, NULL);
        sum += jobs[i].sum;
    }
    return (struct outcome){now() - begin, sum};
}

struct outcome bandwidth(uint64_t times)
{
    enum { LENGTH = MEMORY / 4 / sizeof(uint64_t) }; /* a quarter each, and one to spare */
    uint64_t* const a = touched_memory();
    uint64_t* const b = a + LENGTH;
    uint64_t* const c = b + LENGTH;
    const uint64_t begin = now();
    for (uint64_t i = 0; i < times; ++i) {
        for (size_t j = 0; j < LENGTH; ++j) c[j] = a[j] + b[j];
        a[i % LENGTH] = c[LENGTH - 1];
    }
    return (struct outcome){now() - begin, c[0] + c[LENGTH / 2]};
}

struct outcome chase(uint64_t steps)
{
    enum { CELL = 64, CELLS = MEMORY / CELL, WORDS = CELL / sizeof(uint64_t) }; /* a cache line each */
    uint64_t* const memory = touched_memory();
    /* One cycle through all cells: Sattolo's shuffle. */
    for (uint64_t i = 0; i < CELLS; ++i) memory[i * WORDS] = i;
    uint64_t x = 1;
    for (uint64_t i = CELLS - 1; i > 0; --i) {
        x = next(x);
        const uint64_t j = (x >> 33) % i;
        const uint64_t swapped = memory[i * WORDS];
        memory[i * WORDS] = memory[j * WORDS];
        memory[j * WORDS] = swapped;
    }
    uint64_t at = 0;
    const uint64_t begin = now();
    for (; steps != 0; --steps) at = memory[at * WORDS];
    return (struct outcome){now() - begin, at};
}
