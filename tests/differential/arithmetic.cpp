// Integer arithmetic and logic, in each of its forms.
#include "differential/families.hpp"

#include <algorithm>
#include <array>

namespace husk::test {

namespace {

struct Operation {
    std::string_view name;
    unsigned number;  ///< in opcodes: 00, 08, 10 …, and /0, /1, /2 … of group 1
    FlagUse use;
    bool writes = true;
};

constexpr FlagUse kWithCarry{.reads = kCarry, .writes = kStatus};
constexpr std::array kOperations{
    Operation{"add", 0, all_but(kNoFlags)}, Operation{"or", 1, all_but(kAdjust)},          Operation{"adc", 2, kWithCarry},
    Operation{"sbb", 3, kWithCarry},        Operation{"and", 4, all_but(kAdjust)},         Operation{"sub", 5, all_but(kNoFlags)},
    Operation{"xor", 6, all_but(kAdjust)},  Operation{"cmp", 7, all_but(kNoFlags), false},
};

bool is_memory(const Maker::Rm& rm)
{
    return std::holds_alternative<Memory>(rm);
}

/// LOCK is for what writes to memory. SDM Vol. 2A, "LOCK" (3.3).
bool may_lock(Maker& maker, const Maker::Rm& to)
{
    return is_memory(to) && maker.random().chance(25);
}

std::uint8_t sized(unsigned opcode, unsigned width)
{
    return static_cast<std::uint8_t>(opcode | (width == 8 ? 0 : 1));
}

Maker::Use use_of(const Operation& operation)
{
    return operation.writes ? Maker::Use::Write : Maker::Use::Read;
}

/// op r/m, r; op r, r/m
void binary(Maker& maker)
{
    const Operation& operation = maker.random().pick(kOperations);
    maker.name(operation.name);
    const unsigned width = maker.width_or_byte();
    if (maker.random().chance(50)) {
        const auto to = maker.rm(width, use_of(operation));
        maker.add(maker.with({.opcode = {sized(operation.number << 3, width)},
                              .operand_bits = width,
                              .lock = operation.writes && may_lock(maker, to),
                              .modrm = {{maker.source(), to}}}),
                  operation.use);
    } else {
        const auto from = maker.rm(width, Maker::Use::Read);
        const unsigned to = operation.writes ? maker.target(width) : maker.source();
        maker.add(maker.with({.opcode = {sized(operation.number << 3 | 2, width)}, .operand_bits = width, .modrm = {{to, from}}}),
                  operation.use);
    }
}

/// op r/m, imm; op r/m, imm8; op accumulator, imm
void with_immediate(Maker& maker)
{
    constexpr std::uint8_t kGroup1 = 0x80, kSignExtended = 0x83, kAccumulator = 4;
    const Operation& operation = maker.random().pick(kOperations);
    maker.name(operation.name);
    const unsigned width = maker.width_or_byte();
    Instruction instruction = maker.with({.operand_bits = width, .immediates = {maker.immediate(width)}});
    if (maker.random().chance(25)) {
        instruction.opcode = {sized(operation.number << 3 | kAccumulator, width)};
        return maker.add(instruction, operation.use);
    }
    const auto to = maker.rm(width, use_of(operation));
    instruction.opcode = {sized(kGroup1, width)};
    if (width != 8 && maker.random().chance(50)) {
        instruction.opcode = {kSignExtended};
        instruction.immediates = {maker.immediate(8)};
    }
    instruction.modrm = {operation.number, to};
    instruction.lock = operation.writes && may_lock(maker, to);
    maker.add(instruction, operation.use);
}

void test(Maker& maker)
{
    const unsigned width = maker.width_or_byte();
    const FlagUse use = all_but(kAdjust);
    if (maker.random().chance(50)) {
        const auto of = maker.rm(width, Maker::Use::Read);
        maker.add(maker.with({.opcode = {sized(0x84, width)}, .operand_bits = width, .modrm = {{maker.source(), of}}}), use);
    } else if (maker.random().chance(70)) {
        const auto of = maker.rm(width, Maker::Use::Read);
        maker.add(maker.with({.opcode = {sized(0xF6, width)},
                              .operand_bits = width,
                              .modrm = {{0, of}},
                              .immediates = {maker.immediate(width)}}),
                  use);
    } else {
        maker.add(maker.with({.opcode = {sized(0xA8, width)}, .operand_bits = width, .immediates = {maker.immediate(width)}}), use);
    }
}

/// INC, DEC, NOT, NEG
void unary(Maker& maker)
{
    struct Unary {
        std::string_view name;
        unsigned opcode, number;
        FlagUse use;
    };
    constexpr FlagUse kKeepCarry{.writes = kStatus.without(kCarry)};
    constexpr std::array kUnary{Unary{"inc", 0xFE, 0, kKeepCarry}, Unary{"dec", 0xFE, 1, kKeepCarry}, Unary{"not", 0xF6, 2, {}},
                                Unary{"neg", 0xF6, 3, all_but(kNoFlags)}};
    const Unary& operation = maker.random().pick(kUnary);
    maker.name(operation.name);
    const unsigned width = maker.width_or_byte();
    const auto to = maker.rm(width, Maker::Use::Write);
    if (const unsigned* reg = std::get_if<unsigned>(&to);
        operation.opcode == 0xFE && reg != nullptr && maker.bits() != 64 && width != 8) {
        const auto opcode = static_cast<std::uint8_t>(0x40 | operation.number << 3);
        return maker.add({.opcode = {opcode}, .operand_bits = width, .plus = *reg}, operation.use);
    }
    maker.add(maker.with({.opcode = {sized(operation.opcode, width)},
                          .operand_bits = width,
                          .lock = operation.name != "neg" && may_lock(maker, to),
                          .modrm = {{operation.number, to}}}),
              operation.use);
}

void locked_negation(Maker& maker)
{
    const unsigned width = maker.width_or_byte();
    const Memory of = maker.memory(width / 8, Maker::Use::Write);
    maker.add(maker.with({.opcode = {sized(0xF6, width)}, .operand_bits = width, .lock = true, .modrm = {{3, of}}}),
              all_but(kNoFlags));
}

/// XCHG, XADD, CMPXCHG
void exchange(Maker& maker)
{
    const unsigned width = maker.width_or_byte();
    const auto to = maker.rm(width, Maker::Use::Write);
    Instruction instruction =
        maker.with({.operand_bits = width, .lock = may_lock(maker, to), .modrm = {{maker.target(width), to}}});
    const bool has_own_family = maker.bits() == 64 && width == 32 && !is_memory(to);
    switch (maker.random().below(has_own_family ? 2 : 3)) {
        case 0:
            maker.name("xchg");
            instruction.opcode = {sized(0x86, width)};
            return maker.add(instruction);
        case 1:
            maker.name("xadd");
            instruction.opcode = {0x0F, sized(0xC0, width)};
            return maker.add(instruction, all_but(kNoFlags));
        default:
            maker.name("cmpxchg");
            instruction.opcode = {0x0F, sized(0xB0, width)};
            // Equal half of the time, if that is to be had.
            if (const unsigned* reg = std::get_if<unsigned>(&to); reg != nullptr && width != 8 && maker.random().chance(50))
                maker.add(maker.with({.opcode = {0x89}, .operand_bits = width, .modrm = {{*reg, reg::kAx}}}));
            return maker.add(instruction, all_but(kNoFlags));
    }
}

/// CMPXCHG r32, r32 in 64-bit code: if it fails, no upper half but RAX's is cleared. KVM's emulator clears the destination's too.
void compare_registers(Maker& maker)
{
    maker.add(maker.with({.opcode = {0x0F, 0xB1}, .operand_bits = 32, .modrm = {{maker.source(), maker.target(32)}}}),
              all_but(kNoFlags));
}

void cmpxchg8b(Maker& maker)
{
    const Memory at = maker.memory(8, Maker::Use::Write);
    const unsigned width = std::min(maker.bits(), 32u);
    if (maker.random().chance(50)) {  // expect what is there, of which the upper half is left to chance
        maker.add(maker.with({.opcode = {0x0F, 0xC7}, .operand_bits = width, .fixed_size = true, .modrm = {{1, at}}}),
                  {.writes = kZero});
        if (at.base == reg::kDx || at.base == reg::kAx || at.index == reg::kDx || at.index == reg::kAx) return;
    }
    maker.add(maker.with({.opcode = {0x0F, 0xC7},
                          .operand_bits = width,
                          .fixed_size = true,
                          .lock = maker.random().chance(50),
                          .modrm = {{1, at}}}),
              {.writes = kZero});
}

constexpr std::array kFamilies{
    Family{"binary", binary, 10},
    Family{"with immediate", with_immediate, 8},
    Family{"test", test, 2},
    Family{"unary", unary, 4},
    Family{"exchange", exchange, 4},
    Family{"cmpxchg8b", cmpxchg8b, 1},
    Family{"cmpxchg r32, r32", compare_registers, 1, Level::All, is_64_bit},
    Family{"lock neg", locked_negation, 1},
};

}  // namespace

std::span<const Family> arithmetic_families()
{
    return kFamilies;
}

}  // namespace husk::test
