// SSE and SSE2: arithmetic, comparisons, conversions, packed integers, shuffles and moves.
#include "differential/families.hpp"

#include <algorithm>
#include <array>

namespace husk::test {

namespace {

constexpr std::uint8_t kNone = 0, kDouble = 0x66, kSingleScalar = 0xF3, kDoubleScalar = 0xF2;
constexpr std::array kAllPrefixes{kNone, kDouble, kSingleScalar, kDoubleScalar};

/// Bytes of an operand in memory, as the prefix has it.
unsigned operand_size(std::uint8_t prefix)
{
    return prefix == kSingleScalar ? 4 : prefix == kDoubleScalar ? 8 : 16;
}

/// An XMM register or aligned memory.
Maker::Rm from(Maker& maker, unsigned size)
{
    if (maker.random().chance(50)) return maker.source();
    return maker.memory_at(size, size, Maker::Use::Read);
}

Instruction packed(Maker& maker, std::uint8_t prefix, std::uint8_t opcode, unsigned reg, const Maker::Rm& rm)
{
    return maker.with({.opcode = {0x0F, opcode}, .fixed_size = true, .mandatory = prefix, .modrm = {{reg, rm}}});
}

void arithmetic(Maker& maker)
{
    constexpr std::array<std::uint8_t, 7> kOpcodes{0x51, 0x58, 0x59, 0x5C, 0x5D, 0x5E, 0x5F};  // sqrt add mul sub min div max
    const std::uint8_t prefix = maker.random().pick(kAllPrefixes);
    const auto source = from(maker, operand_size(prefix));
    maker.add(packed(maker, prefix, maker.random().pick(kOpcodes), maker.source(), source));
}

void logic(Maker& maker)
{
    constexpr std::array<std::uint8_t, 6> kOpcodes{0x54, 0x55, 0x56, 0x57, 0x14, 0x15};  // and andn or xor unpckl unpckh
    const auto source = from(maker, 16);
    maker.add(packed(maker, maker.random().chance(50) ? kNone : kDouble, maker.random().pick(kOpcodes), maker.source(), source));
}

void compare(Maker& maker)
{
    constexpr unsigned kPredicates = 8;
    const std::uint8_t prefix = maker.random().pick(kAllPrefixes);
    const auto source = from(maker, operand_size(prefix));
    Instruction instruction = packed(maker, prefix, 0xC2, maker.source(), source);
    instruction.immediates = {{maker.random().below(kPredicates), 1}};
    maker.add(instruction);
}

/// COMISS, COMISD, UCOMISS, UCOMISD: into the status flags.
void compare_to_flags(Maker& maker)
{
    const bool is_double = maker.random().chance(50);
    const auto source = from(maker, is_double ? 8 : 4);
    const auto opcode = static_cast<std::uint8_t>(0x2E | maker.random().below(2));
    maker.add(packed(maker, is_double ? kDouble : kNone, opcode, maker.source(), source), {.writes = kStatus});
}

void convert(Maker& maker)
{
    struct Conversion {
        std::uint8_t prefix, opcode;
        unsigned size;
    };
    constexpr std::array kConversions{
        Conversion{kNone, 0x5A, 8},          Conversion{kDouble, 0x5A, 16}, Conversion{kSingleScalar, 0x5A, 4},
        Conversion{kDoubleScalar, 0x5A, 8},  Conversion{kNone, 0x5B, 16},   Conversion{kDouble, 0x5B, 16},
        Conversion{kSingleScalar, 0x5B, 16}, Conversion{kDouble, 0xE6, 16}, Conversion{kSingleScalar, 0xE6, 8},
        Conversion{kDoubleScalar, 0xE6, 16},
    };
    const Conversion& conversion = maker.random().pick(kConversions);
    const auto source = from(maker, conversion.size);
    maker.add(packed(maker, conversion.prefix, conversion.opcode, maker.source(), source));
}

/// Between XMM and general registers.
void convert_integer(Maker& maker)
{
    const bool wide = maker.bits() == 64 && maker.width() == 64;
    const std::uint8_t prefix = maker.random().chance(50) ? kSingleScalar : kDoubleScalar;
    const bool to_integer = maker.random().chance(50);
    const auto opcode = static_cast<std::uint8_t>(!to_integer ? 0x2A : 0x2C | maker.random().below(2));
    const auto source = to_integer ? from(maker, operand_size(prefix)) : maker.rm(wide ? 64 : 32, Maker::Use::Read);
    Instruction instruction = packed(maker, prefix, opcode, to_integer ? maker.target(32) : maker.source(), source);
    if (wide) instruction.operand_bits = 64;
    instruction.fixed_size = !wide;
    maker.add(instruction);
}

/// Packed integers: everything from 0F 60 to 0F FE with 66 that has this one form.
void integers(Maker& maker)
{
    constexpr std::array<std::uint8_t, 14> kOthers{0x6E, 0x6F, 0x70, 0x71, 0x72, 0x73, 0x77,
                                                   0x7C, 0x7D, 0xD0, 0xD6, 0xE6, 0xE7, 0xF0};
    constexpr std::array<std::uint8_t, 5> kMore{0xD7, 0xF7, 0xFF, 0x7E, 0x7F};
    const auto is_one_of = [](const auto& range, std::uint8_t opcode) { return std::ranges::find(range, opcode) != range.end(); };
    std::uint8_t opcode = 0;
    do {
        opcode = static_cast<std::uint8_t>(maker.random().chance(30) ? maker.random().between(0x60, 0x76)
                                                                     : maker.random().between(0xD1, 0xFE));
    } while (is_one_of(kOthers, opcode) || is_one_of(kMore, opcode));
    const auto source = from(maker, 16);
    maker.add(packed(maker, kDouble, opcode, maker.source(), source));
}

void shift_immediate(Maker& maker)
{
    struct Shift {
        std::uint8_t opcode;
        unsigned number;
    };
    constexpr std::array kShifts{Shift{0x71, 2}, Shift{0x71, 4}, Shift{0x71, 6}, Shift{0x72, 2}, Shift{0x72, 4},
                                 Shift{0x72, 6}, Shift{0x73, 2}, Shift{0x73, 3}, Shift{0x73, 6}, Shift{0x73, 7}};
    constexpr unsigned kMost = 72;
    const Shift& shift = maker.random().pick(kShifts);
    Instruction instruction = packed(maker, kDouble, shift.opcode, shift.number, maker.source());
    instruction.immediates = {{maker.random().below(kMost), 1}};
    maker.add(instruction);
}

/// SHUFPS, SHUFPD, PSHUFD, PSHUFHW, PSHUFLW, PINSRW
void shuffle(Maker& maker)
{
    const bool of_floats = maker.random().chance(40);
    constexpr std::array kIntegerPrefixes{kDouble, kSingleScalar, kDoubleScalar};
    const std::uint8_t prefix = of_floats ? (maker.random().chance(50) ? kNone : kDouble) : maker.random().pick(kIntegerPrefixes);
    const auto source = from(maker, 16);
    Instruction instruction = packed(maker, prefix, of_floats ? 0xC6 : 0x70, maker.source(), source);
    instruction.immediates = {{maker.random().below(256), 1}};
    maker.add(instruction);
}

/// PINSRW, PEXTRW, PMOVMSKB, MOVMSKPS, MOVMSKPD
void pick(Maker& maker)
{
    constexpr unsigned kWords = 8;
    const unsigned kind = maker.random().below(4);
    if (kind == 0) {
        const auto source = maker.random().chance(50) ? Maker::Rm{maker.source()} : Maker::Rm{maker.memory(2, Maker::Use::Read)};
        Instruction insert = packed(maker, kDouble, 0xC4, maker.source(), source);
        insert.immediates = {{maker.random().below(kWords), 1}};
        return maker.add(insert);
    }
    if (kind == 1) {
        Instruction extract = packed(maker, kDouble, 0xC5, maker.target(32), maker.source());
        extract.immediates = {{maker.random().below(kWords), 1}};
        return maker.add(extract);
    }
    if (kind == 2) return maker.add(packed(maker, kDouble, 0xD7, maker.target(32), maker.source()));
    maker.add(packed(maker, maker.random().chance(50) ? kNone : kDouble, 0x50, maker.target(32), maker.source()));
}

constexpr std::array kFamilies{
    Family{"sse arithmetic", arithmetic, 4, Level::All}, Family{"sse logic", logic, 1, Level::All},
    Family{"sse compare", compare, 1, Level::All},       Family{"comis, ucomis", compare_to_flags, 1, Level::All},
    Family{"sse convert", convert, 2, Level::All},       Family{"sse convert integer", convert_integer, 2, Level::All},
    Family{"sse integers", integers, 5, Level::All},     Family{"sse shift", shift_immediate, 1, Level::All},
    Family{"sse shuffle", shuffle, 1, Level::All},       Family{"sse pick", pick, 1, Level::All},
};

}  // namespace

std::span<const Family> sse_families()
{
    return kFamilies;
}

}  // namespace husk::test
