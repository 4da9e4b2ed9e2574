// Each exception has a handler that halts, so that the end of a sequence tells which it was, and its frame is on the stack.
#include "differential/places.hpp"
#include "differential/start.hpp"
#include "support/bytes.hpp"

namespace husk::test {

namespace {

constexpr std::byte kHalt{0xF4};
constexpr std::uint64_t kPresent = 1u << 15;
constexpr unsigned kTypeShift = 8;
// SDM Vol. 3A, "System Descriptor Types" (table 3-2).
constexpr std::uint64_t kInterruptGate16 = 0b0110, kInterruptGate = 0b1110;
// SDM Vol. 3A, "Task-State Segment" (8.2.1) and "64-Bit Task-State Segment" (8.7).
constexpr std::size_t kStackPointerAt = 4, kStackSegmentAt = 8;
constexpr std::size_t kPortBitmapAt = 102;

/// A gate of 8 bytes, or the lower half of one of 16. SDM Vol. 3A, "IDT Descriptors" (6.11).
std::uint64_t gate(std::uint64_t offset, std::uint16_t selector, std::uint64_t type, unsigned ring)
{
    const std::uint64_t upper = (offset & 0xFFFF'0000) | kPresent | ring << 13 | type << kTypeShift;
    return upper << 32 | std::uint64_t{selector} << 16 | (offset & 0xFFFF);
}

void set_vectors(Sequence& sequence)
{
    const x86::Segment& code = sequence.start.system.cs;
    for (unsigned vector = 0; vector < places::kVectors; ++vector) {
        const std::uint64_t offset = places::kHandlers + vector * places::kHandlerSize - code.base;
        put(sequence.memory, vector * 4, static_cast<std::uint16_t>(offset));
        put(sequence.memory, vector * 4 + 2, code.selector);
    }
}

void set_gates(Sequence& sequence)
{
    const Setting setting = sequence.setting;
    const bool wide = is_long(setting);
    // Of the base that kernel code has: none in long mode.
    const std::uint64_t base = wide ? 0 : sequence.start.system.cs.base;
    const std::uint64_t type = setting == Setting::Protected16 ? kInterruptGate16 : kInterruptGate;
    for (unsigned vector = 0; vector < places::kVectors; ++vector) {
        const std::uint64_t offset = places::kHandlers + vector * places::kHandlerSize - base;
        put(sequence.memory, places::kIdt + vector * (wide ? 16 : 8), gate(offset, kKernelCode, type, ring(setting)));
    }
}

}  // namespace

void make_handlers(Sequence& sequence)
{
    for (unsigned vector = 0; vector < places::kVectors; ++vector)
        sequence.memory[places::kHandlers + vector * places::kHandlerSize] = kHalt;
    if (sequence.setting == Setting::Real) return set_vectors(sequence);
    set_gates(sequence);
    const std::uint64_t base = is_long(sequence.setting) ? 0 : sequence.start.system.ss.base;
    put(sequence.memory, places::kTss + kStackPointerAt, static_cast<std::uint32_t>(places::kKernelStackEnd - base));
    if (!is_long(sequence.setting)) put(sequence.memory, places::kTss + kStackSegmentAt, kKernelStack);
    put(sequence.memory, places::kTss + kPortBitmapAt, std::uint16_t{104});  // past the end: no port is ring 3's
}

}  // namespace husk::test
