// Moves between XMM registers, general registers and memory. Some of them are all of SSE that KVM's emulator knows.
#include "differential/families.hpp"

#include <array>

namespace husk::test {

namespace {

struct Move {
    std::uint8_t prefix, load, store;
    unsigned size, alignment;
};

void move(Maker& maker, const Move& move)
{
    const bool stores = maker.random().chance(50);
    const bool in_memory = move.size < 16 || maker.random().chance(60);
    const auto rm = in_memory ? Maker::Rm{maker.memory_at(move.alignment, move.size, stores ? Maker::Use::Write : Maker::Use::Read)}
                              : Maker::Rm{maker.source()};
    maker.add(maker.with({.opcode = {0x0F, stores ? move.store : move.load},
                          .fixed_size = true,
                          .mandatory = move.prefix,
                          .modrm = {{maker.source(), rm}}}));
}

/// MOVUPS, MOVUPD, MOVAPS, MOVAPD, MOVDQA, MOVDQU
void whole(Maker& maker)
{
    constexpr std::array kMoves{Move{0, 0x10, 0x11, 16, 1},     Move{0x66, 0x10, 0x11, 16, 1},  Move{0, 0x28, 0x29, 16, 16},
                                Move{0x66, 0x28, 0x29, 16, 16}, Move{0x66, 0x6F, 0x7F, 16, 16}, Move{0xF3, 0x6F, 0x7F, 16, 1}};
    move(maker, maker.random().pick(kMoves));
}

/// MOVSS, MOVSD, MOVLPS, MOVHPS, MOVLPD, MOVHPD: of memory
void part(Maker& maker)
{
    constexpr std::array kMoves{Move{0xF3, 0x10, 0x11, 4, 1}, Move{0xF2, 0x10, 0x11, 8, 1}, Move{0, 0x12, 0x13, 8, 1},
                                Move{0, 0x16, 0x17, 8, 1},    Move{0x66, 0x12, 0x13, 8, 1}, Move{0x66, 0x16, 0x17, 8, 1}};
    move(maker, maker.random().pick(kMoves));
}

/// MOVSS, MOVSD, MOVHLPS, MOVLHPS, MOVQ: of registers, which leave or clear the rest
void registers(Maker& maker)
{
    struct Between {
        std::uint8_t prefix, opcode;
    };
    constexpr std::array kMoves{Between{0xF3, 0x10}, Between{0xF2, 0x10}, Between{0, 0x12},    Between{0, 0x16},
                                Between{0xF3, 0x11}, Between{0xF2, 0x11}, Between{0xF3, 0x7E}, Between{0x66, 0xD6}};
    const Between& between = maker.random().pick(kMoves);
    maker.add(maker.with({.opcode = {0x0F, between.opcode},
                          .fixed_size = true,
                          .mandatory = between.prefix,
                          .modrm = {{maker.source(), maker.source()}}}));
}

/// MOVD, MOVQ between XMM and general registers
void general(Maker& maker)
{
    const bool wide = maker.bits() == 64 && maker.width() == 64;
    const bool to_general = maker.random().chance(50);
    const std::uint8_t opcode = to_general ? 0x7E : 0x6E;
    const auto rm = maker.rm(wide ? 64 : 32, to_general ? Maker::Use::Write : Maker::Use::Read);
    maker.add(maker.with({.opcode = {0x0F, opcode},
                          .operand_bits = wide ? 64u : 32u,
                          .fixed_size = !wide,
                          .mandatory = 0x66,
                          .modrm = {{maker.source(), rm}}}));
}

/// MOVNTPS, MOVNTPD, MOVNTDQ, MOVNTI
void around_the_cache(Maker& maker)
{
    struct Store {
        std::uint8_t prefix, opcode;
    };
    constexpr std::array kStores{Store{0, 0x2B}, Store{0x66, 0x2B}, Store{0x66, 0xE7}};
    if (maker.random().chance(40)) {
        const unsigned width = maker.bits() == 64 && maker.width() == 64 ? 64 : 32;
        const Memory to = maker.memory(width / 8, Maker::Use::Write);
        return maker.add(maker.with(
            {.opcode = {0x0F, 0xC3}, .operand_bits = width, .fixed_size = width != 64, .modrm = {{maker.source(), to}}}));
    }
    const Store& store = maker.random().pick(kStores);
    const Memory to = maker.memory_at(16, 16, Maker::Use::Write);
    maker.add(maker.with(
        {.opcode = {0x0F, store.opcode}, .fixed_size = true, .mandatory = store.prefix, .modrm = {{maker.source(), to}}}));
}

/// MASKMOVDQU: the bytes of a register that another's top bits choose, to [DS:DI]
void masked(Maker& maker)
{
    const unsigned width = maker.bits() == 64 ? 64 : maker.bits();
    maker.load(reg::kDi, maker.data_offset(Seg::Ds, 32), width);
    maker.add(
        maker.with({.opcode = {0x0F, 0xF7}, .fixed_size = true, .mandatory = 0x66, .modrm = {{maker.source(), maker.source()}}}));
}

constexpr std::array kFamilies{
    Family{"movups, movaps, movdq", whole, 3, Level::All},    Family{"movss, movlps", part, 2, Level::All},
    Family{"movss, movhlps, movq", registers, 1, Level::All}, Family{"movd, movq", general, 1, Level::All},
    Family{"movnt", around_the_cache, 1, Level::All},         Family{"maskmovdqu", masked, 1, Level::All},
};

}  // namespace

std::span<const Family> sse_move_families()
{
    return kFamilies;
}

}  // namespace husk::test
