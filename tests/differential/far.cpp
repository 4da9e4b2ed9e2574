// Far branches and loads of segment registers, all of which end with the segments that they started with.
#include "differential/families.hpp"
#include "differential/places.hpp"

#include <array>

namespace husk::test {

namespace {

constexpr unsigned kMostInBlock = 2;

std::uint16_t code_selector(const Maker& maker)
{
    return maker.system().cs.selector;
}

/// JMP selector:offset over a block
void jump(Maker& maker)
{
    constexpr unsigned kSelectorSize = 2;
    const unsigned width = maker.jump_width();
    maker.add({.opcode = {0xEA}, .operand_bits = width, .immediates = {{0, width / 8}, {code_selector(maker), kSelectorSize}}});
    const std::size_t offset = maker.size() - kSelectorSize - width / 8;
    make_block(maker, maker.random().between(1, kMostInBlock));
    maker.put(offset, maker.address(), width / 8);
}

/// CALL selector:offset of a routine that comes first, and its far RET
void call(Maker& maker)
{
    constexpr std::uint8_t kShortJump = 0xEB, kCall = 0x9A, kReturn = 0xCB;
    const unsigned width = maker.jump_width();
    const auto over = maker.jump({kShortJump}, 1, maker.bits());
    const std::uint64_t routine = maker.address();
    make_block(maker, maker.random().between(1, kMostInBlock));
    maker.add({.opcode = {kReturn}, .operand_bits = width});
    maker.land(over);
    maker.add({.opcode = {kCall}, .operand_bits = width, .immediates = {{routine, width / 8}, {code_selector(maker), 2}}});
}

/// Puts a far pointer into memory. Returns where, in the code, its offset is.
std::size_t store_pointer(Maker& maker, Memory at, unsigned width, std::uint64_t offset, std::uint16_t selector)
{
    maker.add({.opcode = {0xC7}, .operand_bits = width, .modrm = {{0, at}}, .immediates = {{offset, width / 8}}});
    const std::size_t place = maker.size() - width / 8;
    at.displacement += width / 8;
    maker.add({.opcode = {0xC7}, .operand_bits = 16, .modrm = {{0, at}}, .immediates = {{selector, 2}}});
    return place;
}

/// JMP and CALL by a far pointer in memory, over a block; what CALL pushed stays on the stack.
void indirect(Maker& maker)
{
    constexpr unsigned kCall = 3, kJump = 5;
    const unsigned width = maker.random().chance(70) ? 32 : 16;
    const Memory pointer = maker.plain_memory(8);
    const std::size_t offset = store_pointer(maker, pointer, width, 0, code_selector(maker));
    const unsigned number = maker.random().chance(40) ? kCall : kJump;
    maker.add({.opcode = {0xFF}, .operand_bits = width, .modrm = {{number, pointer}}});
    make_block(maker, 1);
    maker.put(offset, maker.address(), width / 8);
}

/// IRET to the next instruction. Outside real mode KVM's emulator has none.
void interrupt_return(Maker& maker)
{
    constexpr std::uint8_t kPushFlags = 0x9C, kPushCode = 0x0E, kReturn = 0xCF, kPushImmediate = 0x68;
    const unsigned width = maker.bits();
    maker.add({.opcode = {kPushFlags}, .operand_bits = width}, {.reads = kStatus});
    maker.add({.opcode = {kPushCode}, .operand_bits = width});
    maker.add({.opcode = {kPushImmediate}, .operand_bits = width, .immediates = {{0, width / 8}}});
    const std::size_t offset = maker.size() - width / 8;
    maker.add({.opcode = {kReturn}, .operand_bits = width}, {.writes = kStatus});
    make_block(maker, 1);
    maker.put(offset, maker.address(), width / 8);
}

/// IRETQ, which pops the stack pointer too.
void interrupt_return_64(Maker& maker)
{
    constexpr std::uint8_t kPushFlags = 0x9C, kPushImmediate = 0x68, kReturn = 0xCF;
    const auto push = [&](std::uint64_t value) {
        maker.add({.opcode = {kPushImmediate}, .fixed_size = true, .immediates = {{value, 4}}});
        return maker.size() - 4;
    };
    push(maker.system().ss.selector);
    push(places::kStackStart);
    maker.add({.opcode = {kPushFlags}, .fixed_size = true}, {.reads = kStatus});
    push(code_selector(maker));
    const std::size_t offset = push(0);
    maker.add({.opcode = {kReturn}, .operand_bits = 64}, {.writes = kStatus});
    make_block(maker, 1);
    maker.put(offset, maker.address(), 4);
}

/// A segment register that a load leaves as it was: all that selectors have is in the GDT, but not GS's upper half.
Seg reloadable(Maker& maker)
{
    constexpr std::array kSegs{Seg::Es, Seg::Ds, Seg::Ss, Seg::Fs, Seg::Gs};
    const Seg seg = maker.random().pick(kSegs);
    return maker.bits() == 64 && seg == Seg::Gs ? Seg::Ds : seg;
}

/// MOV segment, register
void load_segment(Maker& maker)
{
    const Seg seg = reloadable(maker);
    const unsigned from = maker.target(16);
    maker.load(from, segment(maker.system(), seg).selector, 16);
    maker.add(maker.with({.opcode = {0x8E}, .fixed_size = true, .modrm = {{static_cast<unsigned>(seg), from}}}));
}

/// MOV register or memory, segment
void store_segment(Maker& maker)
{
    const auto seg = static_cast<unsigned>(maker.random().below(6));
    if (maker.random().chance(50)) {
        const Memory to = maker.memory(2, Maker::Use::Write);
        return maker.add(maker.with({.opcode = {0x8C}, .fixed_size = true, .modrm = {{seg, to}}}));
    }
    const unsigned width = maker.width();
    maker.add(maker.with({.opcode = {0x8C}, .operand_bits = width, .modrm = {{seg, maker.target(width)}}}));
}

/// PUSH segment, POP the same. Of CS only PUSH; 64-bit code has FS and GS only.
void push_segment(Maker& maker)
{
    if (maker.bits() == 64) return maker.add_bytes({0x0F, 0xA0, 0x0F, 0xA1});
    constexpr std::array<std::array<unsigned, 2>, 4> kPlain{{{0x06, 0x07}, {0x16, 0x17}, {0x1E, 0x1F}, {0x0E, 0x58}}};
    const auto& [push, pop] = maker.random().pick(kPlain);
    // Whether the upper half of 32 bits pushed is zero, or what was there, is for the processor to say: then it is zero.
    const unsigned width = push == 0x0E ? 16 : maker.jump_width();
    for (const unsigned opcode : {push, pop}) maker.add({.opcode = {static_cast<std::uint8_t>(opcode)}, .operand_bits = width});
    maker.add({.opcode = {0x6A}, .operand_bits = width, .immediates = {{0, 1}}});
}

/// LES, LDS, LSS, LFS, LGS
void load_pointer(Maker& maker)
{
    struct Load {
        Seg seg;
        std::vector<std::uint8_t> opcode;
    };
    const std::array loads{Load{Seg::Es, {0xC4}}, Load{Seg::Ds, {0xC5}}, Load{Seg::Fs, {0x0F, 0xB4}}, Load{Seg::Gs, {0x0F, 0xB5}}};
    const Load& load = maker.bits() == 64 ? loads[2] : maker.random().pick(loads);
    const unsigned width = maker.random().chance(60) ? 32 : 16;
    const Memory pointer = maker.plain_memory(8);
    store_pointer(maker, pointer, width, maker.random().value(), segment(maker.system(), load.seg).selector);
    maker.add(maker.with({.opcode = load.opcode, .operand_bits = width, .modrm = {{maker.target(width), pointer}}}));
}

bool is_legacy_ring_0(Setting setting)
{
    return is_ring_0(setting) && is_not_64_bit(setting);
}
bool is_real(Setting setting)
{
    return setting == Setting::Real;
}
bool is_long(Setting setting)
{
    return setting == Setting::Long;
}

constexpr std::array kFamilies{
    Family{"jmp far", jump, 1, Level::Interpreted, is_legacy_ring_0},
    Family{"call far", call, 1, Level::Interpreted, is_legacy_ring_0},
    Family{"jmp, call m16:16/32", indirect, 1, Level::Interpreted, is_ring_0},
    Family{"iret in real mode", interrupt_return, 1, Level::Interpreted, is_real},
    Family{"iret", interrupt_return, 1, Level::All, is_legacy_ring_0},
    Family{"iretq", interrupt_return_64, 1, Level::All, is_long},
    Family{"mov segment", load_segment, 2, Level::Interpreted, is_ring_0},
    Family{"mov from segment", store_segment, 1, Level::Interpreted, is_ring_0},
    Family{"push, pop segment", push_segment, 1, Level::Interpreted, is_ring_0},
    Family{"lds, lfs", load_pointer, 1, Level::Interpreted, is_ring_0},
};

}  // namespace

std::span<const Family> far_families()
{
    return kFamilies;
}

}  // namespace husk::test
