#include "engine/soft/decode/invalid.hpp"

#include "engine/soft/decode/prefixes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace husk::soft {

namespace {

// By what the guest must enable first. SDM Vol. 1, "Detection of Intel AVX Instructions" (14.3), "Checking for Intel SSE and SSE2
// Support" (11.6.2), Vol. 3A, "Control Registers" (2.5).
constexpr std::array kVector{X86_GRP_AVX, X86_GRP_AVX2, X86_GRP_AVX512, X86_GRP_FMA, X86_GRP_FMA4, X86_GRP_XOP, X86_GRP_F16C,
                             X86_GRP_CDI, X86_GRP_ERI,  X86_GRP_PFI,    X86_GRP_BWI, X86_GRP_DQI,  X86_GRP_VLX, X86_GRP_NOVLX};
constexpr std::array kSse{X86_GRP_SSE1,  X86_GRP_SSE2,  X86_GRP_SSE3, X86_GRP_SSSE3, X86_GRP_SSE41,
                          X86_GRP_SSE42, X86_GRP_SSE4A, X86_GRP_AES,  X86_GRP_SHA,   X86_GRP_PCLMUL};
constexpr std::array kNothing{X86_GRP_BMI, X86_GRP_BMI2, X86_GRP_TBM, X86_GRP_ADX, X86_GRP_RTM, X86_GRP_HLE};
constexpr std::array kXsave{X86_INS_XSAVE,  X86_INS_XSAVE64,  X86_INS_XSAVEOPT, X86_INS_XSAVEOPT64, X86_INS_XSAVEC, X86_INS_XSAVES,
                            X86_INS_XRSTOR, X86_INS_XRSTOR64, X86_INS_XRSTORS,  X86_INS_XGETBV,     X86_INS_XSETBV};
constexpr std::array kOthers{X86_INS_RDRAND,     X86_INS_RDSEED,  X86_INS_INVPCID, X86_INS_RDTSCP,     X86_INS_MOVBE,
                             X86_INS_CRC32,      X86_INS_POPCNT,  X86_INS_RDPMC,   X86_INS_CMPXCHG16B, X86_INS_CLWB,
                             X86_INS_CLFLUSHOPT, X86_INS_MONITOR, X86_INS_MWAIT};

template <typename Groups>
bool in_any(const Disassembler& disassembler, const Groups& groups)
{
    return std::ranges::any_of(groups, [&](auto group) { return disassembler.in_group(group); });
}

template <typename Names>
bool is_any(const cs_insn& instruction, const Names& names)
{
    return std::ranges::count(names, static_cast<x86_insn>(instruction.id)) != 0;
}

/// RDPID, F3 0F C7 /7, which the disassembler takes for RDSEED as it takes F3 0F C7 /6 for RDRAND.
enum class AfterF3 : std::uint8_t { Other, Rdpid, Newer };

AfterF3 after_f3(std::span<const std::byte> code, unsigned bits)
{
    constexpr unsigned kRegister6 = 0xF0, kRegister7 = 0xF8;
    const std::size_t prefixes = skip_prefixes(code, bits).count;
    const auto last = code.subspan(prefixes);
    const bool repeated = std::ranges::count(code.first(prefixes), std::byte{0xF3}) != 0;
    if (!repeated || last.size() < 3 || last[0] != std::byte{0x0F} || last[1] != std::byte{0xC7}) return AfterF3::Other;
    const unsigned operands = std::to_integer<unsigned>(last[2]);
    return operands >= kRegister7 ? AfterF3::Rdpid : operands >= kRegister6 ? AfterF3::Newer : AfterF3::Other;
}

/// A prefix of AVX or AVX-512. The disassembler does not know all that follow.
bool is_vector(std::span<const std::byte> code, unsigned bits)
{
    const auto last = code.subspan(skip_prefixes(code, bits).count);
    if (last.size() < 2) return false;
    const unsigned first = std::to_integer<unsigned>(last[0]);
    constexpr unsigned kRegister = 0xC0;
    return (first == 0xC4 || first == 0xC5 || first == 0x62) && (bits == 64 || std::to_integer<unsigned>(last[1]) >= kRegister);
}

bool known_to_processors(const Disassembler& disassembler, const cs_insn& instruction, const x86::SystemRegisters& system)
{
    using x86::Cr4;
    if (is_any(instruction, kXsave) || in_any(disassembler, kVector)) return system.cr4.has(Cr4::OSXSAVE);
    if (is_any(instruction, kOthers) || in_any(disassembler, kNothing)) return true;
    if (disassembler.in_group(X86_GRP_FSGSBASE)) return system.cr4.has(Cr4::FSGSBASE);
    return in_any(disassembler, kSse) && system.cr4.has(Cr4::OSFXSR) && !system.cr0.has(x86::Cr0::EM);
}

}  // namespace

std::optional<std::string> lacks(Disassembler& disassembler, std::span<const std::byte> code, const x86::SystemRegisters& system)
{
    const auto no = [](std::string_view what) { return fmt::format("the software engine has no {}", what); };
    const unsigned bits = x86::bits_of_code(system);
    const cs_insn* instruction = disassembler.decode(code, bits);
    if (is_vector(code, bits)) {
        if (!system.cr4.has(x86::Cr4::OSXSAVE) || !system.cr0.has(x86::Cr0::PE)) return std::nullopt;
        return no(instruction != nullptr ? instruction->mnemonic : "AVX");
    }
    switch (after_f3(code, bits)) {
        case AfterF3::Rdpid: return no("rdpid");
        case AfterF3::Newer: return std::nullopt;
        case AfterF3::Other: break;
    }
    if (instruction == nullptr || !known_to_processors(disassembler, *instruction, system)) return std::nullopt;
    return no(instruction->mnemonic);
}

}  // namespace husk::soft
