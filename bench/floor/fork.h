/*
 * The floor for thawed guests: the least a host must do to run one more guest that begins from the memory of another, as plain C
 * with raw ioctls and nothing else. Anything the host refuses ends the program with a message.
 */
#ifndef HUSK_BENCH_FORK_H
#define HUSK_BENCH_FORK_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct kvm_run;

/* Where each guest begins: 64-bit mode, with the page tables that floor.c builds at 0x2000. */
struct fork_origin {
    int kvm;     /* /dev/kvm */
    int memory;  /* a file with what guest memory holds, from its start */
    size_t size; /* bytes of it, at guest-physical 0 */
    uint64_t rip;
    uint64_t rsp;
};

struct fork_vm {
    int vm;
    int vcpu;
    unsigned char* memory;
    size_t memory_size;
    struct kvm_run* run;
    size_t run_size;
};

/* A machine whose memory is mapped privately from the origin's, run to its HLT. */
void fork_to_first_exit(const struct fork_origin* origin, struct fork_vm* vm);
void fork_destroy(struct fork_vm* vm);

/* Copies `count` pages of 4 KiB from the origin's memory, one after another from `at` on, over those of the machine. */
void fork_copy_back(const struct fork_origin* origin, struct fork_vm* vm, uint64_t at, size_t count);

#ifdef __cplusplus
}
#endif

#endif
