// Near branches: over a block of instructions, back around one a bounded number of times, into one and back.
#include "differential/families.hpp"

#include <array>

namespace husk::test {

namespace {

constexpr unsigned kMostInBlock = 3, kMostRounds = 5;

/// Jcc and JMP over a block.
void jump_over(Maker& maker)
{
    constexpr std::uint8_t kShort = 0x70, kNear = 0x80, kJump = 0xE9, kShortJump = 0xEB;
    const bool always = maker.random().chance(20);
    const unsigned condition = maker.random().below(16);
    const FlagUse use{.reads = always ? kNoFlags : read_by_condition(condition)};
    maker.name(always ? "jmp" : "jcc");
    const bool near = maker.random().chance(40);
    const unsigned width = maker.jump_width();
    const auto size = near ? width / 8 : 1;
    std::vector<std::uint8_t> opcode{near ? kJump : kShortJump};
    if (!always && near) opcode = {0x0F, static_cast<std::uint8_t>(kNear | condition)};
    if (!always && !near) opcode = {static_cast<std::uint8_t>(kShort | condition)};
    const auto jump = maker.jump(std::move(opcode), size, width, use);
    make_block(maker, maker.random().between(1, kMostInBlock));
    maker.land(jump);
}

/// JCXZ, JECXZ, JRCXZ
void jump_if_no_count(Maker& maker)
{
    const unsigned bits = maker.bits();
    const unsigned address_bits = maker.random().chance(60) ? bits : bits == 64 ? 32 : 48 - bits;
    const std::uint64_t above = bits == 64 ? maker.random().next() << 32 : 0;
    const std::uint64_t count = maker.random().below(2);
    maker.load(reg::kCx, count | (address_bits == 32 ? above : 0), bits == 64 ? 64 : address_bits);
    maker.add({.opcode = {0xE3}, .fixed_size = true, .immediates = {{0, 1}}, .address_bits = address_bits});
    const Maker::Jump jump{maker.size(), 1};
    make_block(maker, 1);
    maker.land(jump);
}

std::uint64_t back_to(const Maker& maker, std::size_t begin, unsigned length)
{
    return static_cast<std::uint64_t>(begin) - maker.size() - length;
}

enum Loop : unsigned { NotEqual, Equal, Plain };

void loop_of(Maker& maker, Loop kind)
{
    constexpr unsigned kLength = 2;
    const unsigned bits = maker.bits();
    const unsigned address_bits = maker.random().chance(75) ? bits : bits == 64 ? 32 : 48 - bits;
    const std::uint64_t above = bits == 64 && address_bits == 32 ? maker.random().next() << 32 : 0;
    maker.load(reg::kCx, maker.random().between(1, kMostRounds) | above, bits == 64 ? 64 : address_bits);
    maker.keep(reg::kCx);
    const std::size_t begin = maker.size();
    make_block(maker, maker.random().between(1, kMostInBlock));
    const unsigned length = kLength + (address_bits == bits ? 0 : 1);
    maker.add({.opcode = {static_cast<std::uint8_t>(0xE0 | kind)},
               .fixed_size = true,
               .immediates = {{back_to(maker, begin, length), 1}},
               .address_bits = address_bits},
              {.reads = kind == Plain ? kNoFlags : kZero});
}

void loop(Maker& maker)
{
    loop_of(maker, Plain);
}

void loop_while(Maker& maker)
{
    loop_of(maker, maker.random().chance(50) ? Equal : NotEqual);
}

/// DEC register, JNZ back.
void count_down(Maker& maker)
{
    constexpr std::uint8_t kJumpNotZero = 0x75;
    const unsigned width = maker.bits() == 64 ? 64 : 32;
    const unsigned counter = maker.target(width);
    maker.load(counter, maker.random().between(1, kMostRounds), width);
    maker.keep(counter);
    const std::size_t begin = maker.size();
    make_block(maker, maker.random().between(1, kMostInBlock));
    maker.add(maker.with({.opcode = {0xFF}, .operand_bits = width, .modrm = {{1, counter}}}), {.writes = kStatus.without(kCarry)});
    maker.add({.opcode = {kJumpNotZero}, .fixed_size = true, .immediates = {{back_to(maker, begin, 2), 1}}}, {.reads = kZero});
}

/// CALL a routine that comes first, with a jump over it: RET, or RET and a number of bytes of arguments.
void call(Maker& maker)
{
    constexpr std::uint8_t kShortJump = 0xEB, kCall = 0xE8, kReturn = 0xC3, kReturnAndPop = 0xC2;
    constexpr unsigned kMostArguments = 4;
    const unsigned width = maker.jump_width();
    const bool pops = maker.random().chance(40);
    maker.name(pops ? "call, ret imm" : "call, ret");
    const auto over = maker.jump({kShortJump}, 1, maker.bits());
    const std::size_t routine = maker.size();
    make_block(maker, maker.random().between(1, kMostInBlock));
    Instruction back{.opcode = {pops ? kReturnAndPop : kReturn}, .operand_bits = width, .fixed_size = maker.bits() == 64};
    if (pops) back.immediates = {{maker.random().below(kMostArguments) * 2ull, 2}};
    maker.add(back);
    maker.land(over);
    Instruction call{.opcode = {kCall}, .operand_bits = width, .fixed_size = maker.bits() == 64, .immediates = {{0, width / 8}}};
    const auto length = static_cast<unsigned>(encode(call, maker.bits()).size());
    call.immediates.front().value = back_to(maker, routine, length);
    maker.add(call);
}

/// JMP and CALL by a register or memory, over a block; what CALL pushed stays on the stack.
void indirect(Maker& maker)
{
    constexpr unsigned kCall = 2, kJump = 4;
    const bool is_call = maker.random().chance(40);
    maker.name(is_call ? "call r/m" : "jmp r/m");
    const unsigned width = maker.bits() == 64 ? 64 : maker.jump_width();
    const unsigned holder = maker.target(width);
    const bool in_memory = maker.random().chance(50);
    // The target's address is known when the block is made: until then its place is held by a zero.
    const Memory memory = in_memory ? maker.memory(width / 8, Maker::Use::Write, {holder}) : Memory{};
    maker.load(holder, 0, width);
    const std::size_t immediate = maker.size() - width / 8;
    if (in_memory) maker.add(maker.with({.opcode = {0x89}, .operand_bits = width, .modrm = {{holder, memory}}}));
    const Maker::Rm to = in_memory ? Maker::Rm{memory} : Maker::Rm{holder};
    maker.add(
        maker.with({.opcode = {0xFF}, .operand_bits = width, .fixed_size = width == 64, .modrm = {{is_call ? kCall : kJump, to}}}));
    make_block(maker, 1);
    maker.put(immediate, maker.address(), width / 8);
}

constexpr std::array kFamilies{
    Family{"jump over", jump_over, 6},      Family{"jcxz", jump_if_no_count, 1}, Family{"loop", loop, 1},
    Family{"loope, loopne", loop_while, 1}, Family{"dec, jnz", count_down, 2},   Family{"call", call, 3},
    Family{"indirect", indirect, 2},
};

}  // namespace

void make_block(Maker& maker, unsigned count)
{
    constexpr FlagUse kAll{.writes = kStatus};
    struct Simple {
        std::uint8_t opcode;
        FlagUse use;
    };
    constexpr std::array kSimple{Simple{0x03, kAll}, Simple{0x2B, kAll}, Simple{0x8B, {}},
                                 Simple{0x3B, kAll}};  // add, sub, mov, cmp
    for (unsigned i = 0; i < count; ++i) {
        const Simple& simple = maker.random().pick(kSimple);
        const unsigned width = maker.width();
        maker.add_maybe(
            maker.with({.opcode = {simple.opcode}, .operand_bits = width, .modrm = {{maker.target(width), maker.source()}}}),
            simple.use);
    }
}

std::span<const Family> branch_families()
{
    return kFamilies;
}

}  // namespace husk::test
