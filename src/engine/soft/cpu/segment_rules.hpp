#pragma once

#include "engine/soft/decode/segment_use.hpp"

#include <husk/x86.hpp>

#include <cstddef>
#include <optional>
#include <span>

namespace husk::soft {

/// What segments forbid. Unicorn asks for nothing but their bases: it lets code use null selectors, write to read-only segments and
/// reach beyond limits. So instructions that could do such a thing are stopped at, and looked at before they are executed.
///
/// Almost no code has any: where all segments are flat, or 64 KiB long and addressed by 16 bits, nothing is stopped at. (An operand
/// of more than a byte that lies across the end of such a segment goes unnoticed.)
class SegmentRules {
public:
    SegmentRules() = default;
    /// Those that code runs under. None in 64-bit code.
    SegmentRules(const x86::SystemRegisters& system, bool virtual_8086);

    /// True if an instruction that uses segments so could be forbidden something, or may change the rules.
    bool concern(const SegmentUse& use) const;
    /// The same of the instruction at the start of `code`, `bits`-bit: 16, 32 or 64, which has no such rules.
    bool concern(std::span<const std::byte> code, unsigned bits) const { return bits != 64 && concern(segment_use(code, bits)); }
    /// True if all that `other` looks at, these rules look at, too.
    bool cover(const SegmentRules& other) const;
    void add(const SegmentRules& other);

private:
    SegmentSet checked_narrow_;   ///< to be checked when addressed by 16 bits
    SegmentSet checked_wide_;     ///< when by 32
    bool checked_stack_ = false;  ///< pushes and pops are
    bool loads_ = false;          ///< segment registers are loaded from descriptors, and so may change the rules
    bool switches_ = false;       ///< so may turning protection on or off
};

}  // namespace husk::soft
