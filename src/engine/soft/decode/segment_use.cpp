#include "engine/soft/decode/segment_use.hpp"

#include "engine/soft/decode/prefixes.hpp"

#include <array>

namespace husk::soft {

namespace {

/// What an opcode has to do with segments.
enum Trait : std::uint8_t {
    None = 0,
    ModRm = 1 << 0,  ///< an operand by ModR/M, perhaps in memory
    Ds = 1 << 1,     ///< memory in DS, or where a prefix says: XLAT, MOV with an offset, LODS, the source of MOVS
    Es = 1 << 2,     ///< memory in ES, whatever the prefixes: STOS, SCAS, the destination of MOVS
    Stack = 1 << 3,
    Loads = 1 << 4,   ///< a segment register
    Group5 = 1 << 5,  ///< FF: INC, DEC, CALL, JMP, PUSH
    Switches = 1 << 6,
};
using Map = std::array<std::uint8_t, 256>;

constexpr void set(Map& map, unsigned first, unsigned last, unsigned traits)
{
    for (unsigned opcode = first; opcode <= last; ++opcode) map.at(opcode) = static_cast<std::uint8_t>(traits);
}

// SDM Vol. 2D, "One-Byte Opcode Map" (A.3, table A-2).
constexpr Map one_byte_map()
{
    Map map{};
    for (unsigned group = 0; group < 0x40; group += 8) set(map, group, group + 3, ModRm);
    set(map, 0x06, 0x06, Stack);  // PUSH and POP of segment registers
    set(map, 0x07, 0x07, Stack | Loads);
    set(map, 0x0E, 0x0E, Stack);
    set(map, 0x16, 0x16, Stack);
    set(map, 0x17, 0x17, Stack | Loads);
    set(map, 0x1E, 0x1E, Stack);
    set(map, 0x1F, 0x1F, Stack | Loads);
    set(map, 0x50, 0x61, Stack);
    set(map, 0x62, 0x63, ModRm);
    set(map, 0x68, 0x68, Stack);
    set(map, 0x69, 0x69, ModRm);
    set(map, 0x6A, 0x6A, Stack);
    set(map, 0x6B, 0x6B, ModRm);
    set(map, 0x80, 0x8C, ModRm);
    set(map, 0x8E, 0x8E, ModRm | Loads);
    set(map, 0x8F, 0x8F, ModRm | Stack);
    set(map, 0x9A, 0x9A, Stack | Loads);
    set(map, 0x9C, 0x9D, Stack);
    set(map, 0xA0, 0xA3, Ds);
    set(map, 0xA4, 0xA7, Ds | Es);
    set(map, 0xAA, 0xAB, Es);
    set(map, 0xAC, 0xAD, Ds);
    set(map, 0xAE, 0xAF, Es);
    set(map, 0xC0, 0xC1, ModRm);
    set(map, 0xC2, 0xC3, Stack);
    set(map, 0xC4, 0xC5, ModRm | Loads);
    set(map, 0xC6, 0xC7, ModRm);
    set(map, 0xC8, 0xC9, Stack);
    set(map, 0xCA, 0xCB, Stack | Loads);
    set(map, 0xCF, 0xCF, Stack | Loads);
    set(map, 0xD0, 0xD3, ModRm);
    set(map, 0xD7, 0xD7, Ds);
    set(map, 0xD8, 0xDF, ModRm);
    set(map, 0xE8, 0xE8, Stack);
    set(map, 0xEA, 0xEA, Loads);
    set(map, 0xF6, 0xF7, ModRm);
    set(map, 0xFE, 0xFE, ModRm);
    set(map, 0xFF, 0xFF, ModRm | Group5);
    return map;
}

// SDM Vol. 2D, "Two-Byte Opcode Map" (A.3, table A-3). What names memory but does not touch it is left out: NOP, PREFETCH.
constexpr Map two_byte_map()
{
    Map map{};
    set(map, 0x00, 0x03, ModRm);
    set(map, 0x01, 0x01, ModRm | Switches);  // LMSW
    set(map, 0x07, 0x07, Loads);             // SYSRET
    set(map, 0x10, 0x17, ModRm);
    set(map, 0x22, 0x22, Switches);  // MOV to CR0
    set(map, 0x28, 0x2F, ModRm);
    set(map, 0x34, 0x35, Loads);  // SYSENTER, SYSEXIT
    set(map, 0x38, 0x38, ModRm);
    set(map, 0x3A, 0x3A, ModRm);
    set(map, 0x40, 0x76, ModRm);
    set(map, 0x78, 0x7F, ModRm);
    set(map, 0x90, 0x9F, ModRm);
    set(map, 0xA0, 0xA0, Stack);
    set(map, 0xA1, 0xA1, Stack | Loads);
    set(map, 0xA3, 0xA5, ModRm);
    set(map, 0xA8, 0xA8, Stack);
    set(map, 0xA9, 0xA9, Stack | Loads);
    set(map, 0xAB, 0xB1, ModRm);
    set(map, 0xB2, 0xB2, ModRm | Loads);  // LSS
    set(map, 0xB3, 0xB3, ModRm);
    set(map, 0xB4, 0xB5, ModRm | Loads);  // LFS, LGS
    set(map, 0xB6, 0xC7, ModRm);
    set(map, 0xD0, 0xFE, ModRm);
    return map;
}

constexpr Map kOneByte = one_byte_map();
constexpr Map kTwoByte = two_byte_map();
constexpr unsigned kEscape = 0x0F, kThreeByte38 = 0x38, kThreeByte3A = 0x3A;
constexpr unsigned kLea = 0x8D;

/// The segment of an operand in memory that no prefix names: SS if it is addressed by BP or SP.
/// SDM Vol. 1, "Default Segment Selection Rules" (3.7.4, table 3-5).
SegmentIndex default_segment(unsigned modrm, unsigned sib, bool narrow)
{
    const unsigned mod = modrm >> 6;
    const unsigned rm = modrm & 7;
    if (narrow) return rm == 2 || rm == 3 || (rm == 6 && mod != 0) ? SegmentIndex::Ss : SegmentIndex::Ds;
    constexpr unsigned kSp = 4, kBp = 5;
    const unsigned base = rm == kSp ? sib & 7 : rm;
    return base == kSp || (base == kBp && mod != 0) ? SegmentIndex::Ss : SegmentIndex::Ds;
}

SegmentIndex named(SegmentPrefix prefix)
{
    return static_cast<SegmentIndex>(static_cast<unsigned>(prefix) - static_cast<unsigned>(SegmentPrefix::Es));
}

/// What FF does by its extension: /2 CALL, /3 CALL far, /5 JMP far, /6 PUSH.
unsigned traits_of_group5(unsigned modrm)
{
    switch (modrm >> 3 & 7) {
        case 2:
        case 6: return ModRm | Stack;
        case 3: return ModRm | Stack | Loads;
        case 5: return ModRm | Loads;
        default: return ModRm;
    }
}

}  // namespace

SegmentUse segment_use(std::span<const std::byte> code, unsigned bits)
{
    const Prefixes prefixes = skip_prefixes(code, bits);
    std::size_t at = prefixes.count;
    const auto next = [&] { return at < code.size() ? std::to_integer<unsigned>(code[at++]) : 0u; };
    unsigned opcode = next();
    unsigned traits = kOneByte.at(opcode);
    if (opcode == kEscape) {
        const unsigned second = next();
        traits = kTwoByte.at(second);
        if (second == kThreeByte38 || second == kThreeByte3A) next();
        opcode = 0;
    }
    const unsigned modrm = next();
    if ((traits & Group5) != 0) traits = traits_of_group5(modrm);

    SegmentUse use{.memory = {}, .narrow = (bits == 16) != prefixes.address_size};
    use.stack = (traits & Stack) != 0;
    use.may_load = (traits & Loads) != 0;
    use.may_switch = (traits & Switches) != 0;
    const bool operand = (traits & ModRm) != 0 && modrm < 0xC0 && opcode != kLea;
    if (operand || (traits & Ds) != 0) {
        const auto otherwise = operand ? default_segment(modrm, next(), use.narrow) : SegmentIndex::Ds;
        use.memory |= prefixes.segment == SegmentPrefix::None ? otherwise : named(prefixes.segment);
    }
    if ((traits & Es) != 0) use.memory |= SegmentIndex::Es;
    return use;
}

}  // namespace husk::soft
