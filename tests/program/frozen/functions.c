// Proves: functions that the host calls in a frozen program, one at a time.
#include <husk/guest.h>

#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static int counter = 100;
static double kept = 0.5;
static char* heap;

int64_t add_six(int64_t a, int64_t b, int64_t c, int64_t d, int64_t e, int64_t f)
{
    return a + 10 * b + 100 * c + 1000 * d + 10000 * e + 100000 * f;
}

int64_t add_nine(int64_t a, int64_t b, int64_t c, int64_t d, int64_t e, int64_t f, int64_t g, int64_t h, int64_t i)
{
    return add_six(a, b, c, d, e, f) + 1000000 * g + 10000000 * h + 100000000 * i;
}

double mix(int64_t a, double x, int64_t b, double y)
{
    return (double)a * x + (double)b * y;
}

double ten_doubles(double a, double b, double c, double d, double e, double f, double g, double h, double i, double j)
{
    return a + b + c + d + e + f + g + h + 10 * i + 100 * j;
}

int64_t count(void)
{
    return ++counter;
}

double keep(double more)
{
    return kept += more;
}

int64_t sum_bytes(const unsigned char* bytes, size_t size)
{
    int64_t sum = 0;
    for (size_t i = 0; i < size; ++i) sum += bytes[i];
    return sum;
}

void reverse(char* bytes, size_t size)
{
    for (size_t i = 0; i < size / 2; ++i) {
        const char other = bytes[i];
        bytes[i] = bytes[size - 1 - i];
        bytes[size - 1 - i] = other;
    }
}

int64_t formatted(char* into, size_t size, int64_t number, double real)
{
    return snprintf(into, size, "%lld and %.3f, %s", (long long)number, real, heap);
}

int64_t say(const char* text)
{
    printf("%s\n", text);
    return fflush(stdout);
}

int64_t allocate(size_t size)
{
    char* fresh = malloc(size);
    if (fresh == NULL) return 0;
    memset(fresh, 1, size);
    return (int64_t)(uintptr_t)fresh;
}

int64_t map_and_unmap(void)
{
    char* fresh = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (fresh == MAP_FAILED) return -1;
    fresh[0] = 1;
    heap = fresh;  // a leak, which a reset undoes
    return munmap(fresh + 4096, (1 << 20) - 4096);
}

int64_t fault(void)
{
    volatile int* const nowhere = NULL;
    return *nowhere;
}

int64_t spin(void)
{
    for (volatile int64_t rounds = 0;; ++rounds) {
    }
}

int64_t leave(int status)
{
    exit(status);
}

int64_t wait_for_input(void)
{
    char byte;
    return read(STDIN_FILENO, &byte, 1);
}

int64_t sleep_for(int64_t seconds)
{
    const struct timespec time = {.tv_sec = seconds};
    return nanosleep(&time, NULL);
}

int64_t open_descriptors(void)
{
    const int first = open("/dev/null", O_RDONLY);
    return first < 0 ? -1 : open("/dev/null", O_RDONLY) - first;
}

int64_t lower_limit(int resource, int64_t most)
{
    struct rlimit limit = {.rlim_cur = (rlim_t)most, .rlim_max = (rlim_t)most};
    if (setrlimit(resource, &limit) != 0 || getrlimit(resource, &limit) != 0) return -1;
    return (int64_t)limit.rlim_cur;
}

int64_t current_limit(int resource)
{
    struct rlimit limit;
    return getrlimit(resource, &limit) != 0 ? -1 : (int64_t)limit.rlim_cur;
}

int64_t random_word(size_t index)
{
    int64_t words[2];
    memcpy(words, (const void*)getauxval(AT_RANDOM), sizeof words);
    return words[index];
}

double sum_of_eight(double a, double b, double c, double d, double e, double f, double g, double h)
{
    return a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f + 7 * g + 8 * h;
}

static void* half(void* argument)
{
    *(int64_t*)argument /= 2;
    return argument;
}

int64_t in_a_thread(int64_t value)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, half, &value) != 0) return -1;
    pthread_join(thread, NULL);
    return value;
}

int64_t ask_host(const char* name, int64_t a, int64_t b)
{
    const int64_t arguments[] = {a, b};
    int64_t result = 0;
    const long status = husk_host_function(name, arguments, 2, &result);
    return status < 0 ? status : result;
}

int64_t ask_host_badly(void)
{
    const int64_t arguments[] = {1};
    int64_t result = 0;
    if (husk_host_function((const char*)1, arguments, 1, &result) != -HUSK_EFAULT) return 1;
    if (husk_host_function("twice", (const int64_t*)1, 1, &result) != -HUSK_EFAULT) return 2;
    if (husk_host_function("twice", arguments, 1, (int64_t*)8) != -HUSK_EFAULT) return 3;
    if (husk_host_function("twice", arguments, 0, &result) != -HUSK_EINVAL) return 4;
    if (husk_host_function("twice", arguments, 1u << 20, &result) != -HUSK_EINVAL) return 5;
    if (husk_host_function("no such", arguments, 1, &result) != -HUSK_ENOENT) return 6;
    return 0;
}

int64_t come_back_early(void)
{
    husk_operation(HUSK_RETURN, 77, 0, 0);
    return 0;
}

static char field[4096 * 64] __attribute__((aligned(4096)));

int64_t write_field(size_t pages)
{
    int64_t before = 0;
    for (size_t i = 0; i < pages; ++i) {
        before += field[i * 4096];
        field[i * 4096] = 1;
    }
    return before;
}

int main(void)
{
    heap = strdup("from the heap");
    memset(field, 2, sizeof field);
    printf("ready\n");
    fflush(stdout);
    if (husk_freeze_here() < 0) return 1;
    printf("thawed and run\n");
    return 0;
}
