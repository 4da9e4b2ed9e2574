#include "engine/kvm/cpuid.hpp"

#include "x86/vector_state.hpp"

#include <algorithm>
#include <array>

namespace husk::kvm {

namespace {

// SDM Vol. 2A, "CPUID—CPU Identification".
constexpr std::uint32_t kFeatures = 1, kTopology = 0xB, kXsave = 0xD, kTopologyV2 = 0x1F;
constexpr unsigned kApicIdShift = 24;

std::size_t room_for_entries(std::size_t words)
{
    const std::size_t bytes = words * sizeof(std::uint64_t);
    return bytes < sizeof(CpuidHeader) ? 0 : (bytes - sizeof(CpuidHeader)) / sizeof(kvm_cpuid_entry2);
}

}  // namespace

CpuidHeader& Cpuid::header()
{
    return *reinterpret_cast<CpuidHeader*>(words.data());
}

std::span<kvm_cpuid_entry2> Cpuid::entries()
{
    return {reinterpret_cast<kvm_cpuid_entry2*>(&header() + 1),
            std::min<std::size_t>(header().nent, room_for_entries(words.size()))};
}

std::span<const kvm_cpuid_entry2> Cpuid::entries() const
{
    const auto* header = reinterpret_cast<const CpuidHeader*>(words.data());
    return {reinterpret_cast<const kvm_cpuid_entry2*>(header + 1),
            std::min<std::size_t>(header->nent, room_for_entries(words.size()))};
}

Cpuid cpuid_of_processor(Cpuid cpuid, std::uint32_t number)
{
    for (kvm_cpuid_entry2& entry : cpuid.entries()) {
        if (entry.function == kFeatures) {
            constexpr std::uint32_t kOthers = (1u << kApicIdShift) - 1;
            entry.ebx = (entry.ebx & kOthers) | std::min(number, 0xFFu) << kApicIdShift;
        } else if (entry.function == kTopology || entry.function == kTopologyV2) {
            entry.edx = number;
        }
    }
    return cpuid;
}

x86::CpuFeatures features_of(const Cpuid& cpuid)
{
    x86::CpuFeatures features;
    for (std::size_t i = 0; i < x86::kFeatureWords.size(); ++i) {
        const auto& word = x86::kFeatureWords[i];
        for (const kvm_cpuid_entry2& entry : cpuid.entries()) {
            const bool indexed = (entry.flags & KVM_CPUID_FLAG_SIGNIFCANT_INDEX) != 0;
            if (entry.function != word.leaf || (indexed && entry.index != word.subleaf)) continue;
            const std::array registers{entry.eax, entry.ebx, entry.ecx, entry.edx};
            features.words[i] = registers[static_cast<std::size_t>(word.in)];
        }
    }
    return features;
}

Xstates xstates(const Cpuid& cpuid)
{
    Xstates result{.supported = 0, .size = x86::VectorState::kLegacySize};
    for (const kvm_cpuid_entry2& entry : cpuid.entries())
        if (entry.function == kXsave && entry.index == 0) result.supported = std::uint64_t{entry.edx} << 32 | entry.eax;
    for (const kvm_cpuid_entry2& entry : cpuid.entries()) {
        constexpr std::uint32_t kFirst = 2, kEnd = 63;  // those before lie in the legacy area
        if (entry.function != kXsave || entry.index < kFirst || entry.index >= kEnd) continue;
        if ((result.supported >> entry.index & 1) != 0) result.size = std::max(result.size, std::size_t{entry.ebx} + entry.eax);
    }
    return result;
}

}  // namespace husk::kvm
