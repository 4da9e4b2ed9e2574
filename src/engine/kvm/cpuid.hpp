#pragma once

#include "engine/kvm/request.hpp"
#include "x86/cpu_features.hpp"

#include <linux/kvm.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace husk::kvm {

/// KVM's CPUID answers: header and entries in one allocation, as the ioctls want them.
struct Cpuid {
    std::vector<std::uint64_t> words;

    CpuidHeader& header();
    std::span<kvm_cpuid_entry2> entries();
    std::span<const kvm_cpuid_entry2> entries() const;
};

/// What the processor of that number shows: the same, with an APIC ID of its own.
Cpuid cpuid_of_processor(Cpuid cpuid, std::uint32_t number);

x86::CpuFeatures features_of(const Cpuid& cpuid);

/// The states that XSAVE can manage: SDM Vol. 1, "Enumeration of CPU Support for XSAVE" (13.2).
struct Xstates {
    std::uint64_t supported = 0;  ///< bits of XCR0; none if CPUID tells of no XSAVE
    std::size_t size = 0;         ///< of an area in the standard format, in bytes
};
Xstates xstates(const Cpuid& cpuid);

}  // namespace husk::kvm
