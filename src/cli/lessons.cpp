#include "cli/lessons.hpp"

#include <algorithm>
#include <array>

namespace husk::cli {

namespace {

constexpr auto kLessons = std::to_array<Lesson>({
    {"/dev/kvm", "a device by which any process that may open it makes virtual machines: the kernel's own, no daemon, no root",
     "--engine auto runs guests on it", "the software engine runs every guest; a program has one thread there, and no AVX"},
    {"KVM API", "the version of the interface; what came after it is asked for by capabilities",
     "12, since Linux 2.6.22: the one that Husk knows", "another one is refused by name; --engine soft runs guests"},
    {"kind of KVM", "who executes the guest: found out by one that uses the x87 at ring 0, which no emulator of KVM's knows",
     "VT-x or AMD-V: the processor, all rings at its speed",
     "neither: the processor at ring 3, KVM's emulator at ring 0. A program (husk run) is at ring 3 but for its stubs, and as "
     "fast as elsewhere; an image (husk boot) is interpreted while it is at ring 0"},
    {"all instructions at ring 0",
     "KVM's emulator is for what a device needs: moves, arithmetic, IN and OUT, not x87, SSE or INT n",
     "an image may use what its CPUID shows",
     "at an instruction that it does not know the machine moves to the software engine, registers, memory and all, and goes on; "
     "with --engine kvm it ends with status 105, and the instruction is named"},
    {"32-bit paging", "page tables outside long mode, 32-bit and PAE: found out by a guest of one HLT that has them on",
     "husk boot --mode paged, and kernels of 32 bits, run on KVM",
     "they would end in a triple fault at their first instruction, so --engine auto does not try: the software engine runs them"},
    {"KVM_CAP_USER_MEMORY", "guest memory is a range of this process's addresses (KVM_SET_USER_MEMORY_REGION)",
     "nothing is copied, and a page that nobody has touched is not there",
     "no KVM engine: every guest runs on the software engine"},
    {"KVM_CAP_EXT_CPUID", "KVM tells what of the processor it can show a guest (KVM_GET_SUPPORTED_CPUID)",
     "a guest's CPUID shows that, long mode among it", "no KVM engine: every guest runs on the software engine"},
    {"KVM_CAP_SET_TSS_ADDR", "three pages of guest-physical addresses that older VT-x needs to show a guest real mode",
     "they are put just below 4 GiB, out of the guest's way", "no KVM engine: every guest runs on the software engine"},
    {"KVM_CAP_IMMEDIATE_EXIT", "KVM_RUN that completes a pending IN or OUT, and comes back before the next instruction",
     "registers are exact after any exit: to be inspected, frozen, looked at by GDB",
     "no KVM engine: every guest runs on the software engine"},
    {"KVM_CAP_COALESCED_PIO", "the kernel gathers bytes that go to a port, in a page that it shares with Husk",
     "what a guest prints is an exit now and then", "an exit for each byte: the same output, slower"},
    {"KVM_CAP_COALESCED_MMIO",
     "where the page of gathered bytes is, counted from the run page; writes to device addresses could go there, too",
     "Husk reads it at the next exit, and every 20 ms while there is none", "as without KVM_CAP_COALESCED_PIO"},
    {"KVM_CAP_SYNC_REGS", "registers lie in the run page, beside the reason of the exit",
     "Husk reads and sets them there: an exit is one request", "KVM_GET_REGS, KVM_SET_REGS and their like: a request each time"},
    {"KVM_CAP_XSAVE2", "how many bytes the vector registers may have, where that can be more than KVM_GET_XSAVE's 4 KiB (AMX)",
     "they are frozen, thawed and handed on whole", "KVM_GET_XSAVE's 4 KiB, which hold all up to AVX-512"},
    {"KVM_CAP_NR_MEMSLOTS", "how many pieces of memory a machine may have",
     "a program is given its terabyte in windows of 16 MiB, a slot each, when it first comes there",
     "KVM does not tell, and refuses the slot that is too many"},
    {"software engine", "a processor made of software: Unicorn, which is QEMU's; it translates the guest's code block by block",
     "what KVM cannot run, or where there is none, runs all the same",
     "what KVM cannot run is refused, and Husk says what that is"},
    {"KSM", "a thread of the kernel's finds pages with equal contents among those offered (MADV_MERGEABLE), and keeps one of them",
     "guests of a kind share most of their memory",
     "each has pages of its own; what was frozen once is shared by its thaws as ever"},
    {"huge pages", "memory by 2 MiB, not by 4 KiB: a page fault where there were 512",
     "asked for by --hugepages, and for large mappings of programs", "by 4 KiB: the same, slower when it is first touched"},
    {"Landlock", "the kernel keeps this process from all files but those that it has named, for good",
     "husk run does that before the program's first instruction: who breaks out of the machine finds what was granted, and no more",
     "grants are still checked path by path, by Husk alone, which says so; --require-sandbox does not start"},
    {"seccomp", "a filter of the system calls that this process may make, for good",
     "husk run has one, of what it needs to serve a program", "Husk says so, and does without; --require-sandbox does not start"},
});

struct Meaning {
    std::string_view state, words;
};
constexpr auto kMeanings = std::to_array<Meaning>({
    {"ring 3 only", "KVM's emulator, which runs ring 0, does not know it; the processor, which runs ring 3, does"},
    {"yes, not in CPUID", "it works, but a guest that asks CPUID first will not use it"},
    {"ring 3 only, not in CPUID", "both of these"},
    {"yes, but stays at ring 3", "SYSCALL comes to its handler, which runs at ring 3: Husk's lies where ring 3 may execute it"},
    {"no", "a guest that uses it gets an exception, or --engine auto takes the other engine"},
    {"no, though in CPUID", "a defect"},
});

}  // namespace

const Lesson* lesson_of(std::string_view subject)
{
    const auto* const found = std::ranges::find(kLessons, subject, &Lesson::subject);
    return found == kLessons.end() ? nullptr : found;
}

std::string_view meaning_of(std::string_view state)
{
    const auto* const found = std::ranges::find(kMeanings, state, &Meaning::state);
    return found == kMeanings.end() ? std::string_view{} : found->words;
}

}  // namespace husk::cli
