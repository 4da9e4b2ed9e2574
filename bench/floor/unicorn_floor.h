/*
 * The software engine's floor: the same guest on Unicorn in plain C, by its interface and nothing else, as its own samples use it.
 * Its processor starts in 64-bit mode, so only paging is left to switch on. Anything that Unicorn refuses ends the program with a
 * message.
 */
#ifndef HUSK_BENCH_UNICORN_FLOOR_H
#define HUSK_BENCH_UNICORN_FLOOR_H

#include "floor.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    UNICORN_FLOOR_DEVICE_AT = FLOOR_MEMORY_SIZE, /* one page that counts its accesses; reads give all ones */
};

struct uc_struct;

struct unicorn_floor {
    struct uc_struct* engine;
    unsigned char* memory;
    struct floor_console* console;
    uint64_t exits; /* calls out of the guest's code */
};

/* A processor over empty memory. */
void unicorn_floor_create(struct unicorn_floor* vm);

/* Copies the guest to guest-physical 0, builds its page tables, and puts the processor at 0 with paging on. */
void unicorn_floor_load(struct unicorn_floor* vm, const void* guest, size_t size);

/* Runs the guest to its HLT. Returns how many times it left the guest, HLT included. */
uint64_t unicorn_floor_run(struct unicorn_floor* vm, struct floor_console* console);

/* True if the guest left FLOOR_ANSWER both in RAX and in memory. */
bool unicorn_floor_answered(const struct unicorn_floor* vm);

void unicorn_floor_destroy(struct unicorn_floor* vm);

/* All of the above, once: the whole life of a guest. True if it answered. */
bool unicorn_floor_life(const void* guest, size_t size, struct floor_console* console);

#ifdef __cplusplus
}
#endif

#endif
