#ifndef HUSK_H
#define HUSK_H

/*
 * Husk for C: frozen Linux programs whose functions are called, each in a virtual machine of its own. The same as FrozenProgram,
 * Instance and Pool of the C++ library, and stable: functions and fields are added, never changed.
 *
 *     husk_error error;
 *     husk_frozen* frozen = husk_frozen_open("resize.husk", &error);
 *     husk_instance* instance = husk_instance_new(frozen, NULL, &error);
 *     husk_argument arguments[] = {husk_in(image, size), husk_integer(size), husk_integer(640)};
 *     husk_returned result;
 *     if (husk_call(instance, "resize", arguments, 3, 50 * 1000000, &result, &error) != HUSK_OK) puts(error.message);
 *     husk_reset(instance, &error);
 *
 * Whatever fails says why in `error`, which may be NULL. Objects are freed by their owner, in any order: what one still needs of
 * another stays. An instance is for one thread at a time; a frozen program and a pool are for all.
 */

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct husk_frozen husk_frozen;
typedef struct husk_instance husk_instance;
typedef struct husk_pool husk_pool;

typedef enum husk_status {
    HUSK_OK = 0,
    HUSK_STOPPED = 1,  /* the program ended before the function returned: a signal, an exit, or the time was up */
    HUSK_MISUSE = 2,   /* no such function, no such file, arguments that make no sense */
    HUSK_FAILED = 3,   /* the host refused something: no /dev/kvm, no memory … */
    HUSK_TIMED_OUT = 4 /* no guest of a pool came back in time */
} husk_status;

enum { HUSK_MESSAGE_SIZE = 512 };

typedef struct husk_error {
    husk_status status;
    int code; /* errno of what the host refused; otherwise 0 */
    char message[HUSK_MESSAGE_SIZE];
} husk_error;

/* "0.1.0" */
const char* husk_version(void);

/* --- frozen programs --- */

/* From a file that husk freeze or husk_frozen_save made. NULL: see error. */
husk_frozen* husk_frozen_open(const char* path, husk_error* error);

husk_status husk_frozen_save(const husk_frozen* frozen, const char* path, husk_error* error);
void husk_frozen_free(husk_frozen* frozen);

/* --- what a guest may call of its host's --- */

/* `arguments` are what the guest passed, pointers among them addresses of its own: husk_host_read() and husk_host_write() copy from
 * and to there. The result is what husk_host_function() of <husk/guest.h> gives it. Called on the thread that called the guest. */
typedef struct husk_host husk_host;
typedef int64_t (*husk_host_callback)(void* user, husk_host* host, const int64_t* arguments, size_t count);
/* 0: not all of it is the guest's memory. */
int husk_host_read(husk_host* host, uint64_t at, void* into, size_t size);
int husk_host_write(husk_host* host, uint64_t at, const void* from, size_t size);

typedef struct husk_host_entry {
    const char* name;
    husk_host_callback callback;
    void* user;
} husk_host_entry;

typedef struct husk_options {
    size_t size;        /* sizeof(husk_options): which fields there are; those that are not are 0 */
    const char* engine; /* "auto", "kvm" or "soft"; NULL: "auto" */
    const husk_host_entry* host_functions;
    size_t host_function_count;
    uint64_t memory;     /* bytes that the program may use at most; 0: no limit */
    int standard_output; /* what its descriptors 1 and 2 are copies of; -1: /dev/null */
    int standard_error;
    int any_cpu; /* not 0: an instance is made also where the processor lacks features that the program was frozen with, of which it
                    uses none; otherwise that is HUSK_FAILED, with ENOTSUP and their names */
} husk_options;

/* Runs a program until it asks to be frozen (<husk/guest.h>, husk_freeze_here()), and freezes it there. `arguments` begins with the
 * program's name and ends with NULL, as does `environment`, which may be NULL. It sees the files that it is made of, and no others.
 * `options` may be NULL. */
husk_frozen* husk_frozen_from_program(const char* path, const char* const* arguments, const char* const* environment,
                                      const husk_options* options, husk_error* error);

/* --- calls --- */

typedef enum husk_kind { HUSK_INTEGER = 0, HUSK_REAL = 1, HUSK_IN = 2, HUSK_IN_OUT = 3 } husk_kind;

/* Made by the functions below. */
typedef struct husk_argument {
    husk_kind kind;
    int64_t integer;
    double real;
    const void* in; /* HUSK_IN: bytes of the host's, of which the function gets the address of a copy */
    void* in_out;   /* HUSK_IN_OUT: the same, copied back */
    size_t size;
} husk_argument;

static inline husk_argument husk_integer(int64_t value)
{
    husk_argument argument = {HUSK_INTEGER, value, 0, NULL, NULL, 0};
    return argument;
}
static inline husk_argument husk_real(double value)
{
    husk_argument argument = {HUSK_REAL, 0, value, NULL, NULL, 0};
    return argument;
}
static inline husk_argument husk_in(const void* bytes, size_t size)
{
    husk_argument argument = {HUSK_IN, 0, 0, bytes, NULL, size};
    return argument;
}
static inline husk_argument husk_in_out(void* bytes, size_t size)
{
    husk_argument argument = {HUSK_IN_OUT, 0, 0, NULL, bytes, size};
    return argument;
}

/* Of which the function's type says which one counts. */
typedef struct husk_returned {
    int64_t integer; /* RAX */
    double real;     /* XMM0 */
} husk_returned;

/* `options` may be NULL. Fails where this host's processor, or the engine's, has less than the program was frozen with. */
husk_instance* husk_instance_new(const husk_frozen* frozen, const husk_options* options, husk_error* error);
void husk_instance_free(husk_instance* instance);

/* Calls a function of the program's; `timeout` in nanoseconds, 0: none. `result` may be NULL. */
husk_status husk_call(husk_instance* instance, const char* function, const husk_argument* arguments, size_t count, uint64_t timeout,
                      husk_returned* result, husk_error* error);

/* Back to where it was frozen. */
husk_status husk_reset(husk_instance* instance, husk_error* error);

/* Copies the program's memory. */
husk_status husk_read(const husk_instance* instance, uint64_t at, void* into, size_t size, husk_error* error);
husk_status husk_write(husk_instance* instance, uint64_t at, const void* from, size_t size, husk_error* error);

/* --- pools --- */

/* At most `most` instances at a time, of which up to `warm` are kept ready. They are made as they are taken, and husk_pool_take()
 * fails as husk_instance_new() does. */
husk_pool* husk_pool_new(const husk_frozen* frozen, const husk_options* options, size_t most, size_t warm, husk_error* error);
/* All that was taken must have been given back. */
void husk_pool_free(husk_pool* pool);

/* An instance in the frozen state; waits for one at most `timeout` nanoseconds, 0: for ever. Not to be freed but given back. */
husk_instance* husk_pool_take(husk_pool* pool, uint64_t timeout, husk_error* error);
/* It is reset, and warm again. */
void husk_pool_give_back(husk_pool* pool, husk_instance* instance);

typedef struct husk_pool_metrics {
    uint64_t in_use, warm, waiting;                  /* now */
    uint64_t taken, made, resets, dropped, timeouts; /* so far */
    uint64_t waited;                                 /* nanoseconds, by all who took one */
} husk_pool_metrics;
husk_pool_metrics husk_pool_state(const husk_pool* pool);

#ifdef __cplusplus
}
#endif

#endif
