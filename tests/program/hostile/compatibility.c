// 32-bit code by a far jump: SYSCALL, SYSENTER and INT 0x80 there lead to no system call and to no ring but 3.
#include "hostile.h"

extern char code_32[], code_32_end[];
__asm__(
    ".pushsection .text\n.code32\ncode_32:\n movl $20, %eax\n cmpl $1, %ebx\n je 1f\n cmpl $2, %ebx\n je 2f\n int $0x80\n ud2\n"
    "1: syscall\n ud2\n2: movl %esp, %ebp\n sysenter\n ud2\ncode_32_end:\n.code64\n.popsection");

static void caught(int signal, siginfo_t* info, void* context)
{
    (void)signal, (void)info, (void)context;
    _exit(40);
}

int main(int argc, char** argv)
{
    CHECK(argc == 3);
    char* low =
        mmap((void*)0x20000000, 4 * kPage, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    CHECK(low != MAP_FAILED);
    memcpy(low, code_32, (size_t)(code_32_end - code_32));
    const struct {
        uint32_t offset;
        uint16_t selector;
    } target = {0x20000000, 0x23};
    static char stack[65536];
    const stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
    CHECK_OK(sigaltstack(&alternate, NULL));
    for (int signal = 1; signal < 32; ++signal)
        if (signal != SIGKILL && signal != SIGSTOP) handle(signal, caught, SA_ONSTACK);
    __asm__ volatile("movl %0, %%ebx; movq %1, %%rsp; ljmp *%2"
                     :
                     : "r"(atoi(argv[2])), "r"(0x20000000UL + 4 * kPage - 64), "m"(target)
                     : "rbx", "memory");
    return 3;
}
