// Shifts and rotates, by one, by an immediate count and by CL.
#include "differential/families.hpp"

#include <array>

namespace husk::test {

namespace {

enum Operation : unsigned { Rol, Ror, Rcl, Rcr, Shl, Shr, Sal, Sar };
constexpr std::array<std::string_view, 8> kNames{"rol", "ror", "rcl", "rcr", "shl", "shr", "sal", "sar"};

/// What is left undefined for a count is in SDM Vol. 2B, "SAL/SAR/SHL/SHR" and "RCL/RCR/ROL/ROR".
FlagUse use_of(unsigned operation, unsigned count, unsigned width)
{
    count &= width == 64 ? 63 : 31;
    const bool through_carry = operation == Rcl || operation == Rcr;
    const FlagSet reads = through_carry ? kCarry : kNoFlags;
    if (count == 0) return {.reads = reads};
    const FlagSet overflow = count == 1 ? kNoFlags : kOverflow;
    if (operation < Shl) return {.reads = reads, .writes = (kCarry | kOverflow).without(overflow), .undefined = overflow};
    const FlagSet carry = operation != Sar && count >= width ? kCarry : kNoFlags;
    return all_but(kAdjust | overflow | carry);
}

void shift(Maker& maker)
{
    constexpr std::uint8_t kByOne = 0xD0, kByCl = 0xD2, kByImmediate = 0xC0;
    const unsigned operation = maker.random().below(8);
    maker.name(kNames[operation]);
    const unsigned width = maker.width_or_byte();
    const std::uint8_t sized = width == 8 ? 0 : 1;
    const auto to = maker.rm(width, Maker::Use::Write, {reg::kCx});
    Instruction instruction = maker.with({.operand_bits = width, .modrm = {{operation, to}}});
    unsigned count = 1;
    switch (maker.random().below(3)) {
        case 0: instruction.opcode = {static_cast<std::uint8_t>(kByOne | sized)}; break;
        case 1:
            count = maker.random().below(256);
            if (maker.random().chance(50)) count &= 31;
            maker.load(reg::kCx, count, 8);
            instruction.opcode = {static_cast<std::uint8_t>(kByCl | sized)};
            break;
        default:
            count = maker.random().chance(80) ? maker.random().below(width + 2) : maker.random().below(256);
            instruction.opcode = {static_cast<std::uint8_t>(kByImmediate | sized)};
            instruction.immediates = {{count, 1}};
    }
    maker.add(instruction, use_of(operation, count, width));
}

void double_shift(Maker& maker)
{
    const bool left = maker.random().chance(50);
    maker.name(left ? "shld" : "shrd");
    const unsigned width = maker.width();
    const auto to = maker.rm(width, Maker::Use::Write, {reg::kCx});
    // Beyond the width even the result is undefined.
    const unsigned count = maker.random().below(width) | (maker.random().chance(20) ? (width == 64 ? 64 : 32) : 0);
    const unsigned effective = count & (width == 64 ? 63 : 31);
    FlagUse use;
    if (effective != 0) use = all_but(kAdjust | (effective == 1 ? kNoFlags : kOverflow));
    const auto opcode = static_cast<std::uint8_t>(left ? 0xA4 : 0xAC);
    Instruction instruction = maker.with({.opcode = {0x0F, opcode}, .operand_bits = width, .modrm = {{maker.source(), to}}});
    if (maker.random().chance(50)) {
        maker.load(reg::kCx, count, 8);
        instruction.opcode.back() |= 1;
    } else {
        instruction.immediates = {{count, 1}};
    }
    maker.add(instruction, use);
}

constexpr std::array kFamilies{Family{"shift", shift, 6}, Family{"double shift", double_shift, 2}};

}  // namespace

std::span<const Family> shift_families()
{
    return kFamilies;
}

}  // namespace husk::test
