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

/// The name of a bit as Linux lists it in /proc/cpuinfo ("avx2"); nullptr if it has none.
const char* linux_name(std::size_t word, unsigned bit);
/// That, or "CPUID.07H.0:EBX bit 5".
std::string feature_name(std::size_t word, unsigned bit);

/// All features by name, in the order of their words and bits: each once, though AMD's leaf says some of Intel's again, and none
/// that tells of the machine and not of the processor's instructions (OSXSAVE, the hypervisor's, those against speculation).
std::vector<std::string> feature_names(const CpuFeatures& features);

/// Only what counts for that, and each at one place: what feature_names() has.
CpuFeatures counted_features(CpuFeatures features);

/// What `needed` has and `present` has not, by name: of those that count.
std::vector<std::string> missing_features(const CpuFeatures& needed, const CpuFeatures& present);

}  // namespace husk::x86
