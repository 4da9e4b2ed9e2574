#include "engine/soft/invalid.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace husk::soft {

namespace {

// Vector instructions are #UD on every processor until the guest has enabled their state.
// SDM Vol. 1, "Detection of Intel AVX Instructions" (14.3).
constexpr std::array kVector{X86_GRP_AVX, X86_GRP_AVX2, X86_GRP_AVX512, X86_GRP_FMA, X86_GRP_FMA4, X86_GRP_XOP, X86_GRP_F16C,
                             X86_GRP_CDI, X86_GRP_ERI,  X86_GRP_PFI,    X86_GRP_BWI, X86_GRP_DQI,  X86_GRP_VLX, X86_GRP_NOVLX};
constexpr std::array kScalar{X86_GRP_BMI,   X86_GRP_BMI2,   X86_GRP_TBM,      X86_GRP_ADX,   X86_GRP_AES,
                             X86_GRP_SHA,   X86_GRP_PCLMUL, X86_GRP_SSE41,    X86_GRP_SSE42, X86_GRP_SSE4A,
                             X86_GRP_SSSE3, X86_GRP_SSE3,   X86_GRP_FSGSBASE, X86_GRP_RTM,   X86_GRP_HLE};
constexpr std::array kExtended{X86_INS_XSAVE,  X86_INS_XSAVE64, X86_INS_XSAVEOPT, X86_INS_XSAVEOPT64, X86_INS_XSAVEC,
                               X86_INS_XSAVES, X86_INS_XRSTOR,  X86_INS_XRSTOR64, X86_INS_XRSTORS,    X86_INS_XGETBV,
                               X86_INS_XSETBV, X86_INS_RDRAND,  X86_INS_RDSEED,   X86_INS_INVPCID,    X86_INS_RDTSCP,
                               X86_INS_MOVBE,  X86_INS_CRC32,   X86_INS_POPCNT,   X86_INS_CMPXCHG16B, X86_INS_RDPMC};

template <typename Groups>
bool in_any(const Disassembler& disassembler, const Groups& groups)
{
    return std::ranges::any_of(groups, [&](auto group) { return disassembler.in_group(group); });
}

bool known_to_processors(const Disassembler& disassembler, const cs_insn& instruction, const x86::SystemRegisters& system)
{
    const bool vector_state = system.cr4.has(x86::Cr4::OSXSAVE);
    if (in_any(disassembler, kVector)) return vector_state;
    const bool sse_state = system.cr4.has(x86::Cr4::OSFXSR) && !system.cr0.has(x86::Cr0::EM);
    if (in_any(disassembler, std::array{X86_GRP_SSE1, X86_GRP_SSE2}) && !sse_state) return false;
    return in_any(disassembler, kScalar) || std::ranges::find(kExtended, static_cast<x86_insn>(instruction.id)) != kExtended.end();
}

}  // namespace

std::optional<std::string> lacks(Disassembler& disassembler, std::span<const std::byte> code, const x86::SystemRegisters& system)
{
    const cs_insn* instruction = disassembler.decode(code, x86::bits_of_code(system));
    if (instruction == nullptr || !known_to_processors(disassembler, *instruction, system)) return std::nullopt;
    return fmt::format("the software engine has no {}", instruction->mnemonic);
}

}  // namespace husk::soft
