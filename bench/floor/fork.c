#include "fork.h"

#include "floor.h"
#include "need.h"

#include <err.h>
#include <linux/kvm.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

enum { PAGE = 4096 };

static void map_memory(const struct fork_origin* origin, struct fork_vm* vm)
{
    vm->memory_size = origin->size;
    vm->memory = need_memory(mmap(NULL, origin->size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE, origin->memory, 0),
                             "mmap of guest memory");
    const struct kvm_userspace_memory_region slot = {
        .memory_size = origin->size,
        .userspace_addr = (uintptr_t)vm->memory,
    };
    need(ioctl(vm->vm, KVM_SET_USER_MEMORY_REGION, &slot), "KVM_SET_USER_MEMORY_REGION");
}

static void set_registers(const struct fork_origin* origin, const struct fork_vm* vm)
{
    struct kvm_sregs sregs;
    need(ioctl(vm->vcpu, KVM_GET_SREGS, &sregs), "KVM_GET_SREGS");
    floor_enter_long_mode(&sregs);
    need(ioctl(vm->vcpu, KVM_SET_SREGS, &sregs), "KVM_SET_SREGS");
    const struct kvm_regs regs = {.rip = origin->rip, .rsp = origin->rsp, .rflags = 2 /* the bit that is always 1 */};
    need(ioctl(vm->vcpu, KVM_SET_REGS, &regs), "KVM_SET_REGS");
}

void fork_to_first_exit(const struct fork_origin* origin, struct fork_vm* vm)
{
    vm->vm = need(ioctl(origin->kvm, KVM_CREATE_VM, 0), "KVM_CREATE_VM");
    map_memory(origin, vm);
    vm->vcpu = need(ioctl(vm->vm, KVM_CREATE_VCPU, 0), "KVM_CREATE_VCPU");
    vm->run_size = (size_t)need(ioctl(origin->kvm, KVM_GET_VCPU_MMAP_SIZE, 0), "KVM_GET_VCPU_MMAP_SIZE");
    vm->run = need_memory(mmap(NULL, vm->run_size, PROT_READ | PROT_WRITE, MAP_SHARED, vm->vcpu, 0), "mmap of kvm_run");
    set_registers(origin, vm);
    need(ioctl(vm->vcpu, KVM_RUN, 0), "KVM_RUN");
    if (vm->run->exit_reason != KVM_EXIT_HLT) errx(1, "KVM_RUN: exit reason %u", vm->run->exit_reason);
}

void fork_copy_back(const struct fork_origin* origin, struct fork_vm* vm, uint64_t at, size_t count)
{
    const size_t size = count * PAGE;
    if (pread(origin->memory, vm->memory + at, size, (off_t)at) != (ssize_t)size) err(1, "pread");
}

void fork_destroy(struct fork_vm* vm)
{
    munmap(vm->run, vm->run_size);
    close(vm->vcpu);
    close(vm->vm);
    munmap(vm->memory, vm->memory_size);
}
