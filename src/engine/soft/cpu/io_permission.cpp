#include "engine/soft/cpu/io_permission.hpp"

namespace husk::soft {

unsigned io_privilege(const x86::Registers& registers)
{
    constexpr unsigned kIoplShift = 12;
    return registers.rflags.word() >> kIoplShift & 3;
}

bool ports_open(const x86::Registers& registers, const x86::SystemRegisters& system, unsigned privilege)
{
    if (!system.cr0.has(x86::Cr0::PE)) return true;
    if (registers.rflags.has(x86::Rflags::VM)) return false;
    return privilege <= io_privilege(registers);
}

bool ports_granted(const Linear& memory, const x86::Segment& tr, std::uint16_t first, unsigned count)
{
    constexpr std::uint32_t kSmallest = 103;         // limit of a 32- or 64-bit TSS, which has no bitmap
    constexpr std::uint64_t kBitmapPointer = 102;    // SDM Vol. 3A, "32-Bit TSS" (8.2.1), "64-Bit TSS" (8.7)
    const bool wide = (tr.type & 0b1101) == 0b1001;  // available or busy, not 16-bit
    if (!tr.present || !wide || tr.limit < kSmallest) return false;
    const auto bitmap = memory.load<std::uint16_t>(tr.base + kBitmapPointer);
    if (!bitmap) return false;
    // The processor always reads two bytes, and both must be within the segment.
    const std::uint64_t at = *bitmap + first / 8u;
    if (at + 1 > tr.limit) return false;
    const auto bits = memory.load<std::uint16_t>(tr.base + at);
    const unsigned wanted = ((1u << count) - 1) << (first % 8u);
    return bits && (*bits & wanted) == 0;
}

}  // namespace husk::soft
