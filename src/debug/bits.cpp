#include "debug/bits.hpp"

#include <fmt/format.h>

#include <array>
#include <bit>

namespace husk::debug {

namespace {

template <typename Bit>
constexpr NamedBit named(Bit bit, std::string_view name, std::string_view does)
{
    return {static_cast<std::uint64_t>(bit), name, does};
}

/// One that Husk neither sets nor looks at, by its number in the manual.
constexpr NamedBit named(int shift, std::string_view name, std::string_view does)
{
    return {1ull << shift, name, does};
}

using x86::Cr0;
using x86::Cr4;
using x86::Efer;
using x86::PageBit;
using x86::Rflags;

// SDM Vol. 3A, "Control Registers" (2.5).
constexpr std::array kCr0{
    named(Cr0::PE, "PE", "Protection Enable: segments are descriptors, and there are rings; without it the mode is real"),
    named(Cr0::MP, "MP", "Monitor Coprocessor: WAIT heeds TS"),
    named(Cr0::EM, "EM", "Emulation: x87 instructions raise #NM, SSE raises #UD"),
    named(Cr0::TS, "TS", "Task Switched: the next x87 or SSE instruction raises #NM"),
    named(Cr0::ET, "ET", "Extension Type: always 1 since the P6"),
    named(Cr0::NE, "NE", "Numeric Error: x87 errors are exceptions (#MF), not an external interrupt"),
    named(Cr0::WP, "WP", "Write Protect: ring 0, too, heeds read-only pages"),
    named(Cr0::AM, "AM", "Alignment Mask: RFLAGS.AC makes ring 3 fault where data is not aligned"),
    named(Cr0::NW, "NW", "Not Write-through"),
    named(Cr0::CD, "CD", "Cache Disable"),
    named(Cr0::PG, "PG", "Paging: addresses are translated by the tables at CR3"),
};

constexpr std::array kCr4{
    named(0, "VME", "virtual-8086 mode has virtual interrupts"),
    named(1, "PVI", "protected mode has virtual interrupts"),
    named(2, "TSD", "RDTSC is for ring 0 only"),
    named(3, "DE", "Debugging Extensions: DR4 and DR5 raise #UD"),
    named(Cr4::PSE, "PSE", "Page Size Extensions: 32-bit paging has 4 MiB pages"),
    named(Cr4::PAE, "PAE", "Physical Address Extension: page-table entries have 64 bits; long mode needs it"),
    named(6, "MCE", "Machine Check Enable: #MC is raised"),
    named(Cr4::PGE, "PGE", "Page Global Enable: GLOBAL pages stay in the TLB when CR3 is loaded"),
    named(8, "PCE", "RDPMC is for every ring"),
    named(Cr4::OSFXSR, "OSFXSR", "the OS saves SSE registers with FXSAVE; without it SSE raises #UD"),
    named(Cr4::OSXMMEXCPT, "OSXMMEXCPT", "the OS handles #XM, which SSE's errors raise"),
    named(11, "UMIP", "SGDT, SIDT, SLDT, SMSW and STR are for ring 0 only"),
    named(Cr4::LA57, "LA57", "5-level paging: linear addresses have 57 bits"),
    named(13, "VMXE", "VMX is enabled"),
    named(14, "SMXE", "SMX is enabled"),
    named(Cr4::FSGSBASE, "FSGSBASE", "RDFSBASE, WRFSBASE and their kin may be used, by every ring"),
    named(17, "PCIDE", "the low 12 bits of CR3 are a PCID, which tags TLB entries"),
    named(Cr4::OSXSAVE, "OSXSAVE", "XSAVE may be used, and XCR0 says for which registers; AVX needs it"),
    named(20, "SMEP", "ring 0 does not execute pages that ring 3 may use"),
    named(21, "SMAP", "ring 0 does not touch data in pages that ring 3 may use, unless RFLAGS.AC is set"),
    named(22, "PKE", "protection keys of pages that ring 3 may use"),
    named(23, "CET", "control-flow enforcement"),
    named(24, "PKS", "protection keys of pages for ring 0 only"),
};

// SDM Vol. 3A, "Extended Feature Enable Register" (2.2.1); the last two are AMD's, AMD64 APM Vol. 2 (3.1.7).
constexpr std::array kEfer{
    named(Efer::SCE, "SCE", "System Call Enable: SYSCALL and SYSRET may be used"),
    named(Efer::LME, "LME", "Long Mode Enable: with paging the mode becomes long"),
    named(Efer::LMA, "LMA", "Long Mode Active: the processor sets it when LME and CR0.PG are both set"),
    named(Efer::NXE, "NXE", "No-Execute Enable: NX in a page-table entry forbids to execute"),
    named(12, "SVME", "SVM is enabled"),
    named(14, "FFXSR", "FXSAVE at ring 0 leaves out the SSE registers"),
};

// SDM Vol. 1, "EFLAGS Register" (3.4.3).
constexpr std::array kRflags{
    named(Rflags::CF, "CF", "Carry: out of the highest bit of the last result"),
    named(Rflags::PF, "PF", "Parity: the lowest byte of the last result has an even number of ones"),
    named(Rflags::AF, "AF", "Auxiliary carry: out of bit 3, for decimal arithmetic"),
    named(Rflags::ZF, "ZF", "Zero: the last result was 0"),
    named(Rflags::SF, "SF", "Sign: the highest bit of the last result"),
    named(Rflags::TF, "TF", "Trap: #DB after every instruction"),
    named(Rflags::IF, "IF", "Interrupt Enable: external interrupts are taken"),
    named(Rflags::DF, "DF", "Direction: string instructions go downwards"),
    named(Rflags::OF, "OF", "Overflow: the last signed result did not fit"),
    NamedBit{0b11u << 12, "IOPL", "I/O Privilege Level: rings up to it may use IN, OUT, CLI and STI"},
    named(Rflags::NT, "NT", "Nested Task: IRET goes back to another task"),
    named(Rflags::RF, "RF", "Resume: the next instruction raises no debug fault"),
    named(Rflags::VM, "VM", "virtual-8086 mode"),
    named(Rflags::AC, "AC", "Alignment Check, with CR0.AM, in ring 3; in ring 0 it lifts CR4.SMAP"),
    named(19, "VIF", "Virtual Interrupt flag"),
    named(20, "VIP", "Virtual Interrupt Pending"),
    named(21, "ID", "that it can be set tells that CPUID is there"),
};

// SDM Vol. 3A, "4-Level Paging and 5-Level Paging" (4.5).
constexpr std::array kPage{
    named(PageBit::PRESENT, "PRESENT", "the entry is in use; without it all other bits are the guest's own"),
    named(PageBit::RW, "RW", "may be written, if every entry on the way says so"),
    named(PageBit::USER, "USER", "ring 3 may use it, if every entry on the way says so"),
    named(PageBit::PWT, "PWT", "write-through, as the PAT has it"),
    named(PageBit::PCD, "PCD", "not cached, as the PAT has it"),
    named(PageBit::ACCESSED, "ACCESSED", "the processor has used the entry"),
    named(PageBit::DIRTY, "DIRTY", "the processor has written to the page"),
    named(PageBit::PS, "PS", "Page Size: the entry maps a large page, not a table; in a PTE it is PAT"),
    named(PageBit::GLOBAL, "GLOBAL", "stays in the TLB when CR3 is loaded, if CR4.PGE is set"),
    named(PageBit::NX, "NX", "No Execute: no instruction is fetched from there"),
};

}  // namespace

std::span<const NamedBit> named_bits(Flags<Cr0> /*of*/)
{
    return kCr0;
}

std::span<const NamedBit> named_bits(Flags<Cr4> /*of*/)
{
    return kCr4;
}

std::span<const NamedBit> named_bits(Flags<Efer> /*of*/)
{
    return kEfer;
}

std::span<const NamedBit> named_bits(Flags<Rflags> /*of*/)
{
    return kRflags;
}

std::span<const NamedBit> named_bits(Flags<PageBit> /*of*/)
{
    return kPage;
}

std::vector<NamedBit> bits_in(std::uint64_t word, std::span<const NamedBit> table)
{
    std::vector<NamedBit> set;
    for (const NamedBit& bit : table)
        if ((word & bit.mask) != 0) set.push_back(bit);
    return set;
}

std::string name_in(std::uint64_t word, const NamedBit& bit)
{
    if (std::has_single_bit(bit.mask)) return std::string{bit.name};
    return fmt::format("{}={}", bit.name, (word & bit.mask) >> std::countr_zero(bit.mask));
}

std::string names_in(std::uint64_t word, std::span<const NamedBit> table)
{
    std::string text;
    for (const NamedBit& bit : bits_in(word, table)) text += (text.empty() ? "" : " ") + name_in(word, bit);
    return text.empty() ? "none" : text;
}

}  // namespace husk::debug
