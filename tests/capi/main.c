/* The C API, from C: the functions of a frozen program are called, reset, pooled, and everything that can be refused is. */
#include <husk/husk.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int failures = 0;
static husk_error error;

#define CHECK(condition)                                                                                 \
    do {                                                                                                 \
        if (!(condition)) {                                                                              \
            printf("%s:%d: %s (%d, %s)\n", __FILE__, __LINE__, #condition, error.status, error.message); \
            ++failures;                                                                                  \
        }                                                                                                \
    } while (0)

/* What a test that cannot run here ends with, as CTest is told. */
enum { SKIPPED = 77 };

static const char* program;
static husk_options options;

static int64_t difference(void* user, husk_host* host, const int64_t* arguments, size_t count)
{
    (void)host;
    ++*(int*)user;
    return count == 2 ? arguments[0] - arguments[1] : -1;
}

static int64_t upper(void* user, husk_host* host, const int64_t* arguments, size_t count)
{
    char byte = 0;
    (void)user;
    if (count != 2 || !husk_host_read(host, (uint64_t)arguments[0], &byte, 1)) return -1;
    byte = (char)(byte - 'a' + 'A');
    return husk_host_write(host, (uint64_t)arguments[0], &byte, 1) ? byte : -1;
}

static int64_t count(husk_instance* instance)
{
    husk_returned result = {-1, 0};
    CHECK(husk_call(instance, "count", NULL, 0, 0, &result, &error) == HUSK_OK);
    return result.integer;
}

static void calls(const husk_frozen* frozen)
{
    husk_instance* instance = husk_instance_new(frozen, &options, &error);
    CHECK(instance != NULL);
    CHECK(count(instance) == 101);
    CHECK(count(instance) == 102);
    CHECK(husk_reset(instance, &error) == HUSK_OK);
    CHECK(count(instance) == 101);

    husk_returned result;
    const husk_argument mixed[] = {husk_integer(2), husk_real(1.5), husk_integer(3), husk_real(0.25)};
    CHECK(husk_call(instance, "mix", mixed, 4, 0, &result, &error) == HUSK_OK && result.real == 3.75);
    char text[] = "drawer";
    const husk_argument bytes[] = {husk_in_out(text, sizeof text - 1), husk_integer(sizeof text - 1)};
    CHECK(husk_call(instance, "reverse", bytes, 2, 0, NULL, &error) == HUSK_OK && strcmp(text, "reward") == 0);
    const husk_argument sum[] = {husk_in("\1\2\3", 3), husk_integer(3)};
    CHECK(husk_call(instance, "sum_bytes", sum, 2, 0, &result, &error) == HUSK_OK && result.integer == 6);
    husk_instance_free(instance);
}

static void refusals(const husk_frozen* frozen)
{
    CHECK(husk_frozen_open("/no/such/file", &error) == NULL && error.status == HUSK_MISUSE);
    CHECK(strstr(error.message, "/no/such/file") != NULL);
    CHECK(husk_frozen_open(NULL, &error) == NULL && error.status == HUSK_MISUSE);
    CHECK(husk_frozen_open("/dev/null", NULL) == NULL);
    CHECK(husk_frozen_save(frozen, "/no/such/folder/file", &error) == HUSK_FAILED && error.code == ENOENT);
    CHECK(husk_instance_new(NULL, NULL, &error) == NULL && error.status == HUSK_MISUSE);
    husk_options wrong = options;
    wrong.engine = "steam";
    CHECK(husk_instance_new(frozen, &wrong, &error) == NULL && strstr(error.message, "steam") != NULL);
    wrong = options;
    wrong.size = 1;
    CHECK(husk_instance_new(frozen, &wrong, &error) == NULL && error.status == HUSK_MISUSE);

    husk_instance* instance = husk_instance_new(frozen, &options, &error);
    CHECK(husk_call(instance, "no_such_function", NULL, 0, 0, NULL, &error) == HUSK_MISUSE);
    CHECK(strstr(error.message, "no_such_function") != NULL);
    CHECK(husk_call(instance, "count", NULL, 1, 0, NULL, &error) == HUSK_MISUSE);
    CHECK(husk_call(instance, "fault", NULL, 0, 0, NULL, &error) == HUSK_STOPPED && strstr(error.message, "SIGSEGV") != NULL);
    CHECK(husk_call(instance, "count", NULL, 0, 0, NULL, NULL) == HUSK_STOPPED);
    CHECK(husk_reset(instance, &error) == HUSK_OK);
    CHECK(husk_call(instance, "spin", NULL, 0, 10 * 1000 * 1000, NULL, &error) == HUSK_STOPPED);
    CHECK(husk_reset(instance, &error) == HUSK_OK);
    CHECK(count(instance) == 101);
    char there[8];
    CHECK(husk_read(instance, 0, there, sizeof there, &error) == HUSK_MISUSE);
    CHECK(husk_write(instance, 0, there, sizeof there, &error) == HUSK_MISUSE);
    husk_instance_free(instance);
}

static void host_functions(const husk_frozen* frozen)
{
    int asked = 0;
    const husk_host_entry entries[] = {{"difference", difference, &asked}, {"upper", upper, NULL}};
    husk_options with = options;
    with.host_functions = entries;
    with.host_function_count = 2;
    husk_instance* instance = husk_instance_new(frozen, &with, &error);
    CHECK(instance != NULL);
    husk_returned result;
    const husk_argument ask[] = {husk_in("difference", sizeof "difference"), husk_integer(10), husk_integer(3)};
    CHECK(husk_call(instance, "ask_host", ask, 3, 0, &result, &error) == HUSK_OK && result.integer == 7 && asked == 1);
    husk_instance_free(instance);
}

static void pools(const husk_frozen* frozen)
{
    CHECK(husk_pool_new(frozen, &options, 0, 0, &error) == NULL && error.status == HUSK_MISUSE);
    husk_pool* pool = husk_pool_new(frozen, &options, 1, 1, &error);
    CHECK(pool != NULL);
    for (int i = 0; i < 3; ++i) {
        husk_instance* instance = husk_pool_take(pool, 0, &error);
        CHECK(instance != NULL && count(instance) == 101);
        CHECK(husk_pool_take(pool, 1000, &error) == NULL && error.status == HUSK_TIMED_OUT);
        husk_pool_give_back(pool, instance);
    }
    const husk_pool_metrics metrics = husk_pool_state(pool);
    CHECK(metrics.made == 1 && metrics.taken == 3 && metrics.resets == 3 && metrics.timeouts == 3 && metrics.in_use == 0);
    husk_pool_free(pool);
}

int main(int argument_count, char** arguments)
{
    if (argument_count != 3) return 2;
    program = arguments[1];
    options = (husk_options){.size = sizeof options, .engine = arguments[2], .standard_output = -1, .standard_error = -1};
    const char* words[] = {"functions", NULL};
    husk_frozen* frozen = husk_frozen_from_program(program, words, NULL, &options, &error);
    if (frozen == NULL) {
        printf("skipped: %s\n", error.message);
        return SKIPPED;
    }
    husk_instance* trial = husk_instance_new(frozen, &options, &error);
    if (trial == NULL) {
        printf("skipped: %s\n", error.message);
        return SKIPPED;
    }
    husk_instance_free(trial);

    char path[] = "/tmp/husk-capi-XXXXXX";
    CHECK(mkdtemp(path) != NULL);
    char file[64];
    snprintf(file, sizeof file, "%s/functions.husk", path);
    CHECK(husk_frozen_save(frozen, file, &error) == HUSK_OK);
    husk_frozen* opened = husk_frozen_open(file, &error);
    CHECK(opened != NULL);
    husk_frozen_free(frozen);

    calls(opened);
    refusals(opened);
    host_functions(opened);
    pools(opened);
    husk_frozen_free(opened);
    unlink(file);
    rmdir(path);
    printf("lane %s: the C API of husk %s, %d failures\n", arguments[2], husk_version(), failures);
    return failures == 0 ? 0 : 1;
}
