// MUL, IMUL, DIV, IDIV, and the conversions that go with them.
#include "differential/families.hpp"

#include <array>

namespace husk::test {

namespace {

constexpr FlagUse kProduct = all_but(kSign | kZero | kAdjust | kParity);

std::uint8_t sized(unsigned opcode, unsigned width)
{
    return static_cast<std::uint8_t>(opcode | (width == 8 ? 0 : 1));
}

void multiply(Maker& maker)
{
    const bool with_sign = maker.random().chance(50);
    maker.name(with_sign ? "imul" : "mul");
    const unsigned width = maker.width_or_byte();
    const auto by = maker.rm(width, Maker::Use::Read);
    const unsigned number = with_sign ? 5 : 4;
    maker.add(maker.with({.opcode = {sized(0xF6, width)}, .operand_bits = width, .modrm = {{number, by}}}), kProduct);
}

/// IMUL r, r/m and IMUL r, r/m, imm
void multiply_to(Maker& maker)
{
    maker.name("imul");
    const unsigned width = maker.width();
    const auto by = maker.rm(width, Maker::Use::Read);
    Instruction instruction = maker.with({.operand_bits = width, .modrm = {{maker.target(width), by}}});
    switch (maker.random().below(3)) {
        case 0: instruction.opcode = {0x0F, 0xAF}; break;
        case 1:
            instruction.opcode = {0x69};
            instruction.immediates = {maker.immediate(width)};
            break;
        default: instruction.opcode = {0x6B}; instruction.immediates = {maker.immediate(8)};
    }
    maker.add(instruction, kProduct);
}

std::int64_t sign_extended(std::uint64_t value, unsigned width)
{
    return static_cast<std::int64_t>(value << (64 - width)) >> (64 - width);
}

// Twice the widest operand; not in ISO C++.
__extension__ using Wide = __int128;
__extension__ using UnsignedWide = unsigned __int128;

/// A dividend and a divisor whose quotient fits.
struct Division {
    UnsignedWide dividend;
    std::uint64_t divisor;
};

Division choose_unsigned(Random& random, unsigned width)
{
    const std::uint64_t mask = width == 64 ? ~0ull : (1ull << width) - 1;
    std::uint64_t divisor = random.value() & mask;
    if (divisor == 0) divisor = 1;
    const std::uint64_t quotient = random.value() & mask;
    return {static_cast<UnsignedWide>(quotient) * divisor + random.next() % divisor, divisor};
}

Division choose_signed(Random& random, unsigned width)
{
    std::int64_t divisor = sign_extended(random.value(), width);
    if (divisor == 0) divisor = -1;
    std::int64_t quotient = sign_extended(random.value(), width);
    if (quotient == 0) quotient = 1;  // its sign is the remainder's
    const Wide product = static_cast<Wide>(quotient) * divisor;
    const std::uint64_t magnitude = divisor < 0 ? 0 - static_cast<std::uint64_t>(divisor) : static_cast<std::uint64_t>(divisor);
    const auto remainder = static_cast<Wide>(random.next() % magnitude);
    return {static_cast<UnsignedWide>(product < 0 ? product - remainder : product + remainder),
            static_cast<std::uint64_t>(divisor)};
}

void divide(Maker& maker)
{
    const bool with_sign = maker.random().chance(50);
    maker.name(with_sign ? "idiv" : "div");
    const unsigned width = maker.width_or_byte();
    const auto [dividend, divisor] = with_sign ? choose_signed(maker.random(), width) : choose_unsigned(maker.random(), width);
    const auto lower = static_cast<std::uint64_t>(dividend);
    const auto upper = static_cast<std::uint64_t>(dividend >> width);
    maker.keep(reg::kAx);
    maker.keep(reg::kDx);
    // The divisor is put where it will be: a memory operand has immediates of 32 bits at most, so by way of a register.
    // (CH and BH would be parts of what may address it.)
    const unsigned holder = width != 8 ? maker.target(width) : maker.random().chance(50) ? reg::kCx : reg::kBx;
    const auto by = maker.random().chance(50) ? Maker::Rm{holder} : Maker::Rm{maker.memory(width / 8, Maker::Use::Write, {holder})};
    maker.load(holder, divisor, width);
    if (std::holds_alternative<Memory>(by))
        maker.add(maker.with({.opcode = {sized(0x88, width)}, .operand_bits = width, .modrm = {{holder, by}}}));
    maker.load(reg::kAx, lower, width == 8 ? 16 : width);
    if (width != 8) maker.load(reg::kDx, upper, width);
    const unsigned number = with_sign ? 7 : 6;
    maker.add(maker.with({.opcode = {sized(0xF6, width)}, .operand_bits = width, .modrm = {{number, by}}}), all_but(kStatus));
}

/// CBW, CWDE, CDQE, CWD, CDQ, CQO
void convert(Maker& maker)
{
    const bool within = maker.random().chance(50);
    const std::uint8_t opcode = within ? 0x98 : 0x99;
    maker.name(within ? "cbw, cwde, cdqe" : "cwd, cdq, cqo");
    maker.add(maker.with({.opcode = {opcode}, .operand_bits = maker.width()}));
}

constexpr std::array kFamilies{Family{"multiply", multiply, 2}, Family{"multiply to", multiply_to, 2}, Family{"divide", divide, 3},
                               Family{"convert", convert, 2}};

}  // namespace

std::span<const Family> multiply_families()
{
    return kFamilies;
}

}  // namespace husk::test
