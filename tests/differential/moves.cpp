// MOV in all its forms, and what else moves data without computing.
#include "differential/families.hpp"

#include <array>

namespace husk::test {

namespace {

std::uint8_t sized(unsigned opcode, unsigned width)
{
    return static_cast<std::uint8_t>(opcode | (width == 8 ? 0 : 1));
}

/// MOV r/m, r; MOV r, r/m
void move(Maker& maker)
{
    const unsigned width = maker.width_or_byte();
    if (maker.random().chance(50)) {
        const auto to = maker.rm(width, Maker::Use::Write);
        return maker.add(maker.with({.opcode = {sized(0x88, width)}, .operand_bits = width, .modrm = {{maker.source(), to}}}));
    }
    const auto from = maker.rm(width, Maker::Use::Read);
    maker.add(maker.with({.opcode = {sized(0x8A, width)}, .operand_bits = width, .modrm = {{maker.target(width), from}}}));
}

/// MOV r/m, imm; MOV r, imm
void move_immediate(Maker& maker)
{
    const unsigned width = maker.width_or_byte();
    if (maker.random().chance(30)) return maker.load(maker.target(width), maker.random().value(), width);
    const auto to = maker.rm(width, Maker::Use::Write);
    maker.add(maker.with(
        {.opcode = {sized(0xC6, width)}, .operand_bits = width, .modrm = {{0, to}}, .immediates = {maker.immediate(width)}}));
}

/// MOV accumulator, [offset] and back, with an offset of the address's full width.
void move_offset(Maker& maker)
{
    const unsigned width = maker.width_or_byte();
    const bool store = maker.random().chance(50);
    const unsigned address_bits = maker.bits();
    const std::uint64_t offset = maker.data_offset(Seg::Ds, width / 8);
    maker.add(maker.with(
        {.opcode = {sized(store ? 0xA2 : 0xA0, width)}, .operand_bits = width, .immediates = {{offset, address_bits / 8}}}));
}

void extend(Maker& maker)
{
    const bool with_sign = maker.random().chance(50);
    const unsigned from_bits = maker.random().chance(50) ? 8 : 16;
    maker.name(with_sign ? "movsx" : "movzx");
    const unsigned width = maker.width();
    const auto opcode = static_cast<std::uint8_t>((with_sign ? 0xBE : 0xB6) | (from_bits == 16 ? 1 : 0));
    const auto from = maker.rm(from_bits, Maker::Use::Read);
    maker.add(maker.with({.opcode = {0x0F, opcode}, .operand_bits = width, .modrm = {{maker.target(width), from}}}));
}

void extend_double(Maker& maker)
{
    const unsigned width = maker.width();
    const auto from = maker.rm(32, Maker::Use::Read);
    maker.add(maker.with({.opcode = {0x63}, .operand_bits = width, .modrm = {{maker.target(width), from}}}));
}

void load_address(Maker& maker)
{
    const unsigned width = maker.width();
    const Memory of = maker.memory(1, Maker::Use::Read);
    maker.add(maker.with({.opcode = {0x8D}, .operand_bits = width, .modrm = {{maker.target(width), of}}}));
}

void exchange_accumulator(Maker& maker)
{
    const unsigned width = maker.width();
    maker.add({.opcode = {0x90}, .operand_bits = width, .plus = maker.target(width)});
}

/// XLAT: AL = [DS:BX + AL]
void translate(Maker& maker)
{
    constexpr unsigned kTable = 256;
    const unsigned address_bits = maker.bits() == 64 ? 64 : maker.random().chance(70) ? maker.bits() : 48 - maker.bits();
    maker.load(reg::kBx, maker.data_offset(Seg::Ds, kTable), address_bits);
    maker.add({.opcode = {0xD7}, .fixed_size = true, .address_bits = address_bits});
}

/// NOP with operands, PREFETCH: hints that read nothing.
void hint(Maker& maker)
{
    const Memory of = maker.memory(1, Maker::Use::Read);
    const auto opcode = static_cast<std::uint8_t>(maker.random().chance(50) ? 0x1F : 0x18);
    maker.add(maker.with({.opcode = {0x0F, opcode}, .operand_bits = maker.width(), .modrm = {{0, of}}}));
}

constexpr std::array kFamilies{
    Family{"mov", move, 5},
    Family{"mov immediate", move_immediate, 3},
    Family{"mov offset", move_offset, 2},
    Family{"movzx, movsx", extend, 4},
    Family{"movsxd", extend_double, 1, Level::Interpreted, is_64_bit},
    Family{"lea", load_address, 3},
    Family{"xchg accumulator", exchange_accumulator, 1},
    Family{"xlat", translate, 1},
    Family{"nop, prefetch", hint, 1},
};

}  // namespace

std::span<const Family> move_families()
{
    return kFamilies;
}

}  // namespace husk::test
