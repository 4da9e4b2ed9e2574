// Single bits: BT and its kin, BSF, BSR, BSWAP, SETcc, CMOVcc, and the instructions on flags alone.
#include "differential/families.hpp"

#include <array>

namespace husk::test {

namespace {

constexpr FlagUse kBitTest = {.writes = kCarry, .undefined = kOverflow | kSign | kAdjust | kParity};

/// BT, BTS, BTR, BTC
void bit_test(Maker& maker)
{
    constexpr std::array<std::string_view, 4> kNames{"bt", "bts", "btr", "btc"};
    constexpr unsigned kFirst = 4;         // 0F BA /4 …
    constexpr std::uint64_t kFar = 0x400;  // bits
    const unsigned operation = maker.random().below(4);
    maker.name(kNames[operation]);
    const unsigned width = maker.width();
    const auto use = operation == 0 ? Maker::Use::Read : Maker::Use::Write;
    if (maker.random().chance(40)) {
        const auto of = maker.rm(width, use);
        const bool lock = operation != 0 && std::holds_alternative<Memory>(of) && maker.random().chance(25);
        return maker.add(maker.with({.opcode = {0x0F, 0xBA},
                                     .operand_bits = width,
                                     .lock = lock,
                                     .modrm = {{kFirst + operation, of}},
                                     .immediates = {{maker.random().next(), 1}}}),
                         kBitTest);
    }
    const auto opcode = static_cast<std::uint8_t>(0xA3 | operation << 3);
    if (maker.random().chance(40)) {
        const unsigned of = operation == 0 ? maker.source() : maker.target(width);
        return maker.add(maker.with({.opcode = {0x0F, opcode}, .operand_bits = width, .modrm = {{maker.source(), of}}}), kBitTest);
    }
    // In memory the register's number reaches before and behind the operand.
    const unsigned number = maker.target(width);
    const Memory of = maker.memory(width / 8, use, {number});
    maker.load(number, maker.random().below(2 * kFar) - kFar, width);
    const bool lock = operation != 0 && maker.random().chance(25);
    maker.add(maker.with({.opcode = {0x0F, opcode}, .operand_bits = width, .lock = lock, .modrm = {{number, of}}}), kBitTest);
}

/// BSF, BSR: for zero the result is undefined.
void bit_scan(Maker& maker)
{
    const bool forward = maker.random().chance(50);
    maker.name(forward ? "bsf" : "bsr");
    const unsigned width = maker.width();
    const unsigned from = maker.target(width);
    const unsigned shift = maker.random().below(width);
    maker.load(from, maker.random().next() << shift | 1ull << shift, width);
    const auto opcode = static_cast<std::uint8_t>(forward ? 0xBC : 0xBD);
    maker.add(maker.with({.opcode = {0x0F, opcode}, .operand_bits = width, .modrm = {{maker.target(width), from}}}),
              {.writes = kZero, .undefined = kStatus.without(kZero)});
}

void swap_bytes(Maker& maker)
{
    unsigned width = maker.width();
    if (width == 16) width = 32;  // undefined for 16 bits
    maker.add({.opcode = {0x0F, 0xC8}, .operand_bits = width, .plus = maker.target(width)});
}

void set_condition(Maker& maker)
{
    const unsigned condition = maker.random().below(16);
    const auto opcode = static_cast<std::uint8_t>(0x90 | condition);
    maker.add(maker.with({.opcode = {0x0F, opcode}, .operand_bits = 8, .modrm = {{0, maker.rm(8, Maker::Use::Write)}}}),
              {.reads = read_by_condition(condition)});
}

void move_condition(Maker& maker)
{
    const unsigned condition = maker.random().below(16);
    const unsigned width = maker.width();
    const auto opcode = static_cast<std::uint8_t>(0x40 | condition);
    const auto from = maker.rm(width, Maker::Use::Read);
    maker.add(maker.with({.opcode = {0x0F, opcode}, .operand_bits = width, .modrm = {{maker.target(width), from}}}),
              {.reads = read_by_condition(condition)});
}

void flags_alone(Maker& maker)
{
    struct Alone {
        std::string_view name;
        unsigned opcode;
        FlagUse use;
    };
    constexpr FlagSet kLow = kStatus.without(kOverflow);
    constexpr std::array kAlone{
        Alone{"clc", 0xF8, {.writes = kCarry}},
        Alone{"stc", 0xF9, {.writes = kCarry}},
        Alone{"cmc", 0xF5, {.reads = kCarry, .writes = kCarry}},
        Alone{"cld", 0xFC, {}},
        Alone{"std", 0xFD, {}},
        Alone{"sahf", 0x9E, {.writes = kLow}},
        Alone{"lahf", 0x9F, {.reads = kLow}},
    };
    const Alone& alone = maker.random().pick(kAlone);
    maker.name(alone.name);
    maker.add_bytes({alone.opcode}, alone.use);
}

constexpr std::array kFamilies{
    Family{"bit test", bit_test, 4},   Family{"bit scan", bit_scan, 2},     Family{"bswap", swap_bytes, 1},
    Family{"setcc", set_condition, 3}, Family{"cmovcc", move_condition, 3}, Family{"flags", flags_alone, 3},
};

}  // namespace

FlagSet read_by_condition(unsigned condition)
{
    // SDM Vol. 1, "EFLAGS Condition Codes" (appendix B).
    constexpr std::array<FlagSet, 8> kReads{
        kOverflow, kCarry, kZero, kCarry | kZero, kSign, kParity, kSign | kOverflow, kZero | kSign | kOverflow};
    return kReads[condition / 2];
}

std::span<const Family> bit_families()
{
    return kFamilies;
}

}  // namespace husk::test
