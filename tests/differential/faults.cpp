// Steps that end a sequence: exceptions, whose handlers halt with the frame on the stack, and software interrupts.
#include "differential/families.hpp"
#include "differential/places.hpp"

#include <array>

namespace husk::test {

namespace {

/// The frame has the flags.
constexpr FlagUse kShown{.reads = kStatus};

void divide_by_zero(Maker& maker)
{
    const unsigned width = maker.width();
    const unsigned by = maker.target(width);
    maker.use(kShown);
    maker.load(by, 0, width);
    maker.add(maker.with({.opcode = {0xF7}, .operand_bits = width, .modrm = {{maker.random().between(6, 7), by}}}));
}

/// A quotient that does not fit.
void divide_too_much(Maker& maker)
{
    const unsigned width = maker.width();
    const unsigned by = maker.target(width, {reg::kAx, reg::kDx});
    maker.use(kShown);
    maker.load(reg::kDx, 2, width);
    maker.load(by, maker.random().between(1, 2), width);
    maker.add(maker.with({.opcode = {0xF7}, .operand_bits = width, .modrm = {{6, by}}}));
}

void invalid_opcode(Maker& maker)
{
    maker.add_bytes({0x0F, 0x0B}, kShown);
}

/// A load from, or a store to, what is not there.
void touch_nothing(Maker& maker)
{
    constexpr std::uint64_t kBehind = 0x10'0000;
    const unsigned at = maker.target(32, {reg::kBp});
    const unsigned width = maker.width();
    const std::uint64_t base = maker.bits() == 64 ? 0 : maker.system().ds.base;
    const Memory memory{.address_bits = maker.bits(), .base = at, .displacement_size = 1};
    maker.use(kShown);
    maker.load(at, places::kEnd + maker.random().below(kBehind) - base, maker.bits());
    const std::uint8_t opcode = maker.random().chance(50) ? 0x8B : 0x89;
    maker.add(maker.with({.opcode = {opcode}, .operand_bits = width, .modrm = {{maker.target(width), memory}}}));
}

/// True if DS ends where the memory of these guests does.
bool ends_early(const Maker& maker)
{
    return maker.bits() != 64 && !maker.system().ds.granular;
}

void page_fault(Maker& maker)
{
    if (ends_early(maker)) return maker.add_bytes({0x90});
    touch_nothing(maker);
}

void beyond_limit(Maker& maker)
{
    if (!ends_early(maker)) return maker.add_bytes({0x90});
    touch_nothing(maker);
}

void not_canonical(Maker& maker)
{
    constexpr std::uint64_t kFirst = 1ull << 47;
    // By BP and SP it is #SS, which Unicorn does not know.
    const unsigned at = maker.target(64, {reg::kBp});
    maker.use(kShown);
    maker.load(at, kFirst + maker.random().next() % (~0ull - 2 * kFirst), 64);
    const Memory memory{.address_bits = 64, .base = at, .displacement_size = 1};
    const std::uint8_t opcode = maker.random().chance(50) ? 0x8B : 0x89;
    maker.add(maker.with({.opcode = {opcode}, .operand_bits = 32, .modrm = {{maker.target(32), memory}}}));
}

/// A selector that is not in the GDT, or a null one for the stack.
void bad_segment(Maker& maker)
{
    constexpr std::uint64_t kFirstOutside = 0x60;
    constexpr std::array kSegs{Seg::Es, Seg::Ss, Seg::Ds, Seg::Fs, Seg::Gs};
    const Seg seg = maker.random().pick(kSegs);
    const unsigned from = maker.target(16);
    maker.use(kShown);
    maker.load(from, kFirstOutside + maker.random().below(0x1000) * 8, 16);
    maker.add(maker.with({.opcode = {0x8E}, .fixed_size = true, .modrm = {{static_cast<unsigned>(seg), from}}}));
}

/// INT n, INT3
void software_interrupt(Maker& maker)
{
    if (maker.random().chance(30)) return maker.add_bytes({0xCC}, kShown);
    maker.add_bytes({0xCD, maker.random().below(places::kVectors)}, kShown);
}

/// INTO, taken or not, and BOUND, out of bounds or not
void check(Maker& maker)
{
    if (maker.random().chance(50)) return maker.add_bytes({0xCE}, kShown);
    const unsigned width = maker.width();
    const Memory bounds = maker.memory(width / 4, Maker::Use::Read);
    maker.use(kShown);
    maker.add(maker.with({.opcode = {0x62}, .operand_bits = width, .modrm = {{maker.source(), bounds}}}));
}

/// What ring 3 may not.
void privileged(Maker& maker)
{
    constexpr std::array<std::array<unsigned, 3>, 5> kForbidden{
        {{0x0F, 0x20, 0xC0}, {0x0F, 0x01, 0xF0}, {0x0F, 0x06, 0x90}, {0x0F, 0x30, 0x90}, {0x0F, 0x08, 0x90}}};
    const auto& [first, second, third] = maker.random().pick(kForbidden);
    maker.add_bytes({first, second, third}, kShown);
}

bool has_pages(Setting setting)
{
    return is_paged(setting);
}
bool has_descriptors(Setting setting)
{
    return setting != Setting::Real && is_ring_0(setting);
}
bool is_ring_3(Setting setting)
{
    return !is_ring_0(setting);
}

constexpr std::array kFamilies{
    Family{"divide by zero", divide_by_zero, 2},
    Family{"divide too much", divide_too_much, 1},
    Family{"ud2", invalid_opcode, 1, Level::All},
    Family{"page fault", page_fault, 3, Level::Interpreted, has_pages},
    Family{"beyond a limit", beyond_limit, 1, Level::Interpreted, has_pages},
    Family{"not canonical", not_canonical, 1, Level::Interpreted, is_64_bit},
    Family{"bad segment", bad_segment, 1, Level::Interpreted, has_descriptors},
    Family{"int", software_interrupt, 2, Level::All, is_ring_0},
    Family{"into, bound", check, 1, Level::All, is_not_64_bit},
    Family{"privileged", privileged, 1, Level::All, is_ring_3},
};

}  // namespace

std::span<const Family> fault_families()
{
    return kFamilies;
}

}  // namespace husk::test
