#include "floor.h"

#include "need.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

/* Page table entries and registers: Intel SDM Vol. 3A, "4-Level Paging" (4.5) and "Control Registers" (2.5). */
enum { PRESENT = 1 << 0, WRITABLE = 1 << 1, USER = 1 << 2, PAGE_2M = 1 << 7 };
enum { CR0_PE = 1 << 0, CR0_MP = 1 << 1, CR0_ET = 1 << 4, CR0_NE = 1 << 5, CR0_WP = 1 << 16, CR0_AM = 1 << 18 };
enum { CR4_PAE = 1 << 5, EFER_LME = 1 << 8, EFER_LMA = 1 << 10 };
#define CR0_PG (1ull << 31)

enum { TOP_TABLE = 0x2000, POINTER_TABLE = 0x3000, DIRECTORY = 0x4000 }; /* guest-physical */

/* Three pages below 4 GiB that Intel processors need for real mode, out of the guest's way. */
#define TSS_ADDRESS 0xfffbd000ul

static void create_memory(struct floor_vm* vm)
{
    vm->memory =
        need_memory(mmap(NULL, FLOOR_MEMORY_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0),
                    "mmap of guest memory");
    need(madvise(vm->memory, FLOOR_MEMORY_SIZE, MADV_MERGEABLE), "MADV_MERGEABLE");

    const struct kvm_userspace_memory_region slot = {
        .slot = 0,
        .guest_phys_addr = 0,
        .memory_size = FLOOR_MEMORY_SIZE,
        .userspace_addr = (uintptr_t)vm->memory,
    };
    need(ioctl(vm->vm, KVM_SET_USER_MEMORY_REGION, &slot), "KVM_SET_USER_MEMORY_REGION");
}

void floor_create(struct floor_vm* vm)
{
    vm->kvm = need(open("/dev/kvm", O_RDWR | O_CLOEXEC), "/dev/kvm");
    const int version = need(ioctl(vm->kvm, KVM_GET_API_VERSION, 0), "KVM_GET_API_VERSION");
    if (version != KVM_API_VERSION) errx(1, "KVM API version %d, not %d", version, KVM_API_VERSION);

    vm->vm = need(ioctl(vm->kvm, KVM_CREATE_VM, 0), "KVM_CREATE_VM");
    need(ioctl(vm->vm, KVM_SET_TSS_ADDR, TSS_ADDRESS), "KVM_SET_TSS_ADDR");
    create_memory(vm);

    vm->vcpu = need(ioctl(vm->vm, KVM_CREATE_VCPU, 0), "KVM_CREATE_VCPU");
    vm->run_size = (size_t)need(ioctl(vm->kvm, KVM_GET_VCPU_MMAP_SIZE, 0), "KVM_GET_VCPU_MMAP_SIZE");
    vm->run = need_memory(mmap(NULL, vm->run_size, PROT_READ | PROT_WRITE, MAP_SHARED, vm->vcpu, 0), "mmap of kvm_run");
}

/* One entry in each table: the first 2 MiB, mapped to themselves by a single large page. */
static void build_page_tables(unsigned char* memory)
{
    *(uint64_t*)(memory + TOP_TABLE) = POINTER_TABLE | PRESENT | WRITABLE | USER;
    *(uint64_t*)(memory + POINTER_TABLE) = DIRECTORY | PRESENT | WRITABLE | USER;
    *(uint64_t*)(memory + DIRECTORY) = 0 | PRESENT | WRITABLE | USER | PAGE_2M;
}

void floor_enter_long_mode(struct kvm_sregs* sregs)
{
    const struct kvm_segment code = {
        .base = 0,
        .limit = 0xffffffff,
        .selector = 1 << 3,
        .type = 11, /* code: execute, read, accessed */
        .present = 1,
        .s = 1,
        .l = 1,
        .g = 1,
    };
    struct kvm_segment data = code;
    data.selector = 2 << 3;
    data.type = 3; /* data: read, write, accessed */

    sregs->cs = code;
    sregs->ds = sregs->es = sregs->fs = sregs->gs = sregs->ss = data;
    sregs->cr0 = CR0_PE | CR0_MP | CR0_ET | CR0_NE | CR0_WP | CR0_AM | CR0_PG;
    sregs->cr3 = TOP_TABLE;
    sregs->cr4 = CR4_PAE;
    sregs->efer = EFER_LME | EFER_LMA;
}

void floor_load(struct floor_vm* vm, const void* guest, size_t size)
{
    memcpy(vm->memory, guest, size);
    build_page_tables(vm->memory);

    struct kvm_sregs sregs;
    need(ioctl(vm->vcpu, KVM_GET_SREGS, &sregs), "KVM_GET_SREGS");
    floor_enter_long_mode(&sregs);
    need(ioctl(vm->vcpu, KVM_SET_SREGS, &sregs), "KVM_SET_SREGS");

    const struct kvm_regs regs = {.rip = 0, .rsp = FLOOR_MEMORY_SIZE, .rflags = 2 /* the bit that is always 1 */};
    need(ioctl(vm->vcpu, KVM_SET_REGS, &regs), "KVM_SET_REGS");
}

/* What the guest wrote lies beside kvm_run: `count` items of `size` bytes. Reads are answered with all ones. */
static void serve_port(struct kvm_run* run, struct floor_console* console)
{
    unsigned char* data = (unsigned char*)run + run->io.data_offset;
    const size_t size = (size_t)run->io.size * run->io.count;
    if (run->io.direction == KVM_EXIT_IO_IN) {
        memset(data, 0xff, size);
    } else if (run->io.port == FLOOR_CONSOLE_PORT && size <= console->capacity - console->used) {
        memcpy(console->bytes + console->used, data, size);
        console->used += size;
    }
}

uint64_t floor_run(struct floor_vm* vm, struct floor_console* console)
{
    for (uint64_t exits = 1;; ++exits) {
        while (ioctl(vm->vcpu, KVM_RUN, 0) < 0)
            if (errno != EINTR) err(1, "KVM_RUN");
        switch (vm->run->exit_reason) {
            case KVM_EXIT_IO: serve_port(vm->run, console); break;
            case KVM_EXIT_HLT: return exits;
            default: errx(1, "KVM_RUN: exit reason %u", vm->run->exit_reason);
        }
    }
}

bool floor_answered(const struct floor_vm* vm)
{
    struct kvm_regs regs;
    need(ioctl(vm->vcpu, KVM_GET_REGS, &regs), "KVM_GET_REGS");
    uint64_t answer;
    memcpy(&answer, vm->memory + FLOOR_ANSWER_AT, sizeof answer);
    return regs.rax == FLOOR_ANSWER && answer == FLOOR_ANSWER;
}

void floor_destroy(struct floor_vm* vm)
{
    munmap(vm->run, vm->run_size);
    close(vm->vcpu);
    close(vm->vm);
    close(vm->kvm);
    munmap(vm->memory, FLOOR_MEMORY_SIZE);
}

bool floor_life(const void* guest, size_t size, struct floor_console* console)
{
    struct floor_vm vm;
    floor_create(&vm);
    floor_load(&vm, guest, size);
    floor_run(&vm, console);
    const bool answered = floor_answered(&vm);
    floor_destroy(&vm);
    return answered;
}
