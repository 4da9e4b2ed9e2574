// The stack: PUSH and POP in their forms, flags, all registers, frames.
#include "differential/families.hpp"
#include "differential/places.hpp"

#include <algorithm>
#include <array>

namespace husk::test {

namespace {

/// Of what is pushed: 16 bits, or as much as the mode's code has by default; 64-bit code has no 32.
unsigned push_width(Maker& maker)
{
    if (maker.bits() == 64) return maker.random().chance(80) ? 64 : 16;
    return maker.random().chance(75) ? maker.bits() : 48 - maker.bits();
}

/// 64 bits need no REX.W here.
Instruction of_width(Instruction instruction, unsigned width)
{
    instruction.operand_bits = width;
    instruction.fixed_size = width == 64;
    return instruction;
}

void push(Maker& maker)
{
    const unsigned width = push_width(maker);
    switch (maker.random().below(3)) {
        case 0: return maker.add(of_width({.opcode = {0x50}, .plus = maker.source()}, width));
        case 1: {
            const bool small = maker.random().chance(50);
            const std::uint8_t opcode = small ? 0x6A : 0x68;
            return maker.add(of_width({.opcode = {opcode}, .immediates = {maker.immediate(small ? 8 : width)}}, width));
        }
        default: {
            const auto from = maker.rm(width, Maker::Use::Read);
            maker.add(of_width(maker.with({.opcode = {0xFF}, .modrm = {{6, from}}}), width));
        }
    }
}

void pop(Maker& maker)
{
    const unsigned width = push_width(maker);
    if (maker.random().chance(50)) return maker.add(of_width({.opcode = {0x58}, .plus = maker.target(width)}, width));
    const auto to = maker.rm(width, Maker::Use::Write);
    maker.add(of_width(maker.with({.opcode = {0x8F}, .modrm = {{0, to}}}), width));
}

void push_flags(Maker& maker)
{
    maker.add(of_width({.opcode = {0x9C}}, push_width(maker)), {.reads = kStatus});
}

/// Of flags that change nothing but what arithmetic and strings do: no trap, no nested task.
void pop_flags(Maker& maker)
{
    constexpr FlagSet kHarmless = kStatus | FlagSet{x86::Rflags::DF};
    const unsigned width = push_width(maker);
    const std::uint64_t flags = maker.random().next() & kHarmless.word();
    maker.add(of_width({.opcode = {0x68}, .immediates = {{flags, std::min(width / 8, 4u)}}}, width));
    maker.add(of_width({.opcode = {0x9D}}, width), {.writes = kStatus});
}

void push_all(Maker& maker)
{
    const unsigned width = push_width(maker);
    maker.add(of_width({.opcode = {0x60}}, width));
    if (maker.random().chance(70)) maker.add(of_width({.opcode = {0x61}}, width));
}

/// POPA of whatever is on the stack. It skips SP.
void pop_all(Maker& maker)
{
    maker.add(of_width({.opcode = {0x61}}, push_width(maker)));
}

std::uint64_t stack_offset(Maker& maker, std::uint64_t linear)
{
    return linear - (maker.bits() == 64 ? 0 : maker.system().ss.base);
}

/// ENTER, with the frame pointers of as many outer frames as `depth`, and LEAVE.
void frame_of(Maker& maker, unsigned depth, unsigned width)
{
    constexpr unsigned kMostLocals = 64;
    const unsigned loaded = maker.bits() == 64 ? 64 : 32;
    maker.load(reg::kBp, stack_offset(maker, places::kStackStart + maker.random().below(512)), loaded);
    maker.add(of_width({.opcode = {0xC8}, .immediates = {{maker.random().below(kMostLocals), 2}, {depth, 1}}}, width));
    if (maker.random().chance(50)) make_block(maker, 1);
    // Whatever was done, BP must point into the stack for LEAVE.
    maker.load(reg::kBp, stack_offset(maker, places::kStackStart - maker.random().below(256)), loaded);
    maker.add(of_width({.opcode = {0xC9}}, width));
}

void frame(Maker& maker)
{
    // KVM's emulator pushes as much as the stack's own size, whatever that of the operand is.
    frame_of(maker, 0, maker.bits() == 64 ? 64 : maker.system().ss.big ? 32 : 16);
}

void nested_frame(Maker& maker)
{
    constexpr unsigned kDeepest = 3;
    frame_of(maker, maker.random().below(kDeepest + 1), push_width(maker));
}

/// SP set anew, so that it strays from the middle of the stack not for long.
void set_stack(Maker& maker)
{
    const std::uint64_t at = stack_offset(maker, places::kStackStart + maker.random().below(256) - 128);
    maker.load(reg::kSp, at, maker.bits() == 64 ? 64 : 32);
}

constexpr std::array kFamilies{
    Family{"push", push, 3},
    Family{"pop", pop, 3},
    Family{"pushf", push_flags, 2},
    Family{"popf", pop_flags, 2},
    Family{"pusha, popa", push_all, 1, Level::Interpreted, is_not_64_bit},
    Family{"popa", pop_all, 1, Level::Interpreted, is_not_64_bit},
    Family{"enter, leave", frame, 1},
    Family{"nested enter, leave", nested_frame, 1, Level::All},
    Family{"mov sp", set_stack, 1},
};

}  // namespace

std::span<const Family> stack_families()
{
    return kFamilies;
}

}  // namespace husk::test
