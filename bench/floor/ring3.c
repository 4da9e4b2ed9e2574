#include "ring3.h"

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
enum { PRESENT = 1 << 0, WRITABLE = 1 << 1, USER = 1 << 2, ACCESSED = 1 << 5, DIRTY = 1 << 6, PAGE_2M = 1 << 7 };
enum { CR0_PE = 1 << 0, CR0_MP = 1 << 1, CR0_ET = 1 << 4, CR0_NE = 1 << 5, CR0_WP = 1 << 16, CR0_AM = 1 << 18 };
enum { CR4_PAE = 1 << 5, EFER_LME = 1 << 8, EFER_LMA = 1 << 10 };
#define CR0_PG (1ull << 31)

/* Where things are, virtually and physically. A processor that is shown no CPUID has 36 bits of physical address. */
#define MIB (1ull << 20)
#define GIB (1ull << 30)
#define CODE 0x400000ull
#define STACK_TOP (48 * GIB)
#define TABLES (64 * GIB - 16 * MIB)
static const struct {
    uint64_t at;
    uint64_t size;
} parts[RING3_PARTS] = {{0, 16 * MIB}, {STACK_TOP - 16 * MIB, 16 * MIB}, {TABLES, 6 * MIB}};

/* In the tables' part. */
enum { PML4 = 0, PDPT = 0x1000, PD_CODE = 0x2000, PD_STACK = 0x3000, PD_TABLES = 0x4000, TSS = 0x5000 };
enum { PORT = 0x10 };

/* Three pages below 4 GiB that Intel processors need for real mode, out of the guest's way. */
#define TSS_ADDRESS 0xfffbd000ul

static void* map(size_t size, int protection, int flags, int fd, uint64_t offset)
{
    return need_memory(mmap(NULL, size, protection, flags, fd, (off_t)offset), "mmap");
}

/* Of a file that holds the parts one after another; of nothing if `file` is -1. */
static void create_memory(struct ring3_vm* vm, int file)
{
    uint64_t offset = 0;
    for (uint32_t i = 0; i < RING3_PARTS; ++i) {
        const int flags = MAP_PRIVATE | MAP_NORESERVE | (file < 0 ? MAP_ANONYMOUS : 0);
        vm->parts[i] = map(parts[i].size, PROT_READ | PROT_WRITE, flags, file, offset);
        offset += parts[i].size;
        const struct kvm_userspace_memory_region slot = {
            .slot = i,
            .guest_phys_addr = parts[i].at,
            .memory_size = parts[i].size,
            .userspace_addr = (uintptr_t)vm->parts[i],
        };
        need(ioctl(vm->vm, KVM_SET_USER_MEMORY_REGION, &slot), "KVM_SET_USER_MEMORY_REGION");
    }
}

static void set_entry(unsigned char* tables, uint64_t table, uint64_t index, uint64_t entry)
{
    memcpy(tables + table + index % 512 * sizeof entry, &entry, sizeof entry);
}

/* The code, the stack and the tables themselves, 2 MiB of each. */
static void build_page_tables(unsigned char* tables)
{
    const uint64_t table = PRESENT | WRITABLE | USER | ACCESSED;
    const uint64_t page = PRESENT | WRITABLE | ACCESSED | DIRTY | PAGE_2M;
    const uint64_t stack = STACK_TOP - 2 * MIB;
    set_entry(tables, PML4, 0, (TABLES + PDPT) | table);
    set_entry(tables, PDPT, 0, (TABLES + PD_CODE) | table);
    set_entry(tables, PDPT, stack / GIB, (TABLES + PD_STACK) | table);
    set_entry(tables, PDPT, TABLES / GIB, (TABLES + PD_TABLES) | table);
    set_entry(tables, PD_CODE, CODE / (2 * MIB), CODE | page | USER);
    set_entry(tables, PD_STACK, stack / (2 * MIB), stack | page | USER);
    set_entry(tables, PD_TABLES, TABLES / (2 * MIB), TABLES | page);
}

/* 64-bit Task State Segment, SDM Vol. 3A (7.7): the I/O map's offset at 102; in the map a clear bit lets a port through. */
enum { IO_MAP_BASE = 102, IO_MAP = 104, IO_MAP_SIZE = 5 };

static void build_tss(unsigned char* tss)
{
    const uint16_t base = IO_MAP;
    memcpy(tss + IO_MAP_BASE, &base, sizeof base);
    memset(tss + IO_MAP, 0xff, IO_MAP_SIZE);
    tss[IO_MAP + PORT / 8] &= (unsigned char)~(1u << PORT % 8);
}

static void enter_ring3(struct kvm_sregs* sregs)
{
    const struct kvm_segment code = {.limit = 0xffffffff,
                                     .selector = 0x33,
                                     .type = 11, /* code: execute, read, accessed */
                                     .present = 1,
                                     .dpl = 3,
                                     .s = 1,
                                     .l = 1,
                                     .g = 1};
    struct kvm_segment data = code;
    data.selector = 0x2b;
    data.type = 3; /* data: read, write, accessed */
    data.l = 0;
    data.db = 1;
    sregs->cs = code;
    sregs->ds = sregs->es = sregs->fs = sregs->gs = sregs->ss = data;
    sregs->tr = (struct kvm_segment){
        .base = TABLES + TSS, .limit = IO_MAP + IO_MAP_SIZE - 1, .selector = 0x40, .type = 11 /* busy TSS */, .present = 1};
    sregs->cr0 = CR0_PE | CR0_MP | CR0_ET | CR0_NE | CR0_WP | CR0_AM | CR0_PG;
    sregs->cr3 = TABLES + PML4;
    sregs->cr4 = CR4_PAE;
    sregs->efer = EFER_LME | EFER_LMA;
}

/* System registers by one request to have those that are not set here, then all by way of the run page with the first KVM_RUN. */
static void start_processor(struct ring3_vm* vm)
{
    need(ioctl(vm->vcpu, KVM_GET_SREGS, &vm->run->s.regs.sregs), "KVM_GET_SREGS");
    enter_ring3(&vm->run->s.regs.sregs);
    vm->run->s.regs.regs = (struct kvm_regs){.rip = CODE, .rsp = STACK_TOP, .rflags = 2 | 1 << 9 /* IF */};
    vm->run->kvm_valid_regs = KVM_SYNC_X86_REGS;
    vm->run->kvm_dirty_regs = KVM_SYNC_X86_REGS | KVM_SYNC_X86_SREGS;
}

static void fill_memory(struct ring3_vm* vm)
{
    static const unsigned char loop[] = {0x50, 0xe6, PORT, 0xeb, 0xfc}; /* push %rax; 1: out %al, $PORT; jmp 1b */
    memcpy(vm->parts[0] + CODE, loop, sizeof loop);
    build_page_tables(vm->parts[2]);
    build_tss(vm->parts[2] + TSS);
}

static void create(struct ring3_vm* vm, int file)
{
    vm->kvm = need(open("/dev/kvm", O_RDWR | O_CLOEXEC), "/dev/kvm");
    const int version = need(ioctl(vm->kvm, KVM_GET_API_VERSION, 0), "KVM_GET_API_VERSION");
    if (version != KVM_API_VERSION) errx(1, "KVM API version %d, not %d", version, KVM_API_VERSION);
    vm->vm = need(ioctl(vm->kvm, KVM_CREATE_VM, 0), "KVM_CREATE_VM");
    need(ioctl(vm->vm, KVM_SET_TSS_ADDR, TSS_ADDRESS), "KVM_SET_TSS_ADDR");
    create_memory(vm, file);
    if (file < 0) fill_memory(vm);
    vm->vcpu = need(ioctl(vm->vm, KVM_CREATE_VCPU, 0), "KVM_CREATE_VCPU");
    vm->run_size = (size_t)need(ioctl(vm->kvm, KVM_GET_VCPU_MMAP_SIZE, 0), "KVM_GET_VCPU_MMAP_SIZE");
    vm->run = map(vm->run_size, PROT_READ | PROT_WRITE, MAP_SHARED, vm->vcpu, 0);
    start_processor(vm);
}

void ring3_create(struct ring3_vm* vm)
{
    create(vm, -1);
}

void ring3_create_from(struct ring3_vm* vm, int memory)
{
    create(vm, memory);
}

int ring3_memory(void)
{
    struct ring3_vm vm;
    ring3_create(&vm);
    const int file = need(memfd_create("ring3", MFD_CLOEXEC), "memfd_create");
    for (int i = 0; i < RING3_PARTS; ++i)
        if (write(file, vm.parts[i], parts[i].size) != (ssize_t)parts[i].size) err(1, "write");
    ring3_destroy(&vm);
    return file;
}

void ring3_leave(struct ring3_vm* vm, uint64_t times)
{
    for (uint64_t i = 0; i < times; ++i) {
        while (ioctl(vm->vcpu, KVM_RUN, 0) < 0)
            if (errno != EINTR) err(1, "KVM_RUN");
        const struct kvm_run* const run = vm->run;
        if (run->exit_reason != KVM_EXIT_IO || run->io.port != PORT) errx(1, "KVM_RUN: exit reason %u", run->exit_reason);
        struct kvm_regs regs = run->s.regs.regs;
        regs.rax = i;
        vm->run->s.regs.regs = regs;
        vm->run->kvm_dirty_regs = KVM_SYNC_X86_REGS;
    }
}

void ring3_destroy(struct ring3_vm* vm)
{
    munmap(vm->run, vm->run_size);
    close(vm->vcpu);
    close(vm->vm);
    close(vm->kvm);
    for (int i = 0; i < RING3_PARTS; ++i) munmap(vm->parts[i], parts[i].size);
}

void ring3_life(void)
{
    struct ring3_vm vm;
    ring3_create(&vm);
    ring3_leave(&vm, 1);
    ring3_destroy(&vm);
}
