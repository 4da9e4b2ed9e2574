// 64 threads at once: all there together, all counted, memory mapped and unmapped by all of them.
#include "check.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/mman.h>

enum { kThreads = 64, kRounds = 50 };

static pthread_barrier_t barrier;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static long sum;
static atomic_int there;

static void* work(void* argument)
{
    const int index = (int)(intptr_t)argument;
    atomic_fetch_add(&there, 1);
    pthread_barrier_wait(&barrier);
    CHECK_EQ(there, kThreads);
    for (int i = 0; i < kRounds; ++i) {
        const size_t size = (size_t)(1 + i % 5) * kPage;
        char* at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        CHECK(at != MAP_FAILED);
        memset(at, index, size);
        char* block = malloc(1000);
        memset(block, index, 1000);
        pthread_mutex_lock(&mutex);
        sum += at[size - 1];
        pthread_mutex_unlock(&mutex);
        CHECK(at[0] == index && block[999] == index);
        free(block);
        CHECK_OK(munmap(at, size));
    }
    return NULL;
}

int main(void)
{
    pthread_barrier_init(&barrier, NULL, kThreads);
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 256 * 1024);
    pthread_t threads[kThreads];
    for (intptr_t i = 0; i < kThreads; ++i) CHECK_EQ(pthread_create(&threads[i], &attributes, work, (void*)i), 0);
    for (int i = 0; i < kThreads; ++i) CHECK_EQ(pthread_join(threads[i], NULL), 0);
    CHECK_EQ(sum, (long)kRounds * kThreads * (kThreads - 1) / 2);
    return 0;
}
