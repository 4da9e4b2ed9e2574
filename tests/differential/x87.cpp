// x87. Four registers are in use when a sequence starts, and each step leaves as many, so that the stack neither over- nor
// underflows.
#include "differential/families.hpp"

#include <array>

namespace husk::test {

namespace {

constexpr unsigned kInUse = 4;

struct Operand {
    std::uint8_t opcode;
    unsigned number, size;
};

void add_memory(Maker& maker, const Operand& operand, const Memory& memory)
{
    maker.add(maker.with({.opcode = {operand.opcode}, .fixed_size = true, .modrm = {{operand.number, memory}}}));
}

void add_register(Maker& maker, std::uint8_t opcode, unsigned number, unsigned reg)
{
    maker.add({.opcode = {opcode}, .fixed_size = true, .modrm = {{number, reg}}});
}

/// A number in memory, as large as `operand`. What is no integer is put there: none is a signalling NaN, which Unicorn loads and
/// stores as it is.
Memory number_in_memory(Maker& maker, const Operand& operand)
{
    constexpr std::uint64_t kInfinity = 0x7F80'0000, kQuiet = 0x0040'0000;          // of a float; NaNs are beyond infinity
    constexpr std::uint64_t kWideInfinity = 0x7FF0'0000, kWideQuiet = 0x0008'0000;  // of a double's upper half
    const bool is_float = operand.opcode == 0xD8 || operand.opcode == 0xD9;
    const bool is_double = operand.opcode == 0xDC || operand.opcode == 0xDD;
    constexpr unsigned kExtended = 10;
    constexpr std::uint64_t kExponent = 0x7FFF;  // of an extended number; all ones are NaNs and infinity
    const bool is_extended = operand.size == kExtended;
    if (!is_float && !is_double && !is_extended) return maker.memory(operand.size, Maker::Use::Read);
    const unsigned parts = (operand.size + 3) / 4;
    const Memory at = maker.plain_memory(parts * 4);
    Memory part = at;
    for (unsigned left = parts; left > 0; --left, part.displacement += 4) {
        std::uint64_t value = maker.random().value();
        if (is_float && (value & kInfinity) == kInfinity) value |= kQuiet;
        if (is_double && left == 1 && (value & kWideInfinity) == kWideInfinity) value |= kWideQuiet;
        if (is_extended && left == 1 && (value & kExponent) == kExponent) value ^= 1;
        maker.add({.opcode = {0xC7}, .operand_bits = 32, .modrm = {{0, part}}, .immediates = {{value, 4}}});
    }
    return at;
}

/// FADD, FMUL, FSUB, FSUBR, FDIV, FDIVR with a register or memory
void arithmetic(Maker& maker)
{
    constexpr std::array<unsigned, 6> kNumbers{0, 1, 4, 5, 6, 7};
    constexpr std::array kMemory{Operand{0xD8, 0, 4}, Operand{0xDC, 0, 8}, Operand{0xDA, 0, 4}, Operand{0xDE, 0, 2}};
    const unsigned number = maker.random().pick(kNumbers);
    if (maker.random().chance(50)) {
        const Operand& operand = maker.random().pick(kMemory);
        return add_memory(maker, {operand.opcode, number, operand.size}, number_in_memory(maker, operand));
    }
    add_register(maker, maker.random().chance(50) ? 0xD8 : 0xDC, number, maker.random().below(kInUse));
}

/// A number is loaded and taken off again, into memory or, with an operation, into a register.
void load_and_store(Maker& maker)
{
    constexpr std::array kLoads{Operand{0xD9, 0, 4}, Operand{0xDD, 0, 8}, Operand{0xDB, 5, 10},
                                Operand{0xDF, 0, 2}, Operand{0xDB, 0, 4}, Operand{0xDF, 5, 8}};
    constexpr std::array kStores{Operand{0xD9, 3, 4}, Operand{0xDD, 3, 8}, Operand{0xDB, 7, 10},
                                 Operand{0xDF, 3, 2}, Operand{0xDB, 3, 4}, Operand{0xDF, 7, 8}};
    constexpr std::array<unsigned, 6> kPopping{0, 1, 4, 5, 6, 7};  // DE C0 …: FADDP …
    const Operand& load = maker.random().pick(kLoads);
    add_memory(maker, load, number_in_memory(maker, load));
    if (maker.random().chance(40))
        return add_register(maker, 0xDE, maker.random().pick(kPopping), maker.random().between(1, kInUse));
    const Operand& store = maker.random().pick(kStores);
    add_memory(maker, store, maker.memory(store.size, Maker::Use::Write));
}

/// FST, FIST: without taking it off
void store(Maker& maker)
{
    constexpr std::array kStores{Operand{0xD9, 2, 4}, Operand{0xDD, 2, 8}, Operand{0xDF, 2, 2}, Operand{0xDB, 2, 4}};
    const Operand& operand = maker.random().pick(kStores);
    add_memory(maker, operand, maker.memory(operand.size, Maker::Use::Write));
}

/// FCHS, FABS, FSQRT, FRNDINT, FXCH, FST ST(i), and 1 or 0 loaded in place of the top
void registers(Maker& maker)
{
    constexpr std::array<unsigned, 4> kUnary{0xE0, 0xE1, 0xFA, 0xFC};
    constexpr unsigned kOne = 0xE8, kZero = 0xEE;
    switch (maker.random().below(4)) {
        case 0: return maker.add_bytes({0xD9, maker.random().pick(kUnary)});
        case 1: return add_register(maker, 0xD9, 1, maker.random().below(kInUse));
        case 2: return add_register(maker, 0xDD, 2, maker.random().below(kInUse));
        default: add_register(maker, 0xDD, 3, 0); maker.add_bytes({0xD9, maker.random().chance(50) ? kOne : kZero});
    }
}

/// FCOM, FUCOM, FTST, FXAM, and the condition codes into AX, of which only these are defined.
void compare(Maker& maker)
{
    constexpr std::uint64_t kConditions = 0x4500;  // C0, C2, C3
    const unsigned reg = maker.random().below(kInUse);
    switch (maker.random().below(4)) {
        case 0: add_register(maker, 0xD8, 2, reg); break;
        case 1: add_register(maker, 0xDD, 4, reg); break;
        case 2: maker.add_bytes({0xD9, 0xE4}); break;
        default: maker.add_bytes({0xD9, 0xE5});
    }
    maker.add_bytes({0xDF, 0xE0});                                                                          // fnstsw ax
    maker.add({.opcode = {0x25}, .operand_bits = 16, .immediates = {{kConditions, 2}}}, all_but(kAdjust));  // and ax, …
}

/// FCOMI, FUCOMI: into the status flags; FCMOVcc by them
void compare_to_flags(Maker& maker)
{
    constexpr FlagSet kOrder = kCarry | kZero | kParity;
    const unsigned reg = maker.random().below(kInUse);
    if (maker.random().chance(50)) {
        maker.name("fcomi, fucomi");
        maker.add({.opcode = {0xDB}, .fixed_size = true, .modrm = {{maker.random().between(5, 6), reg}}},
                  {.writes = kOrder, .undefined = kStatus.without(kOrder)});
        return;
    }
    maker.name("fcmov");
    const std::uint8_t opcode = maker.random().chance(50) ? 0xDA : 0xDB;
    maker.add({.opcode = {opcode}, .fixed_size = true, .modrm = {{maker.random().below(4), reg}}}, {.reads = kOrder});
}

/// FNSTCW, FLDCW: rounding and precision
void control(Maker& maker)
{
    constexpr unsigned kMasked = 0x3F, kPrecisionShift = 8, kRoundingShift = 10;
    constexpr std::array<unsigned, 3> kPrecisions{0, 2, 3};  // 1 is reserved
    const Memory word = maker.plain_memory(2);
    const unsigned value =
        kMasked | 0x40 | maker.random().pick(kPrecisions) << kPrecisionShift | maker.random().below(4) << kRoundingShift;
    maker.add({.opcode = {0xC7}, .operand_bits = 16, .modrm = {{0, word}}, .immediates = {{value, 2}}});
    add_memory(maker, {0xD9, 5, 2}, word);
    if (maker.random().chance(50)) add_memory(maker, {0xD9, 7, 2}, maker.memory(2, Maker::Use::Write));
}

constexpr std::array kFamilies{
    Family{"x87 arithmetic", arithmetic, 3, Level::All}, Family{"x87 load, store", load_and_store, 3, Level::All},
    Family{"x87 store", store, 1, Level::All},           Family{"x87 registers", registers, 2, Level::All},
    Family{"x87 compare", compare, 1, Level::All},       Family{"x87 flags", compare_to_flags, 1, Level::All},
    Family{"x87 control", control, 1, Level::All},
};

}  // namespace

std::span<const Family> x87_families()
{
    return kFamilies;
}

}  // namespace husk::test
