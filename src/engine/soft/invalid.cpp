#include "engine/soft/invalid.hpp"

#include "engine/soft/site_instruction.hpp"

#include <capstone/capstone.h>

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

/// Disassembled, for as long as it lives.
class Disassembled {
public:
    Disassembled(std::span<const std::byte> code, unsigned bits)
    {
        const cs_mode mode = bits == 64 ? CS_MODE_64 : bits == 32 ? CS_MODE_32 : CS_MODE_16;
        if (cs_open(CS_ARCH_X86, mode, &handle_) != CS_ERR_OK) return;
        cs_option(handle_, CS_OPT_DETAIL, CS_OPT_ON);
        count_ = cs_disasm(handle_, reinterpret_cast<const std::uint8_t*>(code.data()), code.size(), 0, 1, &instruction_);
    }
    ~Disassembled()
    {
        if (count_ != 0) cs_free(instruction_, count_);
        if (handle_ != 0) cs_close(&handle_);
    }
    Disassembled(const Disassembled&) = delete;
    Disassembled& operator=(const Disassembled&) = delete;

    bool known() const { return count_ != 0; }
    std::string name() const { return instruction_->mnemonic; }
    bool in(std::span<const x86_insn_group> groups) const
    {
        return std::ranges::any_of(groups, [this](auto group) { return cs_insn_group(handle_, instruction_, group); });
    }
    bool is(std::span<const x86_insn> names) const { return std::ranges::count(names, instruction_->id) != 0; }

private:
    csh handle_ = 0;
    cs_insn* instruction_ = nullptr;
    std::size_t count_ = 0;
};

/// RDPID, F3 0F C7 /7, which the disassembler takes for RDSEED as it takes F3 0F C7 /6 for RDRAND.
enum class AfterF3 : std::uint8_t { Other, Rdpid, Newer };

AfterF3 after_f3(std::span<const std::byte> code, unsigned bits)
{
    constexpr unsigned kRegister6 = 0xF0, kRegister7 = 0xF8;
    const std::size_t prefixes = count_prefixes(code, bits);
    const auto last = code.subspan(prefixes);
    const bool repeated = std::ranges::count(code.first(prefixes), std::byte{0xF3}) != 0;
    if (!repeated || last.size() < 3 || last[0] != std::byte{0x0F} || last[1] != std::byte{0xC7}) return AfterF3::Other;
    const unsigned operands = std::to_integer<unsigned>(last[2]);
    return operands >= kRegister7 ? AfterF3::Rdpid : operands >= kRegister6 ? AfterF3::Newer : AfterF3::Other;
}

/// A prefix of AVX or AVX-512. The disassembler does not know all that follow.
bool is_vector(std::span<const std::byte> code, unsigned bits)
{
    const auto last = code.subspan(count_prefixes(code, bits));
    if (last.size() < 2) return false;
    const unsigned first = std::to_integer<unsigned>(last[0]);
    constexpr unsigned kRegister = 0xC0;
    return (first == 0xC4 || first == 0xC5 || first == 0x62) && (bits == 64 || std::to_integer<unsigned>(last[1]) >= kRegister);
}

bool known_to_processors(const Disassembled& instruction, const x86::SystemRegisters& system)
{
    using x86::Cr4;
    if (instruction.is(kXsave) || instruction.in(kVector)) return system.cr4.has(Cr4::OSXSAVE);
    if (instruction.is(kOthers) || instruction.in(kNothing)) return true;
    if (instruction.in(std::array{X86_GRP_FSGSBASE})) return system.cr4.has(Cr4::FSGSBASE);
    if (instruction.in(kSse)) return system.cr4.has(Cr4::OSFXSR) && !system.cr0.has(x86::Cr0::EM);
    return false;
}

}  // namespace

std::optional<std::string> lacks(std::span<const std::byte> code, const x86::SystemRegisters& system)
{
    const auto no = [](std::string_view what) { return fmt::format("the software engine has no {}", what); };
    const unsigned bits = x86::bits_of_code(system);
    const Disassembled instruction{code, bits};
    if (is_vector(code, bits)) {
        if (!system.cr4.has(x86::Cr4::OSXSAVE) || !system.cr0.has(x86::Cr0::PE)) return std::nullopt;
        return no(instruction.known() ? instruction.name() : "AVX");
    }
    switch (after_f3(code, bits)) {
        case AfterF3::Rdpid: return no("rdpid");
        case AfterF3::Newer: return std::nullopt;
        case AfterF3::Other: break;
    }
    if (!instruction.known() || !known_to_processors(instruction, system)) return std::nullopt;
    return no(instruction.name());
}

}  // namespace husk::soft
