#include "engine/soft/decode/misexecuted.hpp"

namespace husk::soft {

namespace {

using Kind = SiteInstruction::Kind;

/// SDM Vol. 2A, "ModR/M and SIB Bytes" (2.1.3).
struct ModRm {
    explicit ModRm(std::byte byte) : word{std::to_integer<std::uint8_t>(byte)} {}

    std::uint8_t word;
    bool is_register() const { return word >> 6 == 3; }
    std::uint8_t reg() const { return word >> 3 & 7; }
    std::uint8_t rm() const { return word & 7; }
    /// In 64-bit code: a displacement from the next instruction.
    bool is_relative() const { return (word & 0xC7) == 5; }
};

SiteInstruction loop(std::byte distance, const Prefixes& prefixes, unsigned bits)
{
    SiteInstruction found{.kind = Kind::LoopWhile,
                          .size = static_cast<std::uint8_t>(prefixes.count + 2),
                          .width = 8,
                          .address_bits = prefixes.address_bits(bits),
                          .immediate = std::to_integer<std::uint8_t>(distance)};
    if (bits != 64) found.width = (bits == 16) != prefixes.operand_size ? 2 : 4;
    found.locked = prefixes.locked;
    return found;
}

/// Behind the escape byte.
std::optional<SiteInstruction> two_byte(std::uint8_t opcode, ModRm operands, const Prefixes& prefixes, unsigned bits)
{
    SiteInstruction found{.kind = Kind::DoubleShift, .immediate = {}};
    found.locked = prefixes.locked;
    found.in_memory = !operands.is_register();
    switch (opcode) {
        case 0xA4:
        case 0xAC: return bits == 64 && operands.is_relative() ? std::optional{found} : std::nullopt;
        case 0xB1:
            if (bits != 64 || prefixes.operand_size || prefixes.wide()) return std::nullopt;
            found.kind = Kind::CompareExchange;
            found.reg = prefixes.with_b(operands.rm());
            return found;
        case 0xC7:
            found.kind = Kind::CompareExchange8;
            return operands.reg() == 1 && found.in_memory ? std::optional{found} : std::nullopt;
        default: return std::nullopt;
    }
}

}  // namespace

std::optional<SiteInstruction> decode_misexecuted(std::span<const std::byte> code, const Prefixes& prefixes, unsigned bits)
{
    constexpr unsigned kEscape = 0x0F, kLoopNotEqual = 0xE0, kLoopEqual = 0xE1, kGroup3 = 0xF6, kNegate = 3;
    if (code.size() < 2) return std::nullopt;
    const auto opcode = std::to_integer<unsigned>(code[0]);
    if (opcode == kEscape) {
        if (code.size() < 3) return std::nullopt;
        return two_byte(std::to_integer<std::uint8_t>(code[1]), ModRm{code[2]}, prefixes, bits);
    }
    if (opcode == kLoopEqual || opcode == kLoopNotEqual) {
        SiteInstruction found = loop(code[1], prefixes, bits);
        found.while_zero = opcode == kLoopEqual;
        return found;
    }
    const ModRm operands{code[1]};
    if ((opcode & ~1u) != kGroup3 || operands.reg() != kNegate || operands.is_register() || !prefixes.locked) return std::nullopt;
    return SiteInstruction{.kind = Kind::LockedNegate, .immediate = {}};
}

}  // namespace husk::soft
