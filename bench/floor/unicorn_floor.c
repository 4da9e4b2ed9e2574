#include "unicorn_floor.h"

#include <err.h>
#include <string.h>
#include <sys/mman.h>
#include <unicorn/unicorn.h>

/* Page table entries and registers: Intel SDM Vol. 3A, "4-Level Paging" (4.5) and "Control Registers" (2.5). */
enum { PRESENT = 1 << 0, WRITABLE = 1 << 1, USER = 1 << 2, PAGE_2M = 1 << 7 };
enum { CR0_PE = 1 << 0, CR0_MP = 1 << 1, CR0_ET = 1 << 4, CR0_NE = 1 << 5, CR0_WP = 1 << 16, CR0_AM = 1 << 18 };
enum { CR4_PAE = 1 << 5 };
#define CR0_PG (1ull << 31)

enum { TOP_TABLE = 0x2000, POINTER_TABLE = 0x3000, DIRECTORY = 0x4000 }; /* guest-physical */
enum { LARGE_PAGE = 2 << 20, DEVICE_SIZE = 0x1000 };

static void need(uc_err result, const char* call)
{
    if (result != UC_ERR_OK) errx(1, "%s: %s", call, uc_strerror(result));
}

static void on_out(uc_engine* engine, uint32_t port, int size, uint32_t value, void* user)
{
    struct unicorn_floor* vm = user;
    struct floor_console* console = vm->console;
    (void)engine;
    ++vm->exits;
    if (port == FLOOR_CONSOLE_PORT && (size_t)size <= console->capacity - console->used) {
        memcpy(console->bytes + console->used, &value, (size_t)size);
        console->used += (size_t)size;
    }
}

static uint32_t on_in(uc_engine* engine, uint32_t port, int size, void* user)
{
    struct unicorn_floor* vm = user;
    (void)engine, (void)port, (void)size;
    ++vm->exits;
    return UINT32_MAX;
}

static uint64_t on_read(uc_engine* engine, uint64_t offset, unsigned size, void* user)
{
    struct unicorn_floor* vm = user;
    (void)engine, (void)offset, (void)size;
    ++vm->exits;
    return UINT64_MAX;
}

static void on_write(uc_engine* engine, uint64_t offset, unsigned size, uint64_t value, void* user)
{
    struct unicorn_floor* vm = user;
    (void)engine, (void)offset, (void)size, (void)value;
    ++vm->exits;
}

void unicorn_floor_create(struct unicorn_floor* vm)
{
    need(uc_open(UC_ARCH_X86, UC_MODE_64, &vm->engine), "uc_open");
    vm->memory = mmap(NULL, FLOOR_MEMORY_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (vm->memory == MAP_FAILED) err(1, "mmap of guest memory");
    need(uc_mem_map_ptr(vm->engine, 0, FLOOR_MEMORY_SIZE, UC_PROT_ALL, vm->memory), "uc_mem_map_ptr");
    need(uc_mmio_map(vm->engine, UNICORN_FLOOR_DEVICE_AT, DEVICE_SIZE, on_read, vm, on_write, vm), "uc_mmio_map");

    uc_hook in, out;
    need(uc_hook_add(vm->engine, &out, UC_HOOK_INSN, (void*)(uintptr_t)on_out, vm, 1, 0, UC_X86_INS_OUT), "uc_hook_add");
    need(uc_hook_add(vm->engine, &in, UC_HOOK_INSN, (void*)(uintptr_t)on_in, vm, 1, 0, UC_X86_INS_IN), "uc_hook_add");
}

/* The first 4 MiB mapped to themselves by two large pages: memory, and what follows it. */
static void build_page_tables(unsigned char* memory)
{
    *(uint64_t*)(memory + TOP_TABLE) = POINTER_TABLE | PRESENT | WRITABLE | USER;
    *(uint64_t*)(memory + POINTER_TABLE) = DIRECTORY | PRESENT | WRITABLE | USER;
    uint64_t* directory = (uint64_t*)(memory + DIRECTORY);
    directory[0] = 0 | PRESENT | WRITABLE | USER | PAGE_2M;
    directory[1] = LARGE_PAGE | PRESENT | WRITABLE | USER | PAGE_2M;
}

static void set(struct unicorn_floor* vm, int reg, uint64_t value)
{
    need(uc_reg_write(vm->engine, reg, &value), "uc_reg_write");
}

void unicorn_floor_load(struct unicorn_floor* vm, const void* guest, size_t size)
{
    memcpy(vm->memory, guest, size);
    build_page_tables(vm->memory);
    set(vm, UC_X86_REG_CR3, TOP_TABLE);
    set(vm, UC_X86_REG_CR4, CR4_PAE);
    set(vm, UC_X86_REG_CR0, CR0_PE | CR0_MP | CR0_ET | CR0_NE | CR0_WP | CR0_AM | CR0_PG);
    set(vm, UC_X86_REG_RSP, FLOOR_MEMORY_SIZE);
    set(vm, UC_X86_REG_RFLAGS, 2 /* the bit that is always 1 */);
}

uint64_t unicorn_floor_run(struct unicorn_floor* vm, struct floor_console* console)
{
    vm->console = console;
    vm->exits = 1; /* HLT, at which uc_emu_start returns */
    need(uc_emu_start(vm->engine, 0, UINT64_MAX, 0, 0), "uc_emu_start");
    return vm->exits;
}

bool unicorn_floor_answered(const struct unicorn_floor* vm)
{
    uint64_t rax, answer;
    need(uc_reg_read(vm->engine, UC_X86_REG_RAX, &rax), "uc_reg_read");
    memcpy(&answer, vm->memory + FLOOR_ANSWER_AT, sizeof answer);
    return rax == FLOOR_ANSWER && answer == FLOOR_ANSWER;
}

void unicorn_floor_destroy(struct unicorn_floor* vm)
{
    uc_close(vm->engine);
    munmap(vm->memory, FLOOR_MEMORY_SIZE);
}

bool unicorn_floor_life(const void* guest, size_t size, struct floor_console* console)
{
    struct unicorn_floor vm;
    unicorn_floor_create(&vm);
    unicorn_floor_load(&vm, guest, size);
    unicorn_floor_run(&vm, console);
    const bool answered = unicorn_floor_answered(&vm);
    unicorn_floor_destroy(&vm);
    return answered;
}
