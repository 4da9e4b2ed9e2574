#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace husk::soft {

enum class SegmentPrefix : std::uint8_t { None, Es, Cs, Ss, Ds, Fs, Gs };

/// What comes before an instruction's opcode. SDM Vol. 2A, "Instruction Prefixes" (2.1.1), "REX Prefixes" (2.2.1).
struct Prefixes {
    std::size_t count = 0;  ///< bytes
    bool operand_size = false;
    bool address_size = false;
    bool locked = false;
    bool repeated = false;
    SegmentPrefix segment = SegmentPrefix::None;
    std::uint8_t rex = 0;  ///< 0: none

    /// Numbers of registers with their fourth bit, R for the one in ModR/M's middle and B for the one in its lowest bits.
    std::uint8_t with_r(unsigned number) const { return static_cast<std::uint8_t>(number | ((rex & 1u << 2) != 0 ? 8u : 0u)); }
    std::uint8_t with_b(unsigned number) const { return static_cast<std::uint8_t>(number | ((rex & 1u << 0) != 0 ? 8u : 0u)); }
    bool wide() const { return (rex & 1u << 3) != 0; }
    /// 16, 32 or 64, in code of `bits`.
    std::uint8_t address_bits(unsigned bits) const;
};

/// The prefixes at the start of `code`; `bits` is the code segment's operand size: 16, 32 or 64.
Prefixes skip_prefixes(std::span<const std::byte> code, unsigned bits);

inline constexpr std::size_t kLongestInstruction = 15;  ///< bytes of an x86 instruction. SDM Vol. 2A, "Instruction Format" (2.1)

}  // namespace husk::soft
