// String instructions, once and repeated, in both directions, with each size of address.
#include "differential/families.hpp"

#include <array>

namespace husk::test {

namespace {

constexpr unsigned kMostItems = 20, kFar = 8 * (kMostItems + 1);

struct String {
    std::string_view name;
    unsigned opcode;
    bool reads_source, uses_destination, compares;
};
constexpr std::array kStrings{String{"movs", 0xA4, true, true, false}, String{"cmps", 0xA6, true, true, true},
                              String{"stos", 0xAA, false, true, false}, String{"lods", 0xAC, true, false, false},
                              String{"scas", 0xAE, false, true, true}};

void string(Maker& maker)
{
    constexpr std::uint8_t kCld = 0xFC, kStd = 0xFD, kRepeat = 0xF3, kRepeatNotEqual = 0xF2;
    const String& string = maker.random().pick(kStrings);
    maker.name(string.name);
    const unsigned width = maker.width_or_byte();
    const unsigned bits = maker.bits();
    const unsigned address_bits = maker.random().chance(80) ? bits : bits == 64 ? 32 : 48 - bits;
    if (maker.random().chance(50)) maker.add_bytes({maker.random().chance(50) ? kCld : kStd});

    Instruction instruction{.opcode = {static_cast<std::uint8_t>(string.opcode | (width == 8 ? 0 : 1))},
                            .operand_bits = width,
                            .address_bits = address_bits};
    Seg source = Seg::Ds;
    if (string.reads_source && maker.random().chance(25)) {
        constexpr std::array kOverrides{Seg::Es, Seg::Ss, Seg::Ds, Seg::Cs, Seg::Fs};
        instruction.override = source = maker.random().pick(kOverrides);
    }
    // Above the address's width the registers have anything.
    const unsigned loaded = bits == 64 ? 64 : address_bits;
    const std::uint64_t above = loaded == address_bits ? 0 : maker.random().next() << 32;
    if (string.reads_source) maker.load(reg::kSi, maker.data_offset(source, kFar) | above, loaded);
    if (string.uses_destination) maker.load(reg::kDi, maker.data_offset(Seg::Es, kFar) | above, loaded);

    const bool repeated = maker.random().chance(60);
    const unsigned count = maker.random().below(kMostItems);
    if (repeated) {
        instruction.repeat = string.compares && maker.random().chance(50) ? kRepeatNotEqual : kRepeat;
        maker.load(reg::kCx, count | above, loaded);
    }
    FlagUse use;
    if (string.compares && (!repeated || count != 0)) use = all_but(kNoFlags);
    maker.add(maker.with(std::move(instruction)), use);
}

constexpr std::array kFamilies{Family{"string", string, 8}};

}  // namespace

std::span<const Family> string_families()
{
    return kFamilies;
}

}  // namespace husk::test
