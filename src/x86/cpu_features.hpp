#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

/// What CPUID tells of a processor's instructions: SDM Vol. 2A, "CPUID"; AMD64 Architecture Programmer's Manual Vol. 3, Appendix E.
namespace husk::x86 {

enum class CpuidRegister : std::uint8_t { Eax, Ebx, Ecx, Edx };

/// A register of CPUID's answer that is made of feature bits.
struct FeatureWord {
    std::uint32_t leaf = 0;
    std::uint32_t subleaf = 0;
    CpuidRegister in = CpuidRegister::Eax;
    const char* name = "";  ///< "CPUID.07H.0:EBX"
};

inline constexpr std::array kFeatureWords{
    FeatureWord{0x1, 0, CpuidRegister::Ecx, "CPUID.01H:ECX"},
    FeatureWord{0x1, 0, CpuidRegister::Edx, "CPUID.01H:EDX"},
    FeatureWord{0x7, 0, CpuidRegister::Ebx, "CPUID.07H.0:EBX"},
    FeatureWord{0x7, 0, CpuidRegister::Ecx, "CPUID.07H.0:ECX"},
    FeatureWord{0x7, 0, CpuidRegister::Edx, "CPUID.07H.0:EDX"},
    FeatureWord{0x7, 1, CpuidRegister::Eax, "CPUID.07H.1:EAX"},
    FeatureWord{0xD, 1, CpuidRegister::Eax, "CPUID.0DH.1:EAX"},
    FeatureWord{0x8000'0001, 0, CpuidRegister::Ecx, "CPUID.80000001H:ECX"},
    FeatureWord{0x8000'0001, 0, CpuidRegister::Edx, "CPUID.80000001H:EDX"},
};

/// The features of a processor: the words of kFeatureWords, in that order.
struct CpuFeatures {
    std::array<std::uint32_t, kFeatureWords.size()> words{};
    bool operator==(const CpuFeatures&) const = default;
};

/// The name of a bit as Linux lists it in /proc/cpuinfo ("avx2"), or "CPUID.07H.0:EBX bit 5" if it has none.
std::string feature_name(std::size_t word, unsigned bit);

/// What `needed` has and `present` has not, by name. Bits that tell of the machine, not of the processor's instructions (OSXSAVE,
/// the hypervisor's, those against speculation), do not count.
std::vector<std::string> missing_features(const CpuFeatures& needed, const CpuFeatures& present);

/// All features by name.
std::vector<std::string> feature_names(const CpuFeatures& features);

}  // namespace husk::x86
