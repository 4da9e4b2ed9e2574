/*
 * The floor: the least a host must do to run a long-mode guest under KVM, as plain C with raw ioctls and nothing else. Husk is
 * measured against it. Anything the host refuses ends the program with a message.
 */
#ifndef HUSK_BENCH_FLOOR_H
#define HUSK_BENCH_FLOOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct kvm_run;
struct kvm_sregs;

enum {
    FLOOR_MEMORY_SIZE = 2 << 20, /* bytes of guest memory, at guest-physical 0 */
    FLOOR_ANSWER_AT = 0x400,     /* where a guest leaves its answer */
    FLOOR_ANSWER = 42,
    FLOOR_CONSOLE_PORT = 0xE9, /* a byte out is a byte of output */
};

struct floor_vm {
    int kvm;  /* /dev/kvm */
    int vm;   /* the machine */
    int vcpu; /* its processor */
    unsigned char* memory;
    struct kvm_run* run; /* what KVM tells about each exit, shared with it */
    size_t run_size;
};

/* What the guest printed. `used` grows up to `capacity`; what does not fit is lost. */
struct floor_console {
    unsigned char* bytes;
    size_t capacity;
    size_t used;
};

/* A machine with empty memory and one processor. */
void floor_create(struct floor_vm* vm);

/* Copies the guest to guest-physical 0, builds its page tables, and puts the processor at 0 in long mode. */
void floor_load(struct floor_vm* vm, const void* guest, size_t size);

/* The registers of long mode, with those tables. */
void floor_enter_long_mode(struct kvm_sregs* sregs);

/* Runs the guest to its HLT. Returns how many times it left the guest, HLT included. */
uint64_t floor_run(struct floor_vm* vm, struct floor_console* console);

/* True if the guest left FLOOR_ANSWER both in RAX and in memory. */
bool floor_answered(const struct floor_vm* vm);

void floor_destroy(struct floor_vm* vm);

/* All of the above, once: the whole life of a guest. True if it answered. */
bool floor_life(const void* guest, size_t size, struct floor_console* console);

#ifdef __cplusplus
}
#endif

#endif
