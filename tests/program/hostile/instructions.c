// What ring 3 must not do, or does oddly: each instruction ends in the same signal as natively, or returns as natively. One line
// each, which the test compares with a native run.
#include "hostile.h"

#include <setjmp.h>

static sigjmp_buf back;
static volatile long returned;
static char buffer[8192] __attribute__((aligned(4096)));

static void caught(int signal, siginfo_t* info, void* context)
{
    (void)info, (void)context;
    siglongjmp(back, signal);
}

static void attempt(const char* name, void (*what)(void))
{
    returned = 0;
    const int signal = sigsetjmp(back, 1);
    // Flags that the attempt may have left, and what signal handlers and libraries count on.
    __asm__ volatile("pushq $0x202; popfq" ::: "cc", "memory");
    const unsigned usual = 0x1F80;
    __asm__ volatile("ldmxcsr %0; cld" ::"m"(usual));
    if (signal == 0) {
        what();
        __asm__ volatile("pushq $0x202; popfq" ::: "cc", "memory");
        __asm__ volatile("ldmxcsr %0; cld" ::"m"(usual));
        printf("%s: returned %ld\n", name, returned);
    } else {
        printf("%s: signal %d\n", name, signal);
    }
    fflush(stdout);
}

#define INSTRUCTION(name, text)                                                             \
    static void name(void)                                                                  \
    {                                                                                       \
        __asm__ volatile(text ::"a"(0), "d"(0x20), "c"(0), "D"(buffer), "S"(buffer), "b"(0) \
                         : "memory", "cc", "r8", "r9", "r10", "r11");                       \
    }

INSTRUCTION(hlt, "hlt")
INSTRUCTION(cli, "cli")
INSTRUCTION(sti, "sti")
INSTRUCTION(out_exception_port, "outb %%al, $0x20")
INSTRUCTION(out_dx, "outb %%al, %%dx")
INSTRUCTION(out_80, "outb %%al, $0x80")
INSTRUCTION(out_word, "outl %%eax, $0x10")
INSTRUCTION(out_word_across, "movl $0xF, %%edx; outw %%ax, %%dx")
INSTRUCTION(in_80, "inb $0x80, %%al")
INSTRUCTION(outs, "outsb")
INSTRUCTION(ins, "insb")
INSTRUCTION(int3_, "int3")
INSTRUCTION(icebp, ".byte 0xF1")
INSTRUCTION(int_0, "int $0")
INSTRUCTION(int_8, "int $8")
INSTRUCTION(int_14, "int $14")
INSTRUCTION(int_32, "int $32")
INSTRUCTION(int_ff, "int $0xFF")
INSTRUCTION(int_4, "int $4")
INSTRUCTION(ud2, "ud2")
INSTRUCTION(ud1, "ud1 %%eax, %%ecx")
INSTRUCTION(lock_nop, ".byte 0xF0, 0x90")
INSTRUCTION(sysexit, "sysexitl")
INSTRUCTION(sysretq, "sysretq")
INSTRUCTION(sysretl, "sysretl")
INSTRUCTION(rdmsr, "movl $0xC0000082, %%ecx; rdmsr")
INSTRUCTION(wrmsr, "movl $0xC0000082, %%ecx; wrmsr")
INSTRUCTION(lgdt, "lgdt (%%rdi)")
INSTRUCTION(lidt, "lidt (%%rdi)")
INSTRUCTION(lldt, "lldt %%ax")
INSTRUCTION(ltr, "ltr %%ax")
INSTRUCTION(lmsw, "lmsw %%ax")
INSTRUCTION(clts, "clts")
INSTRUCTION(invlpg, "invlpg (%%rdi)")
INSTRUCTION(invd, "invd")
INSTRUCTION(wbinvd, "wbinvd")
INSTRUCTION(swapgs, "swapgs")
INSTRUCTION(read_cr0, "movq %%cr0, %%rax")
INSTRUCTION(write_cr0, "movq %%rax, %%cr0")
INSTRUCTION(read_cr3, "movq %%cr3, %%rax")
INSTRUCTION(write_cr3, "movq %%rax, %%cr3")
INSTRUCTION(read_cr8, "movq %%cr8, %%rax")
INSTRUCTION(read_dr7, "movq %%db7, %%rax")
INSTRUCTION(write_dr0, "movq %%rax, %%db0")
INSTRUCTION(xsetbv, "xsetbv")
INSTRUCTION(ds_kernel, "movl $0x10, %%eax; movl %%eax, %%ds")
INSTRUCTION(ds_user, "movl $0x2B, %%eax; movl %%eax, %%ds")
INSTRUCTION(ds_null, "movl $0, %%eax; movl %%eax, %%ds")
INSTRUCTION(ds_code, "movl $0x33, %%eax; movl %%eax, %%ds")
INSTRUCTION(ds_beyond, "movl $0xFFF8, %%eax; movl %%eax, %%ds")
INSTRUCTION(es_tss, "movl $0x43, %%eax; movl %%eax, %%es")
INSTRUCTION(ss_null, "movl $0, %%eax; movl %%eax, %%ss")
INSTRUCTION(ss_kernel, "movl $0x18, %%eax; movl %%eax, %%ss")
INSTRUCTION(ss_user, "movl $0x2B, %%eax; movl %%eax, %%ss")
INSTRUCTION(cs_move, ".byte 0x8E, 0xC8")
INSTRUCTION(fs_kernel, "movl $0x10, %%eax; movl %%eax, %%gs")
INSTRUCTION(pop_gs_null, "pushq $0; popq %%gs")
INSTRUCTION(far_call_kernel, "movq $0x1000000000, %%rax; pushq $0x10; pushq %%rax; lcall *(%%rsp)")
INSTRUCTION(far_jump_null, "pushq $0; pushq $0; ljmp *(%%rsp)")
INSTRUCTION(far_jump_data, "pushq $0x2B; pushq $0; ljmp *(%%rsp)")
INSTRUCTION(far_jump_tss, "pushq $0x40; pushq $0; ljmp *(%%rsp)")
INSTRUCTION(far_return_kernel, "pushq $0x10; pushq $0; lretq")
INSTRUCTION(iret_kernel, "pushq $0x18; pushq %%rsp; pushq $0x202; pushq $0x10; pushq $0; iretq")
INSTRUCTION(iret_null, "pushq $0; pushq %%rsp; pushq $0x202; pushq $0; pushq $0; iretq")
INSTRUCTION(iret_noncanonical,
            "movq $0x8000000000000000, %%rax; pushq $0x2B; pushq %%rsp; pushq $0x202; pushq $0x33; pushq %%rax; iretq")
INSTRUCTION(iret_user,
            "leaq 1f(%%rip), %%rax; movq %%rsp, %%rdx; pushq $0x2B; pushq %%rdx; pushq $0x202; pushq $0x33; pushq %%rax; "
            "iretq; 1:")
INSTRUCTION(jump_null, "xorl %%eax, %%eax; jmp *%%rax")
INSTRUCTION(jump_noncanonical, "movq $0x8000000000000000, %%rax; jmp *%%rax")
INSTRUCTION(jump_upper, "movq $0xFFFF800000000000, %%rax; jmp *%%rax")
INSTRUCTION(jump_edge, "movq $0x7FFFFFFFFFFF, %%rax; jmp *%%rax")
INSTRUCTION(jump_tables, "movq $0xFFFF000000, %%rax; jmp *%%rax")
INSTRUCTION(jump_gdt, "movq $0xFFFF004000, %%rax; jmp *%%rax")
INSTRUCTION(jump_exception_stub, "movq $0xFFFF006000, %%rax; jmp *%%rax")
INSTRUCTION(jump_tss, "movq $0xFFFF010000, %%rax; jmp *%%rax")
INSTRUCTION(jump_beyond, "movq $0x10000000000, %%rax; jmp *%%rax")
INSTRUCTION(read_tables, "movq $0xFFFF000000, %%rax; movq (%%rax), %%rax")
INSTRUCTION(read_directories, "movq $0xFFFF200000, %%rax; movq (%%rax), %%rax")
INSTRUCTION(read_own_end, "movq $0xFFFF600000, %%rax; movq (%%rax), %%rax")
INSTRUCTION(read_tss, "movq $0xFFFF010000, %%rax; movq (%%rax), %%rax")
INSTRUCTION(read_beyond, "movq $0x10000000000, %%rax; movq (%%rax), %%rax")
INSTRUCTION(write_tables, "movq $0xFFFF000000, %%rdx; movq %%rax, (%%rdx)")
INSTRUCTION(write_directories, "movq $0xFFFF200000, %%rdx; movq %%rax, (%%rdx)")
INSTRUCTION(write_gdt, "movq $0xFFFF004000, %%rdx; movq %%rax, (%%rdx)")
INSTRUCTION(write_stub, "movq $0xFFFF007000, %%rdx; movq %%rax, (%%rdx)")
INSTRUCTION(write_vdso_area, "movq $0xFFFE800000, %%rdx; movq %%rax, (%%rdx)")
INSTRUCTION(read_noncanonical, "movq $0x8000000000000000, %%rax; movq (%%rax), %%rax")
INSTRUCTION(push_noncanonical, "movq %%rsp, %%r8; movq $0x8000000000000000, %%rsp; movq %%r8, %%rbx; pushq %%rax; movq %%r8, %%rsp")
INSTRUCTION(wrfsbase_upper, "movq $0x8000000000000000, %%rax; wrgsbase %%rax")
INSTRUCTION(movaps_odd, "movaps 1(%%rdi), %%xmm0")
INSTRUCTION(divide_zero, "xorl %%ecx, %%ecx; divl %%ecx")
INSTRUCTION(divide_overflow, "movl $0x80000000, %%eax; cltd; movl $-1, %%ecx; idivl %%ecx")
INSTRUCTION(mxcsr_reserved, "movl $0xFFFFFFFF, (%%rdi); ldmxcsr (%%rdi)")
INSTRUCTION(mxcsr_all, "movl $0xFFFF, (%%rdi); ldmxcsr (%%rdi); movl $0x1F80, (%%rdi); ldmxcsr (%%rdi)")
INSTRUCTION(fxrstor_garbage, "movl $0xFFFFFFFF, 24(%%rdi); fxrstor (%%rdi)")
INSTRUCTION(xrstor_garbage, "movq $-1, 512(%%rdi); movl $-1, %%eax; movl $-1, %%edx; xrstor (%%rdi)")
INSTRUCTION(popf_all, "pushq $0x3FFED7; popfq; pushq $0x202; popfq")
INSTRUCTION(popf_trap, "pushq $0x302; popfq; nop; nop")
INSTRUCTION(alignment, "pushq $0x40202; popfq; movl 1(%%rdi), %%eax; pushq $0x202; popfq")

/// A call of getppid; returned is 1 if it answered as always.
#define CALL(name, before, after)                                                                                              \
    static void name(void)                                                                                                     \
    {                                                                                                                          \
        long result = SYS_getuid;                                                                                              \
        __asm__ volatile(before "\n syscall \n" after : "+a"(result)::"rcx", "r11", "r8", "r9", "r12", "r13", "memory", "cc"); \
        returned = result == (long)getuid();                                                                                   \
    }
CALL(call_without_stack, "movq %%rsp, %%r12; xorl %%esp, %%esp", "movq %%r12, %%rsp")
CALL(call_stack_noncanonical, "movq %%rsp, %%r12; movq $0x8000000000000000, %%rsp", "movq %%r12, %%rsp")
CALL(call_stack_of_husk, "movq %%rsp, %%r12; movq $0xFFFF010FF8, %%rsp", "movq %%r12, %%rsp")
CALL(call_stack_in_kernel, "movq %%rsp, %%r12; movq $0xFFFFFFFF80000000, %%rsp", "movq %%r12, %%rsp")
CALL(call_backwards, "std", "cld")
CALL(call_aligned, "pushq $0x40202; popfq", "pushq $0x202; popfq")
CALL(call_nested_flag, "pushq $0x4202; popfq", "pushq $0x202; popfq")
CALL(call_high_number, "movq $0x7777777700000000, %%r8; orq %%r8, %%rax", "")
CALL(call_other_number, "movl $0xFFFFFFFF, %%eax", "cmpq $-38, %%rax; jne 1f; movq %%rax, %%r8; xorl %%eax, %%eax; 1:")
CALL(call_x32_number, "movl $0x40000066, %%eax", "cmpq $-38, %%rax; jne 1f; xorl %%eax, %%eax; 1:")

/// TF at SYSCALL: a trap after it, or none, but the guest goes on.
static volatile sig_atomic_t traps;
static void count_trap(int signal, siginfo_t* info, void* context)
{
    (void)signal, (void)info, (void)context;
    ++traps;
}
static void call_stepped(void)
{
    handle(SIGTRAP, count_trap, 0);
    traps = 0;
    long result = SYS_getuid;
    __asm__ volatile("pushq $0x302; popfq; syscall; nop; pushq $0x202; popfq" : "+a"(result)::"rcx", "r11", "memory", "cc");
    returned = result == (long)getuid() && traps > 0;
    handle(SIGTRAP, caught, SA_ONSTACK | SA_NODEFER);
}

/// A handler that cannot be reached.
static void handler_nowhere(uint64_t at)
{
    struct {
        uint64_t handler, flags, restorer, mask;
    } action = {at, 0x04000000, 0x1000, 0};
    CHECK_OK(syscall(SYS_rt_sigaction, SIGUSR1, &action, NULL, 8L));
    raise(SIGUSR1);
}
static void handler_noncanonical(void)
{
    handler_nowhere(0x8000000000000000);
}
static void handler_upper(void)
{
    handler_nowhere(0xFFFF800000000000);
}
static void handler_tables(void)
{
    handler_nowhere(HUSK_OWN);
}

#define ATTEMPT(name) attempt(#name, name)

int main(void)
{
    static char stack[65536];
    const stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
    CHECK_OK(sigaltstack(&alternate, NULL));
    const int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGSYS};
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; ++i) handle(signals[i], caught, SA_ONSTACK | SA_NODEFER);
    ATTEMPT(hlt);
    ATTEMPT(cli);
    ATTEMPT(sti);
    ATTEMPT(out_exception_port);
    ATTEMPT(out_dx);
    ATTEMPT(out_80);
    ATTEMPT(out_word);
    ATTEMPT(out_word_across);
    ATTEMPT(in_80);
    ATTEMPT(outs);
    ATTEMPT(ins);
    ATTEMPT(int3_);
    ATTEMPT(icebp);
    ATTEMPT(int_0);
    ATTEMPT(int_8);
    ATTEMPT(int_14);
    ATTEMPT(int_32);
    ATTEMPT(int_ff);
    ATTEMPT(int_4);
    ATTEMPT(ud2);
    ATTEMPT(ud1);
    ATTEMPT(lock_nop);
    ATTEMPT(sysexit);
    ATTEMPT(sysretq);
    ATTEMPT(sysretl);
    ATTEMPT(rdmsr);
    ATTEMPT(wrmsr);
    ATTEMPT(lgdt);
    ATTEMPT(lidt);
    ATTEMPT(lldt);
    ATTEMPT(ltr);
    ATTEMPT(lmsw);
    ATTEMPT(clts);
    ATTEMPT(invlpg);
    ATTEMPT(invd);
    ATTEMPT(wbinvd);
    ATTEMPT(swapgs);
    ATTEMPT(read_cr0);
    ATTEMPT(write_cr0);
    ATTEMPT(read_cr3);
    ATTEMPT(write_cr3);
    ATTEMPT(read_cr8);
    ATTEMPT(read_dr7);
    ATTEMPT(write_dr0);
    ATTEMPT(xsetbv);
    ATTEMPT(ds_kernel);
    ATTEMPT(ds_user);
    ATTEMPT(ds_null);
    ATTEMPT(ds_code);
    ATTEMPT(ds_beyond);
    ATTEMPT(es_tss);
    ATTEMPT(ss_null);
    ATTEMPT(ss_kernel);
    ATTEMPT(ss_user);
    ATTEMPT(cs_move);
    ATTEMPT(fs_kernel);
    ATTEMPT(pop_gs_null);
    ATTEMPT(far_call_kernel);
    ATTEMPT(far_jump_null);
    ATTEMPT(far_jump_data);
    ATTEMPT(far_jump_tss);
    ATTEMPT(far_return_kernel);
    ATTEMPT(iret_kernel);
    ATTEMPT(iret_null);
    ATTEMPT(iret_noncanonical);
    ATTEMPT(iret_user);
    ATTEMPT(jump_null);
    ATTEMPT(jump_noncanonical);
    ATTEMPT(jump_upper);
    ATTEMPT(jump_edge);
    ATTEMPT(jump_tables);
    ATTEMPT(jump_gdt);
    ATTEMPT(jump_exception_stub);
    ATTEMPT(jump_tss);
    ATTEMPT(jump_beyond);
    ATTEMPT(read_tables);
    ATTEMPT(read_directories);
    ATTEMPT(read_own_end);
    ATTEMPT(read_tss);
    ATTEMPT(read_beyond);
    ATTEMPT(write_tables);
    ATTEMPT(write_directories);
    ATTEMPT(write_gdt);
    ATTEMPT(write_stub);
    ATTEMPT(write_vdso_area);
    ATTEMPT(read_noncanonical);
    ATTEMPT(push_noncanonical);
    ATTEMPT(wrfsbase_upper);
    ATTEMPT(movaps_odd);
    ATTEMPT(divide_zero);
    ATTEMPT(divide_overflow);
    ATTEMPT(mxcsr_reserved);
    ATTEMPT(mxcsr_all);
    ATTEMPT(fxrstor_garbage);
    ATTEMPT(xrstor_garbage);
    ATTEMPT(popf_all);
    ATTEMPT(popf_trap);
    ATTEMPT(alignment);
    ATTEMPT(call_without_stack);
    ATTEMPT(call_stack_noncanonical);
    ATTEMPT(call_stack_of_husk);
    ATTEMPT(call_stack_in_kernel);
    ATTEMPT(call_backwards);
    ATTEMPT(call_aligned);
    ATTEMPT(call_nested_flag);
    ATTEMPT(call_high_number);
    ATTEMPT(call_other_number);
    ATTEMPT(call_x32_number);
    ATTEMPT(call_stepped);
    ATTEMPT(handler_noncanonical);
    ATTEMPT(handler_upper);
    ATTEMPT(handler_tables);
    return 0;
}
