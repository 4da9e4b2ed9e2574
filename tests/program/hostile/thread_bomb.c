// Threads until there are no more: EAGAIN then, at most --threads of them, and all that were made go on and end.
#include "hostile.h"

#include <pthread.h>
#include <stdatomic.h>

enum { kMost = 2000 };

static atomic_int started, leave;

static void* wait_until_told(void* unused)
{
    ++started;
    while (!leave) usleep(2000);
    return unused;
}

int main(int argc, char** argv)
{
    CHECK(argc == 3);
    const int limit = atoi(argv[2]);
    static pthread_t threads[kMost];
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 64 * 1024);
    for (int round = 0; round < 3; ++round) {
        int count = 0, error = 0;
        leave = started = 0;
        while (count < kMost && (error = pthread_create(&threads[count], &attributes, wait_until_told, NULL)) == 0) ++count;
        CHECK_EQ(error, EAGAIN);
        CHECK_EQ(count, limit - 1);
        leave = 1;
        for (int i = 0; i < count; ++i) CHECK_EQ(pthread_join(threads[i], NULL), 0);
        CHECK_EQ(started, count);
    }
    return 0;
}
