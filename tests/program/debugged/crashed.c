// What core files are tried on: its first argument says how it ends.
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct place {
    int x, y;
    double weight;
};

struct place origin = {3, 4, 0.5};
char untouched[1 << 20];
char* text;
unsigned char *huge, *shared;
static pthread_barrier_t ready;

static void store(int* at, int value)
{
    *at = value;
}

static void crash(const struct place* place)
{
    const int local = place->x + 38;
    store((int*)0x1230, local);
}

static void* wait_forever(void* number)
{
    const long mine = (long)number * 100;
    pthread_barrier_wait(&ready);
    for (;;) pause();
    return (void*)mine;
}

static void in_threads(void)
{
    pthread_t thread;
    pthread_barrier_init(&ready, NULL, 3);
    for (long i = 1; i <= 2; ++i) pthread_create(&thread, NULL, wait_forever, (void*)i);
    pthread_barrier_wait(&ready);
    crash(&origin);
}

static unsigned char* mapped(size_t size, int protection, int flags)
{
    void* const at = mmap(NULL, size, protection, flags | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (at == MAP_FAILED) exit(3);
    return at;
}

// Much that is mapped, little of which is used.
static void use_little_of_much(void)
{
    const size_t size = (size_t)200 << 30;
    huge = mapped(size, PROT_READ | PROT_WRITE, MAP_PRIVATE);
    huge[0] = 1;
    huge[size / 2] = 2;
    huge[size - 1] = 3;
    shared = mapped(size, PROT_READ | PROT_WRITE, MAP_SHARED);
    shared[size / 4] = 4;
    mapped(size, PROT_NONE, MAP_PRIVATE);
    abort();
}

// Many pieces.
static void use_many_pieces(void)
{
    enum { pieces = 1000, page = 4096 };
    unsigned char* const at = mapped((size_t)pieces * page, PROT_READ | PROT_WRITE, MAP_PRIVATE);
    for (size_t i = 0; i < pieces; i += 2) {
        at[i * page] = 1;
        mprotect(at + i * page, page, PROT_READ);
    }
    // And some that have pages between them which nobody has.
    const size_t size = (size_t)2000 << 20;
    huge = mapped(size, PROT_READ | PROT_WRITE, MAP_PRIVATE);
    madvise(huge, size, MADV_NOHUGEPAGE);
    for (size_t i = 0; i < 2000; i += 8) huge[i << 20] = 5;
    abort();
}

int main(int argc, char** argv)
{
    const char* const what = argc > 1 ? argv[1] : "";
    text = strdup("on the heap");
    if (strcmp(what, "fault") == 0) crash(&origin);
    if (strcmp(what, "threads") == 0) in_threads();
    if (strcmp(what, "abort") == 0) abort();
    if (strcmp(what, "signal") == 0) raise(atoi(argv[2]));
    if (strcmp(what, "huge") == 0) use_little_of_much();
    if (strcmp(what, "pieces") == 0) use_many_pieces();
    if (strcmp(what, "input") == 0) {
        char byte;
        if (read(0, &byte, 1) == 1) crash(&origin);
    }
    return 7;
}
