#include "x86/descriptor.hpp"

namespace husk::x86 {

namespace {

constexpr std::uint64_t field(std::uint64_t word, unsigned shift, unsigned width)
{
    return (word >> shift) & ((1ull << width) - 1);
}

constexpr bool bit(std::uint64_t word, unsigned shift)
{
    return field(word, shift, 1) != 0;
}

// Where the fields of the drawing in the header start.
constexpr unsigned kBaseLow = 16, kBaseMiddle = 32, kType = 40, kS = 44, kDpl = 45, kP = 47, kLimitHigh = 48, kAvl = 52, kL = 53,
                   kDb = 54, kG = 55, kBaseHigh = 56;
constexpr unsigned kGateSelector = 16, kGateIst = 32, kGateOffsetHigh = 48;

constexpr std::uint32_t kPageOfLimit = 0xFFF;  // the low bits of a limit in pages

}  // namespace

Segment decode_segment(std::uint64_t descriptor, Selector selector, std::uint64_t upper)
{
    const auto limit = static_cast<std::uint32_t>(field(descriptor, 0, 16) | field(descriptor, kLimitHigh, 4) << 16);
    const bool granular = bit(descriptor, kG);
    return {
        .base = field(descriptor, kBaseLow, 16) | field(descriptor, kBaseMiddle, 8) << 16 | field(descriptor, kBaseHigh, 8) << 24 |
                field(upper, 0, 32) << 32,
        .limit = granular ? limit << 12 | kPageOfLimit : limit,
        .selector = selector.value,
        .type = static_cast<std::uint8_t>(field(descriptor, kType, 4)),
        .dpl = static_cast<std::uint8_t>(field(descriptor, kDpl, 2)),
        .present = bit(descriptor, kP),
        .code_or_data = bit(descriptor, kS),
        .available = bit(descriptor, kAvl),
        .long_code = bit(descriptor, kL),
        .big = bit(descriptor, kDb),
        .granular = granular,
    };
}

Gate decode_gate(std::uint64_t descriptor, std::uint64_t upper)
{
    Gate gate{
        .type = static_cast<SystemType>(field(descriptor, kType, 4)),
        .system = !bit(descriptor, kS),
        .present = bit(descriptor, kP),
        .dpl = static_cast<std::uint8_t>(field(descriptor, kDpl, 2)),
        .selector = {static_cast<std::uint16_t>(field(descriptor, kGateSelector, 16))},
        .offset = field(descriptor, 0, 16),
        .ist = static_cast<std::uint8_t>(field(descriptor, kGateIst, 3)),
    };
    if (gate.wide()) gate.offset |= field(descriptor, kGateOffsetHigh, 16) << 16 | field(upper, 0, 32) << 32;
    return gate;
}

bool within_limit(const Segment& segment, std::uint32_t offset, std::uint32_t size)
{
    const std::uint64_t last = std::uint64_t{offset} + size - 1;
    const bool expand_down = segment.code_or_data && (segment.type & (kCode | kExpandDown)) == kExpandDown;
    if (!expand_down) return last <= segment.limit;
    const std::uint64_t highest = segment.big ? 0xFFFF'FFFF : 0xFFFF;
    return offset > segment.limit && last <= highest;
}

}  // namespace husk::x86
