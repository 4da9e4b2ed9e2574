#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

namespace husk::test {

using Code = std::vector<std::byte>;

/// Segment registers by the numbers that encodings have for them. SDM Vol. 2, "Encoding of the Segment Register (sreg) Field"
/// (B.1.4.4).
enum class Seg : std::uint8_t { Es, Cs, Ss, Ds, Fs, Gs };

/// General registers by number. SDM Vol. 2, "Encoding of General-Purpose Register (reg) Field" (B.1.4.2).
namespace reg {
inline constexpr unsigned kAx = 0, kCx = 1, kDx = 2, kBx = 3, kSp = 4, kBp = 5, kSi = 6, kDi = 7;
}

/// A memory operand: [base + index * scale + displacement].
struct Memory {
    unsigned address_bits = 32;
    std::optional<unsigned> base{}, index{};
    unsigned scale = 0;  ///< as a power of two
    std::int64_t displacement = 0;
    unsigned displacement_size = 0;  ///< bytes: 0, 1, 2 or 4
    bool rip_relative = false;
    std::optional<Seg> override{};
};

struct ModRm {
    unsigned reg = 0;                   ///< a register's number, or a part of the opcode
    std::variant<unsigned, Memory> rm;  ///< a register's number, or memory
};

struct Immediate {
    std::uint64_t value = 0;
    unsigned size = 1;  ///< bytes
};

/// One instruction, before it is bytes.
struct Instruction {
    std::vector<std::uint8_t> opcode{};  ///< escapes included, prefixes not
    unsigned operand_bits = 32;          ///< decides about the prefix 66 and REX.W, unless…
    bool fixed_size = false;             ///< …the size of operands needs no prefix
    std::uint8_t mandatory = 0;          ///< 66, F2 or F3 as a part of the opcode
    std::uint8_t repeat = 0;             ///< F2 or F3
    bool lock = false;
    bool rex = false;                ///< even if it says nothing: 64-bit code's SPL, BPL, SIL, DIL
    std::optional<unsigned> plus{};  ///< a register's number that the opcode's last byte takes up
    std::optional<ModRm> modrm{};
    std::vector<Immediate> immediates{};
    /// Of a string instruction and the like, which have no ModRM but use memory.
    std::optional<unsigned> address_bits{};
    std::optional<Seg> override{};
};

/// The bytes of `instruction` in code of `bits` (16, 32 or 64). What is contradictory (R8 in 32-bit code …) is
/// std::invalid_argument.
Code encode(const Instruction& instruction, unsigned bits);

/// Appends the lowest `size` bytes of `value`.
void append(Code& code, std::uint64_t value, unsigned size);

}  // namespace husk::test
