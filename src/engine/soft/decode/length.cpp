#include "engine/soft/decode/length.hpp"

#include "engine/soft/decode/prefixes.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <initializer_list>

namespace husk::soft {

namespace {

/// What follows an opcode. Immediates add up.
enum Follows : std::uint8_t {
    Nothing = 0,
    ModRm = 1 << 0,
    Imm8 = 1 << 1,
    Imm16 = 1 << 2,
    ImmZ = 1 << 3,    ///< 2 or 4 bytes, by operand size
    ImmV = 1 << 4,    ///< 2, 4 or 8 bytes, by operand size
    Offset = 1 << 5,  ///< an address, by address size
};
using Map = std::array<std::uint8_t, 256>;

constexpr void set(Map& map, unsigned first, unsigned last, unsigned follows)
{
    for (unsigned opcode = first; opcode <= last; ++opcode) map.at(opcode) = static_cast<std::uint8_t>(follows);
}

constexpr Map one_byte_map()
{
    Map map{};
    for (unsigned group = 0; group < 0x40; group += 8) {  // ADD, OR, … CMP
        set(map, group, group + 3, ModRm);
        set(map, group + 4, group + 4, Imm8);
        set(map, group + 5, group + 5, ImmZ);
    }
    set(map, 0x62, 0x63, ModRm);
    set(map, 0x68, 0x68, ImmZ);
    set(map, 0x69, 0x69, ModRm | ImmZ);
    set(map, 0x6A, 0x6A, Imm8);
    set(map, 0x6B, 0x6B, ModRm | Imm8);
    set(map, 0x70, 0x7F, Imm8);
    set(map, 0x80, 0x83, ModRm | Imm8);
    set(map, 0x81, 0x81, ModRm | ImmZ);
    set(map, 0x84, 0x8F, ModRm);
    set(map, 0x9A, 0x9A, Imm16 | ImmZ);
    set(map, 0xA0, 0xA3, Offset);
    set(map, 0xA8, 0xA8, Imm8);
    set(map, 0xA9, 0xA9, ImmZ);
    set(map, 0xB0, 0xB7, Imm8);
    set(map, 0xB8, 0xBF, ImmV);
    set(map, 0xC0, 0xC1, ModRm | Imm8);
    set(map, 0xC2, 0xC2, Imm16);
    set(map, 0xC4, 0xC5, ModRm);
    set(map, 0xC6, 0xC6, ModRm | Imm8);
    set(map, 0xC7, 0xC7, ModRm | ImmZ);
    set(map, 0xC8, 0xC8, Imm16 | Imm8);
    set(map, 0xCA, 0xCA, Imm16);
    set(map, 0xCD, 0xCD, Imm8);
    set(map, 0xD0, 0xD3, ModRm);
    set(map, 0xD4, 0xD5, Imm8);
    set(map, 0xD8, 0xDF, ModRm);
    set(map, 0xE0, 0xE7, Imm8);
    set(map, 0xE8, 0xE9, ImmZ);
    set(map, 0xEA, 0xEA, Imm16 | ImmZ);
    set(map, 0xEB, 0xEB, Imm8);
    set(map, 0xF6, 0xF7, ModRm);  // and an immediate, if it is TEST
    set(map, 0xFE, 0xFF, ModRm);
    return map;
}

/// Opcodes after 0F.
constexpr Map two_byte_map()
{
    Map map{};
    set(map, 0x00, 0xFF, ModRm);
    set(map, 0x04, 0x0C, Nothing);  // SYSCALL, CLTS, SYSRET, INVD, WBINVD, UD2
    set(map, 0x0E, 0x0E, Nothing);
    set(map, 0x0F, 0x0F, ModRm | Imm8);
    set(map, 0x30, 0x37, Nothing);
    set(map, 0x70, 0x73, ModRm | Imm8);
    set(map, 0x77, 0x77, Nothing);
    set(map, 0x80, 0x8F, ImmZ);
    set(map, 0xA0, 0xA2, Nothing);
    set(map, 0xA4, 0xA4, ModRm | Imm8);
    set(map, 0xA8, 0xAA, Nothing);
    set(map, 0xAC, 0xAC, ModRm | Imm8);
    set(map, 0xBA, 0xBA, ModRm | Imm8);
    set(map, 0xC2, 0xC2, ModRm | Imm8);
    set(map, 0xC4, 0xC6, ModRm | Imm8);
    set(map, 0xC8, 0xCF, Nothing);
    return map;
}

constexpr Map kOneByte = one_byte_map();
constexpr Map kTwoByte = two_byte_map();

/// Reads one instruction from front to back.
class Instruction {
public:
    Instruction(std::span<const std::byte> code, unsigned bits)
        : code_{code.first(std::min(code.size(), kLongestInstruction))}, bits_{bits}
    {}

    std::optional<std::size_t> length()
    {
        prefixes();
        opcode();
        if ((follows_ & ModRm) != 0) mod_rm();
        immediates();
        if (past_end_ || at_ > code_.size()) return std::nullopt;
        return at_;
    }

private:
    unsigned next()
    {
        if (at_ < code_.size()) return std::to_integer<unsigned>(code_[at_++]);
        past_end_ = true;
        return 0;
    }
    unsigned peek() const { return at_ < code_.size() ? std::to_integer<unsigned>(code_[at_]) : 0; }

    void prefixes()
    {
        for (;; ++at_) {
            switch (peek()) {
                case 0x66: operand_size_ = true; break;
                case 0x67: address_size_ = true; break;
                case 0xF2: repne_ = true; break;
                case 0xF0:
                case 0xF3:
                case 0x2E:
                case 0x36:
                case 0x3E:
                case 0x26:
                case 0x64:
                case 0x65: break;
                default:
                    if (bits_ != 64 || (peek() & 0xF0) != 0x40) return;
                    wide_ = (peek() & 8) != 0;  // REX.W, which Unicorn heeds also before other prefixes
            }
        }
    }

    void opcode()
    {
        const unsigned first = next();
        const bool vector = (first == 0xC4 || first == 0xC5) && (bits_ == 64 || peek() >= kRegister);
        if (vector) return vex(first);
        if (first != 0x0F) {
            follows_ = kOneByte.at(first);
            test_ = first == 0xF6 ? Imm8 : first == 0xF7 ? ImmZ : Nothing;
            return;
        }
        const unsigned second = next();
        follows_ = kTwoByte.at(second);
        if (second == 0x38 || second == 0x3A) {
            next();
            follows_ = second == 0x3A ? ModRm | Imm8 : ModRm;
        }
        const bool two_immediates = second == 0x78 && (operand_size_ || repne_);  // EXTRQ, INSERTQ
        if (two_immediates) follows_ = ModRm | Imm16;
        // These, and MOV to and from control and debug registers, name registers whatever MOD says.
        only_registers_ = two_immediates || (second >= 0x20 && second <= 0x23);
    }

    /// VEX: the map of opcodes is in the prefix.
    void vex(unsigned first)
    {
        unsigned map = 1;
        if (first == 0xC4) map = next() & 0x1F;
        next();
        const unsigned opcode = next();
        follows_ = map == 1 ? kTwoByte.at(opcode) : map == 3 ? ModRm | Imm8 : ModRm;
    }

    void mod_rm()
    {
        const unsigned byte = next();
        const unsigned mod = byte >> 6;
        const unsigned rm = byte & 7;
        const unsigned reg = byte >> 3 & 7;
        if (reg <= 1) follows_ |= test_;
        if (byte >= kRegister || only_registers_) return;
        if (address_bits() == 16) {
            at_ += mod == 1 ? 1 : mod == 2 || rm == 6 ? 2 : 0;
            return;
        }
        unsigned base = rm;
        if (rm == 4) base = next() & 7;  // SIB
        at_ += mod == 1 ? 1 : mod == 2 || base == 5 ? 4 : 0;
    }

    void immediates()
    {
        const std::size_t operand = operand_bytes();
        if ((follows_ & Imm8) != 0) at_ += 1;
        if ((follows_ & Imm16) != 0) at_ += 2;
        if ((follows_ & ImmZ) != 0) at_ += std::min<std::size_t>(operand, 4);
        if ((follows_ & ImmV) != 0) at_ += operand;
        if ((follows_ & Offset) != 0) at_ += address_bits() / 8;
    }

    unsigned address_bits() const
    {
        if (bits_ == 64) return address_size_ ? 32 : 64;
        return (bits_ == 32) != address_size_ ? 32 : 16;
    }
    std::size_t operand_bytes() const
    {
        if (wide_) return 8;
        return (bits_ != 16) != operand_size_ ? 4 : 2;
    }

    static constexpr unsigned kRegister = 0xC0;  // MOD 3: no memory operand

    std::span<const std::byte> code_;
    unsigned bits_;
    std::size_t at_ = 0;
    bool past_end_ = false;
    bool operand_size_ = false, address_size_ = false, repne_ = false, wide_ = false;
    bool only_registers_ = false;
    unsigned follows_ = Nothing;
    unsigned test_ = Nothing;  // what TEST has besides
};

}  // namespace

std::optional<std::size_t> instruction_length(std::span<const std::byte> code, unsigned bits)
{
    return Instruction{code, bits}.length();
}

}  // namespace husk::soft
