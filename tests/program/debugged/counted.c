// What a debugger is tried on: its first argument says what it does beside counting to three.
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

int total;
volatile int spin = 1;
volatile int shared;
volatile sig_atomic_t handled;

static int add(int value)
{
    total += value;
    return total;
}

static int count(int rounds)
{
    int sum = 0;
    for (int i = 1; i <= rounds; ++i) sum = add(i);
    return sum;
}

int square(int number)
{
    return number * number;
}

static void on_signal(int number)
{
    handled = number;
}

static void* work(void* number)
{
    const long mine = (long)number;
    pthread_setname_np(pthread_self(), mine == 1 ? "one" : "two");
    for (int i = 0; i < 100; ++i) __atomic_fetch_add(&shared, 1, __ATOMIC_SEQ_CST);
    return NULL;
}

static int in_threads(void)
{
    pthread_t threads[2];
    for (long i = 0; i < 2; ++i) pthread_create(&threads[i], NULL, work, (void*)(i + 1));
    for (int i = 0; i < 2; ++i) pthread_join(threads[i], NULL);
    return shared == 200 ? 5 : 99;
}

static int wait_for_byte(void)
{
    char byte = 0;
    if (write(1, "ready", 5) != 5 || read(0, &byte, 1) != 1) return errno;
    return byte;
}

static int compute(void)
{
    if (write(1, "ready", 5) != 5) return errno;
    while (spin) shared = !shared;
    return square(3);
}

/// Sleeps for as long as it was told, however often it is stopped meanwhile.
static int sleep_one_second(void)
{
    struct timespec before, after;
    const struct timespec second = {.tv_sec = 1};
    clock_gettime(CLOCK_MONOTONIC, &before);
    if (write(1, "ready", 5) != 5 || nanosleep(&second, NULL) != 0) return errno;
    clock_gettime(CLOCK_MONOTONIC, &after);
    return after.tv_sec - before.tv_sec >= 1 ? 4 : 98;
}

/// Whatever a debugger needs of descriptors is not among its own.
static int find_strangers(void)
{
    for (int fd = 3; fd < 4096; ++fd)
        if (fcntl(fd, F_GETFD) != -1 || errno != EBADF) return 97;
    return 6;
}

int main(int argc, char** argv)
{
    const char* const what = argc > 1 ? argv[1] : "";
    signal(SIGUSR1, on_signal);
    const int sum = count(3);
    if (strcmp(what, "fault") == 0) *(volatile int*)0x1230 = sum;
    if (strcmp(what, "signal") == 0) {
        raise(SIGUSR1);
        return handled;
    }
    if (strcmp(what, "trap") == 0) __asm__ volatile("int3");
    if (strcmp(what, "threads") == 0) return in_threads();
    if (strcmp(what, "read") == 0) return wait_for_byte();
    if (strcmp(what, "spin") == 0) return compute();
    if (strcmp(what, "sleep") == 0) return sleep_one_second();
    if (strcmp(what, "descriptors") == 0) return find_strangers();
    return 7;
}
