#include "engine/soft/decode/misread.hpp"

#include "engine/soft/decode/prefixes.hpp"

namespace husk::soft {

namespace {

constexpr unsigned kEscape = 0x0F;
constexpr unsigned kRegister = 0xC0;  // ModR/M from here on: no memory operand

/// The bytes from the opcode on; zeros where `code` has ended.
class Opcode {
public:
    Opcode(std::span<const std::byte> code, std::size_t at) : code_{code.subspan(at)} {}

    unsigned operator[](std::size_t index) const { return index < code_.size() ? std::to_integer<unsigned>(code_[index]) : 0; }
    unsigned extension(std::size_t index) const { return (*this)[index] >> 3 & 7; }
    bool names_register(std::size_t index) const { return (*this)[index] >= kRegister; }

private:
    std::span<const std::byte> code_;
};

/// BT, BTS, BTR, BTC.
bool tests_bit(const Opcode& opcode)
{
    const unsigned second = opcode[1];
    if (second == 0xBA) return opcode.extension(2) >= 4;
    return second == 0xA3 || second == 0xAB || second == 0xB3 || second == 0xBB;
}

/// SDM Vol. 2A, "LOCK—Assert LOCK# Signal Prefix" (3.3): these, with a destination in memory.
bool lockable_after_escape(const Opcode& opcode)
{
    if (opcode.names_register(2)) return false;
    switch (opcode[1]) {
        case 0xA3: return false;  // BT writes nothing
        case 0xBA: return opcode.extension(2) >= 5;
        case 0xB0:
        case 0xB1:
        case 0xC0:
        case 0xC1: return true;
        case 0xC7: return opcode.extension(2) == 1;
        default: return tests_bit(opcode);
    }
}

bool lockable(const Opcode& opcode)
{
    if (opcode[0] == kEscape) return lockable_after_escape(opcode);
    if (opcode.names_register(1)) return false;
    const unsigned first = opcode[0];
    constexpr unsigned kCompare = 7;
    if (first < 0x38) return (first & 7) < 2;  // ADD, OR … XOR to memory
    switch (first) {
        case 0x80:
        case 0x81:
        case 0x82:
        case 0x83: return opcode.extension(1) != kCompare;
        case 0x86:
        case 0x87: return true;
        case 0xF6:
        case 0xF7: return opcode.extension(1) == 2 || opcode.extension(1) == 3;
        case 0xFE:
        case 0xFF: return opcode.extension(1) <= 1;
        default: return false;
    }
}

/// ANDN, BLSR, BLSMSK, BLSI, BZHI, PDEP, PEXT, MULX, BEXTR, SHLX, SARX, SHRX, RORX.
bool is_general_purpose(unsigned map, unsigned opcode)
{
    if (map == 2) return opcode == 0xF2 || opcode == 0xF3 || (opcode >= 0xF5 && opcode <= 0xF7);
    return map == 3 && opcode == 0xF0;
}

bool is_vex(const Opcode& opcode, unsigned bits)
{
    return (opcode[0] == 0xC4 || opcode[0] == 0xC5) && (bits == 64 || opcode.names_register(1));
}

bool is_known_vex(const Opcode& opcode)
{
    constexpr unsigned kMap = 0x1F;
    return opcode[0] == 0xC4 && is_general_purpose(opcode[1] & kMap, opcode[3]);
}

}  // namespace

bool is_misread(std::span<const std::byte> code, unsigned bits)
{
    const Prefixes prefixes = skip_prefixes(code, bits);
    const Opcode opcode{code, prefixes.count};
    if (prefixes.locked) return !lockable(opcode);
    if (is_vex(opcode, bits)) return !is_known_vex(opcode);
    const bool extended = opcode[0] == 0x8F || opcode[0] == 0xC6 || opcode[0] == 0xC7;
    return extended && opcode.extension(1) != 0;
}

}  // namespace husk::soft
