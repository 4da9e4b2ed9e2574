#pragma once

#include <husk/x86.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

/// Tiny guests that find out what an engine offers, each described where its source is: probe_sets.S, probe_system.S.
namespace husk::guests {

using ProbeCode = std::span<const std::byte>;

inline constexpr std::uint32_t kProbeAnswer = 42;    ///< what a guest tells, or leaves in EAX, if all is well
inline constexpr std::uint32_t kStayedAtRing3 = 3;   ///< what the guest of SYSCALL tells if its handler runs at ring 3
inline constexpr std::uint64_t kProbeAt = 0x1000;    ///< guest-physical; where it is loaded
inline constexpr std::uint64_t kProbeData = 0x8000;  ///< what the guest of CPUID leaves its answers at
inline constexpr std::uint64_t kProbeStack = 0xF000;
inline constexpr std::uint64_t kProbeMemory = 0x100000;  ///< bytes; the device it tells follows them
inline constexpr std::uint16_t kProbePort = 0x10;        ///< counts what is written to it

/// One thing of the system.
struct SystemProbe {
    std::string_view what;
    x86::Mode mode = x86::Mode::Long;
    ProbeCode code;
};
std::span<const SystemProbe> system_probes();

/// A word of what CPUID answers, by its index at kProbeData: EAX, EBX, ECX, EDX of leaves 1, 7, 0x80000001.
enum class CpuidWord : std::uint8_t { Ecx1 = 2, Edx1 = 3, Ebx7 = 5, Ecx80000001 = 10, Edx80000001 = 11 };
inline constexpr std::size_t kCpuidWords = 12;
ProbeCode cpuid_probe();

/// A set of instructions, and the bits by which CPUID says that the processor has it: SDM Vol. 2A, "CPUID" (3.3).
struct InstructionSet {
    std::string_view name;
    CpuidWord word = CpuidWord::Edx1;
    std::uint32_t bits = 0;  ///< all of them
    ProbeCode code;
    Flags<x86::Cr4> cr4{};  ///< what a guest must enable first. OSXSAVE: XCR0 too, by enable_xcr0()
};
std::span<const InstructionSet> instruction_sets();
ProbeCode enable_xcr0();
/// Follows the code of an InstructionSet.
ProbeCode tell();

}  // namespace husk::guests
