#pragma once

#include <husk/flags.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

/// The x86 architecture's registers as both engines take and give them. Names are the manual's: Intel 64 and IA-32
/// Architectures Software Developer's Manual ("SDM").
namespace husk::x86 {

/// The four ways to start a guest: SDM Vol. 3A, "Modes of Operation" (2.2).
enum class Mode : std::uint8_t {
    Real,       ///< 16-bit, no protection, segment × 16 + offset
    Protected,  ///< 32-bit, flat segments, no paging
    Paged,      ///< 32-bit with 4 MiB pages (CR4.PSE)
    Long,       ///< 64-bit with 4-level paging
};

/// "real", "protected", "paged", "long".
std::string_view name(Mode mode);
/// Width of a general register in bits: 16, 32, 32, 64.
unsigned bits(Mode mode);

/// CR0. SDM Vol. 3A, "Control Registers" (2.5).
enum class Cr0 : std::uint64_t {
    PE = 1u << 0,   ///< Protection Enable
    MP = 1u << 1,   ///< Monitor Coprocessor
    EM = 1u << 2,   ///< Emulation: no x87, SSE is #UD
    TS = 1u << 3,   ///< Task Switched: x87 and SSE are #NM
    ET = 1u << 4,   ///< Extension Type; always 1 since the P6
    NE = 1u << 5,   ///< Numeric Error: x87 errors are #MF
    WP = 1u << 16,  ///< Write Protect: ring 0 heeds read-only pages
    AM = 1u << 18,  ///< Alignment Mask
    NW = 1u << 29,  ///< Not Write-through
    CD = 1u << 30,  ///< Cache Disable
    PG = 1u << 31,  ///< Paging; needs PE
};

/// CR4. SDM Vol. 3A, "Control Registers" (2.5).
enum class Cr4 : std::uint64_t {
    PSE = 1u << 4,          ///< Page Size Extensions: 4 MiB pages in 32-bit paging
    PAE = 1u << 5,          ///< Physical Address Extension; long mode needs it
    PGE = 1u << 7,          ///< Page Global Enable
    OSFXSR = 1u << 9,       ///< the OS saves SSE state with FXSAVE; SSE is #UD without
    OSXMMEXCPT = 1u << 10,  ///< the OS handles #XM
    LA57 = 1u << 12,        ///< 5-level paging
    FSGSBASE = 1u << 16,    ///< RDFSBASE and its kin
    OSXSAVE = 1u << 18,     ///< XSAVE and extended states
};

/// IA32_EFER. SDM Vol. 3A, "Extended Feature Enable Register" (2.2.1).
enum class Efer : std::uint64_t {
    SCE = 1u << 0,   ///< SYSCALL enable
    LME = 1u << 8,   ///< Long Mode Enable
    LMA = 1u << 10,  ///< Long Mode Active
    NXE = 1u << 11,  ///< No-Execute Enable
};

/// RFLAGS. SDM Vol. 1, "EFLAGS Register" (3.4.3).
enum class Rflags : std::uint64_t {
    CF = 1u << 0,
    One = 1u << 1,  ///< reserved, always 1
    PF = 1u << 2,
    AF = 1u << 4,
    ZF = 1u << 6,
    SF = 1u << 7,
    TF = 1u << 8,
    IF = 1u << 9,  ///< interrupts are taken
    DF = 1u << 10,
    OF = 1u << 11,
    NT = 1u << 14,
    RF = 1u << 16,
    VM = 1u << 17,
    AC = 1u << 18,
};

constexpr Flags<Cr0> operator|(Cr0 a, Cr0 b)
{
    return Flags<Cr0>{a} | b;
}
constexpr Flags<Cr4> operator|(Cr4 a, Cr4 b)
{
    return Flags<Cr4>{a} | b;
}
constexpr Flags<Efer> operator|(Efer a, Efer b)
{
    return Flags<Efer>{a} | b;
}
constexpr Flags<Rflags> operator|(Rflags a, Rflags b)
{
    return Flags<Rflags>{a} | b;
}

/// The general registers, the instruction pointer and the flags.
struct Registers {
    std::uint64_t rax = 0, rbx = 0, rcx = 0, rdx = 0;
    std::uint64_t rsi = 0, rdi = 0, rsp = 0, rbp = 0;
    std::uint64_t r8 = 0, r9 = 0, r10 = 0, r11 = 0, r12 = 0, r13 = 0, r14 = 0, r15 = 0;
    std::uint64_t rip = 0;
    Flags<Rflags> rflags{Rflags::One};

    bool operator==(const Registers&) const = default;
};

/// A segment register with its hidden part. SDM Vol. 3A, "Segment Descriptors" (3.4.5).
struct Segment {
    std::uint64_t base = 0;
    std::uint32_t limit = 0;  ///< in bytes, granularity already applied
    std::uint16_t selector = 0;
    std::uint8_t type = 0;  ///< 4 bits; for code and data bit 3 tells code, bit 1 readable/writable, bit 0 accessed
    std::uint8_t dpl = 0;   ///< descriptor privilege level, 0–3
    bool present = false;
    bool code_or_data = false;  ///< S; false for system segments (TSS, LDT)
    bool available = false;     ///< AVL, free for software
    bool long_code = false;     ///< L: 64-bit code
    bool big = false;           ///< D/B: 32-bit operands, or 32-bit stack pointer
    bool granular = false;      ///< G: limit counts 4 KiB units in the descriptor
    bool unusable = false;      ///< the register holds no segment (a null selector)

    bool operator==(const Segment&) const = default;
};

/// GDTR or IDTR.
struct DescriptorTable {
    std::uint64_t base = 0;
    std::uint16_t limit = 0;  ///< in bytes, minus one

    bool operator==(const DescriptorTable&) const = default;
};

/// What only the system, not a program, sets: segments, tables, control registers.
struct SystemRegisters {
    Segment cs, ds, es, fs, gs, ss, tr, ldt;
    DescriptorTable gdt, idt;
    Flags<Cr0> cr0;
    std::uint64_t cr2 = 0;  ///< the address of the last page fault
    std::uint64_t cr3 = 0;  ///< guest-physical base of the top page table
    Flags<Cr4> cr4;
    std::uint64_t cr8 = 0;
    Flags<Efer> efer;

    bool operator==(const SystemRegisters&) const = default;
};

/// What a system sets once for programs: the model-specific registers of SYSCALL, SYSENTER, SWAPGS and RDTSCP, and XCR0. SDM Vol.
/// 4, "IA-32 Architectural MSRs" (2.1).
struct ModelRegisters {
    std::uint64_t star = 0;   ///< IA32_STAR: segments of SYSCALL and SYSRET
    std::uint64_t lstar = 0;  ///< IA32_LSTAR: where SYSCALL goes
    std::uint64_t cstar = 0;  ///< IA32_CSTAR: the same in compatibility mode, on AMD's processors
    std::uint64_t fmask = 0;  ///< IA32_FMASK: the flags that SYSCALL clears
    std::uint64_t kernel_gs_base = 0;
    std::uint64_t sysenter_cs = 0;
    std::uint64_t sysenter_esp = 0;
    std::uint64_t sysenter_eip = 0;
    std::uint64_t tsc_aux = 0;  ///< what RDTSCP and RDPID give
    std::uint64_t xcr0 = 1;     ///< the states that XSAVE manages; bit 0, x87, is always 1

    bool operator==(const ModelRegisters&) const = default;
};

/// Everything an engine needs to go on with a guest. Vector and x87 state are not part of it.
struct State {
    Registers registers;
    SystemRegisters system;

    bool operator==(const State&) const = default;
};

/// The mode that the control registers say the guest is in. Compatibility mode counts as Protected operands in a Long machine:
/// see bits_of_code().
Mode mode_of(const SystemRegisters& system);
/// Operand size the code segment selects: 16, 32 or 64.
unsigned bits_of_code(const SystemRegisters& system);

/// Exceptions by vector. SDM Vol. 3A, "Exception and Interrupt Vectors" (6.3).
struct Exception {
    std::uint8_t vector = 0;
    bool has_error_code = false;
    std::uint32_t error_code = 0;
    std::uint64_t address = 0;  ///< CR2, for a page fault

    bool operator==(const Exception&) const = default;
};

// Those that Husk itself raises or looks for.
inline constexpr std::uint8_t kDebugException = 1, kBreakpoint = 3, kOverflow = 4, kInvalidOpcode = 6, kDoubleFault = 8,
                              kInvalidTss = 10, kNotPresent = 11, kStackFault = 12, kGeneralProtection = 13, kPageFault = 14;

/// #GP(0), what most of that is which code may not do.
inline constexpr Exception kProtectionFault{.vector = kGeneralProtection, .has_error_code = true};

/// "#PF page fault", "#UD invalid opcode" …; "interrupt 32" beyond the exceptions.
std::string name_of_vector(std::uint8_t vector);

}  // namespace husk::x86
