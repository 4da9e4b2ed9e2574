#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace husk::soft {

/// Segment registers by their number in instructions. SDM Vol. 2D, "Sreg" (B.1.4.5).
enum class SegmentIndex : std::uint8_t { Es, Cs, Ss, Ds, Fs, Gs };

/// A set of segment registers.
class SegmentSet {
public:
    constexpr SegmentSet() = default;
    // NOLINTNEXTLINE(google-explicit-constructor): one register is a set of one
    constexpr SegmentSet(SegmentIndex index) : bits_{static_cast<std::uint8_t>(1u << static_cast<unsigned>(index))} {}
    constexpr bool has(SegmentIndex index) const { return meets(index); }
    constexpr bool meets(SegmentSet other) const { return (bits_ & other.bits_) != 0; }
    /// True if all of `other` is in here.
    constexpr bool covers(SegmentSet other) const { return (other.bits_ & ~bits_) == 0; }
    constexpr SegmentSet& operator|=(SegmentSet other)
    {
        bits_ = static_cast<std::uint8_t>(bits_ | other.bits_);
        return *this;
    }
    constexpr bool empty() const { return bits_ == 0; }
    constexpr bool operator==(const SegmentSet&) const = default;

private:
    std::uint8_t bits_ = 0;
};

/// What an instruction of 16- or 32-bit code has to do with segments.
struct SegmentUse {
    SegmentSet memory;        ///< those that its operands in memory lie in
    bool narrow = false;      ///< with offsets of 16 bits
    bool stack = false;       ///< it pushes or pops
    bool may_load = false;    ///< it may load a segment register
    bool may_switch = false;  ///< it may turn protection on or off
};

/// Of the instruction at the start of `code`, whose operand size is `bits`: 16 or 32.
SegmentUse segment_use(std::span<const std::byte> code, unsigned bits);

}  // namespace husk::soft
