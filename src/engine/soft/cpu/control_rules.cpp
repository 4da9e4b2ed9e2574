#include "engine/soft/cpu/control_rules.hpp"

#include "engine/soft/cpu/translate.hpp"
#include "x86/walk.hpp"

#include <algorithm>
#include <array>

namespace husk::soft {

namespace {

using x86::Cr0;
using x86::Cr4;
using x86::Efer;
using x86::SystemRegisters;

bool refuses_cr0(std::uint64_t value, const SystemRegisters& system)
{
    const Flags<Cr0> cr0{value};
    const bool paging = cr0.has(Cr0::PG);
    if (value >> 32 != 0 || (paging && !cr0.has(Cr0::PE)) || (cr0.has(Cr0::NW) && !cr0.has(Cr0::CD))) return true;
    const bool turns_on = paging && !system.cr0.has(Cr0::PG);
    if (turns_on && system.efer.has(Efer::LME)) return !system.cr4.has(Cr4::PAE) || system.cs.long_code;
    return !paging && x86::bits_of_code(system) == 64;
}

/// Bits of the features that the guest's processor has.
constexpr std::uint64_t kCr4 = []() {
    constexpr std::uint64_t kVmeToPce = 0x1FF;  // VME, PVI, TSD, DE, PSE, PAE, MCE, PGE, PCE
    constexpr std::uint64_t kSmepSmap = 3ull << 20;
    return kVmeToPce | kSmepSmap | (Cr4::OSFXSR | Cr4::OSXMMEXCPT | Cr4::FSGSBASE | Cr4::OSXSAVE).word();
}();

bool refuses_cr4(std::uint64_t value, const SystemRegisters& system)
{
    return (value & ~kCr4) != 0 || (system.efer.has(Efer::LMA) && !Flags<Cr4>{value}.has(Cr4::PAE));
}

constexpr std::uint32_t kPat = 0x277, kEfer = 0xC000'0080;

/// Those that hold a linear address: SYSENTER's, LSTAR, CSTAR, the bases of FS and GS.
constexpr std::array<std::uint32_t, 7> kAddresses{0x175, 0x176, 0xC000'0082, 0xC000'0083, 0xC000'0100, 0xC000'0101, 0xC000'0102};

struct Range {
    std::uint32_t first, last;
};
/// All that Unicorn has: TSC, APIC base, TSC_ADJUST; microcode; MTRRs and PAT; SYSENTER; machine check; MISC_ENABLE; EFER and its
/// neighbours; FS, GS, TSC_AUX.
constexpr std::array<Range, 14> kKnown{{{0x10, 0x10},
                                        {0x1B, 0x1B},
                                        {0x3B, 0x3B},
                                        {0x8B, 0x8B},
                                        {0xFE, 0xFE},
                                        {0x174, 0x176},
                                        {0x179, 0x17B},
                                        {0x198, 0x198},
                                        {0x1A0, 0x1A0},
                                        {0x200, 0x20F},
                                        {0x250, 0x26F},
                                        {kPat, 0x2FF},
                                        {kEfer, 0xC000'0084},
                                        {0xC000'0100, 0xC000'0103}}};
constexpr std::array<std::uint32_t, 3> kReadOnly{0xFE, 0x179, 0x198};  // MTRRCAP, MCG_CAP, PERF_STATUS

bool refuses_efer(std::uint64_t value, const SystemRegisters& system)
{
    const Flags<Efer> efer{value};
    if ((value & ~(Efer::SCE | Efer::LME | Efer::LMA | Efer::NXE).word()) != 0) return true;
    return system.cr0.has(Cr0::PG) && efer.has(Efer::LME) != system.efer.has(Efer::LME);
}

/// Each byte is a memory type; 2, 3 and those above 7 are none. SDM Vol. 3A, "IA32_PAT MSR" (12.12.2).
bool refuses_pat(std::uint64_t value)
{
    for (; value != 0; value >>= 8) {
        const std::uint64_t type = value & 0xFF;
        if (type > 7 || type == 2 || type == 3) return true;
    }
    return false;
}

}  // namespace

bool refuses_control(unsigned number, std::uint64_t value, const SystemRegisters& system)
{
    switch (number) {
        case 0: return refuses_cr0(value, system);
        case 3: return system.efer.has(Efer::LMA) && value >> kPhysicalBits != 0;
        case 4: return refuses_cr4(value, system);
        default: return false;
    }
}

bool is_unknown_msr(std::uint32_t number)
{
    return std::ranges::none_of(kKnown, [=](const Range& range) { return number >= range.first && number <= range.last; });
}

bool refuses_msr(std::uint32_t number, std::uint64_t value, const SystemRegisters& system)
{
    if (is_unknown_msr(number) || std::ranges::count(kReadOnly, number) != 0) return true;
    if (number == kEfer) return refuses_efer(value, system);
    if (number == kPat) return refuses_pat(value);
    // SDM Vol. 2D, "WRMSR—Write to Model Specific Register": an address that is not canonical, in any mode.
    constexpr unsigned kLinearBits = 48;
    return std::ranges::count(kAddresses, number) != 0 && !x86::is_canonical(value, kLinearBits);
}

}  // namespace husk::soft
