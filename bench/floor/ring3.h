/*
 * The floor for programs: the least a host must do to run code at ring 3 under KVM and be told when it wants something, as plain C
 * with raw ioctls and nothing else. The machine has the memory that Husk gives a static program's: 6 MiB of tables, and 16 MiB each
 * around its code and its stack. Anything the host refuses ends the program with a message.
 */
#ifndef HUSK_BENCH_RING3_H
#define HUSK_BENCH_RING3_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct kvm_run;

enum { RING3_PARTS = 3 };

struct ring3_vm {
    int kvm;
    int vm;
    int vcpu;
    unsigned char* parts[RING3_PARTS]; /* guest memory: code, stack, tables */
    struct kvm_run* run;
    size_t run_size;
};

/* A machine at the first instruction of a loop at ring 3: PUSH once, then OUT and a jump back to it. */
void ring3_create(struct ring3_vm* vm);

/* A file with the memory of such a machine, and a machine whose memory is mapped privately from it. */
int ring3_memory(void);
void ring3_create_from(struct ring3_vm* vm, int memory);

/* Lets it leave by OUT so many times, takes its registers from the run page each time and gives it others back. */
void ring3_leave(struct ring3_vm* vm, uint64_t times);

void ring3_destroy(struct ring3_vm* vm);

/* All of the above, once: a machine, its first exit, and its end. */
void ring3_life(void);

#ifdef __cplusplus
}
#endif

#endif
