#include "differential/encode.hpp"

#include <array>
#include <stdexcept>

namespace husk::test {

namespace {

constexpr std::uint8_t kOperandSize = 0x66, kAddressSize = 0x67, kLock = 0xF0;
constexpr std::array<std::uint8_t, 6> kOverride{0x26, 0x2E, 0x36, 0x3E, 0x64, 0x65};  // by Seg

/// REX: SDM Vol. 2A, "REX Prefixes" (2.2.1).
namespace rex {
constexpr unsigned kPresent = 0x40, kW = 8, kR = 4, kX = 2, kB = 1;
}

constexpr unsigned kNoBase = 5, kSibFollows = 4, kNoIndex = 4;

struct Operand {
    unsigned rex = 0;
    Code bytes;  ///< ModRM, SIB, displacement
};

std::byte modrm(unsigned mod, unsigned reg, unsigned rm)
{
    return static_cast<std::byte>(mod << 6 | (reg & 7) << 3 | (rm & 7));
}

unsigned mod_of(const Memory& memory)
{
    return memory.displacement_size == 0 ? 0 : memory.displacement_size == 1 ? 1 : 2;
}

/// SDM Vol. 2A, "16-Bit Addressing Forms with the ModR/M Byte" (table 2-1).
void encode_16(const Memory& memory, unsigned reg, Code& bytes)
{
    struct Form {
        std::optional<unsigned> base, index;
    };
    static constexpr std::array<Form, 8> kForms{{{reg::kBx, reg::kSi},
                                                 {reg::kBx, reg::kDi},
                                                 {reg::kBp, reg::kSi},
                                                 {reg::kBp, reg::kDi},
                                                 {reg::kSi, {}},
                                                 {reg::kDi, {}},
                                                 {reg::kBp, {}},
                                                 {reg::kBx, {}}}};
    constexpr unsigned kBpAlone = 6;
    if (!memory.base) {
        bytes.push_back(modrm(0, reg, kBpAlone));
        return append(bytes, static_cast<std::uint64_t>(memory.displacement), 2);
    }
    for (unsigned rm = 0; rm < kForms.size(); ++rm) {
        if (kForms[rm].base != memory.base || kForms[rm].index != memory.index) continue;
        if (rm == kBpAlone && memory.displacement_size == 0) break;
        bytes.push_back(modrm(mod_of(memory), reg, rm));
        return append(bytes, static_cast<std::uint64_t>(memory.displacement), memory.displacement_size);
    }
    throw std::invalid_argument{"no such 16-bit address"};
}

/// SDM Vol. 2A, "32-Bit Addressing Forms with the ModR/M Byte" and "with the SIB Byte" (tables 2-2 and 2-3).
void encode_32(const Memory& memory, unsigned reg, Code& bytes, unsigned bits)
{
    const auto displacement = static_cast<std::uint64_t>(memory.displacement);
    if (memory.rip_relative) {
        bytes.push_back(modrm(0, reg, kNoBase));
        return append(bytes, displacement, 4);
    }
    if (!memory.base) {
        const bool sib = memory.index.has_value() || bits == 64;
        bytes.push_back(modrm(0, reg, sib ? kSibFollows : kNoBase));
        if (sib) bytes.push_back(modrm(memory.scale, memory.index.value_or(kNoIndex), kNoBase));
        return append(bytes, displacement, 4);
    }
    const bool sib = memory.index.has_value() || (*memory.base & 7) == kSibFollows;
    if (mod_of(memory) == 0 && (*memory.base & 7) == kNoBase) throw std::invalid_argument{"BP without a displacement"};
    bytes.push_back(modrm(mod_of(memory), reg, sib ? kSibFollows : *memory.base));
    if (sib) bytes.push_back(modrm(memory.scale, memory.index.value_or(kNoIndex), *memory.base));
    append(bytes, displacement, memory.displacement_size);
}

Operand operand(const ModRm& of, unsigned bits)
{
    Operand result;
    if (of.reg > 7) result.rex |= rex::kR;
    if (const unsigned* rm = std::get_if<unsigned>(&of.rm)) {
        if (*rm > 7) result.rex |= rex::kB;
        result.bytes.push_back(modrm(3, of.reg, *rm));
        return result;
    }
    const Memory& memory = std::get<Memory>(of.rm);
    if (memory.index == kNoIndex) throw std::invalid_argument{"SP is no index"};
    if (memory.base.value_or(0) > 7) result.rex |= rex::kB;
    if (memory.index.value_or(0) > 7) result.rex |= rex::kX;
    if (memory.address_bits == 16) {
        encode_16(memory, of.reg, result.bytes);
    } else {
        encode_32(memory, of.reg, result.bytes, bits);
    }
    return result;
}

bool needs_operand_prefix(const Instruction& of, unsigned bits)
{
    if (of.fixed_size || of.operand_bits == 8 || of.operand_bits == 64) return false;
    return (of.operand_bits == 16) != (bits == 16);
}

}  // namespace

void append(Code& code, std::uint64_t value, unsigned size)
{
    for (unsigned i = 0; i < size; ++i) code.push_back(static_cast<std::byte>(value >> (8 * i) & 0xFF));
}

Code encode(const Instruction& instruction, unsigned bits)
{
    Operand of;
    if (instruction.modrm) of = operand(*instruction.modrm, bits);
    if (instruction.plus.value_or(0) > 7) of.rex |= rex::kB;
    if (instruction.operand_bits == 64 && !instruction.fixed_size) of.rex |= rex::kW;
    if (of.rex != 0 && bits != 64) throw std::invalid_argument{"REX outside 64-bit code"};

    const Memory* memory = instruction.modrm ? std::get_if<Memory>(&instruction.modrm->rm) : nullptr;
    const auto address_bits = memory != nullptr ? std::optional{memory->address_bits} : instruction.address_bits;
    const auto override = memory != nullptr ? memory->override : instruction.override;
    Code code;
    if (instruction.lock) append(code, kLock, 1);
    if (override) append(code, kOverride[static_cast<std::size_t>(*override)], 1);
    if (address_bits && *address_bits != bits) append(code, kAddressSize, 1);
    if (needs_operand_prefix(instruction, bits)) append(code, kOperandSize, 1);
    if (instruction.mandatory != 0) append(code, instruction.mandatory, 1);
    if (instruction.repeat != 0) append(code, instruction.repeat, 1);
    if (of.rex != 0 || (instruction.rex && bits == 64)) append(code, rex::kPresent | of.rex, 1);
    for (const std::uint8_t byte : instruction.opcode) append(code, byte, 1);
    if (instruction.plus) code.back() = static_cast<std::byte>(std::to_integer<unsigned>(code.back()) + (*instruction.plus & 7));
    code.insert(code.end(), of.bytes.begin(), of.bytes.end());
    for (const Immediate& immediate : instruction.immediates) append(code, immediate.value, immediate.size);
    return code;
}

}  // namespace husk::test
