// How Maker addresses data: chosen are registers, scale and displacement; what is left to reach the data, a register is loaded
// with.
#include "differential/maker.hpp"
#include "differential/places.hpp"

#include <array>

namespace husk::test {

namespace {

constexpr unsigned kMargin = 0x200;  // a bit offset or a string may go that far from where an operand is

std::uint64_t low_bits(unsigned count)
{
    return count == 64 ? ~0ull : (1ull << count) - 1;
}

}  // namespace

unsigned Maker::address_width()
{
    if (bits_ == 16) return random_.chance(75) ? 16 : 32;
    if (bits_ == 32) return random_.chance(85) ? 32 : 16;
    return random_.chance(85) ? 64 : 32;
}

std::uint64_t Maker::base_of(Seg seg) const
{
    if (bits_ == 64 && seg != Seg::Fs && seg != Seg::Gs) return 0;
    return segment(system(), seg).base;
}

std::uint64_t Maker::data_offset(Seg seg, unsigned margin, unsigned alignment)
{
    std::uint64_t linear = places::kData + margin + random_.below(places::kDataEnd - places::kData - 2 * margin);
    // Across the border of two pages more often than chance would have it.
    if (random_.chance(10)) linear = places::kMovedPage - random_.below(8);
    return linear / alignment * alignment - base_of(seg);
}

unsigned Maker::pointer(std::initializer_list<unsigned> keep)
{
    for (;;)
        if (const unsigned reg = source(); !is_kept(reg, keep)) return reg;
}

/// The segment that `memory` is in, which it may override.
Seg Maker::choose_segment(Memory& memory, Use use)
{
    if (random_.chance(20)) {
        constexpr std::array kAll{Seg::Es, Seg::Ss, Seg::Ds, Seg::Fs, Seg::Gs, Seg::Cs};
        memory.override = random_.pick(kAll);
        // Code cannot be written to in protected mode.
        if (memory.override == Seg::Cs && use == Use::Write && setting() != Setting::Real) memory.override = Seg::Es;
        // The upper half is reached by a base register of 64 bits only.
        if (memory.override == Seg::Gs && bits_ == 64 && (memory.address_bits != 64 || !memory.base)) memory.override = Seg::Fs;
        return *memory.override;
    }
    return memory.base == reg::kBp || memory.base == reg::kSp ? Seg::Ss : Seg::Ds;
}

void Maker::choose_registers(Memory& memory, std::initializer_list<unsigned> keep)
{
    if (memory.address_bits != 16) {
        memory.base = pointer(keep);
        if (random_.chance(60)) memory.index = pointer(keep);
        if (memory.index == memory.base) memory.index.reset();
        memory.scale = memory.index ? random_.below(4) : 0;
        return;
    }
    do {
        memory.base = random_.chance(50) ? reg::kBx : reg::kBp;
        memory.index = random_.chance(50) ? std::optional{random_.chance(50) ? reg::kSi : reg::kDi} : std::nullopt;
        if (!memory.index && random_.chance(50)) memory.base = random_.chance(50) ? reg::kSi : reg::kDi;
    } while (is_kept(*memory.base, keep) || (memory.index && is_kept(*memory.index, keep)));
}

void Maker::choose_displacement(Memory& memory)
{
    const unsigned largest = memory.address_bits == 16 ? 2 : 4;
    const std::array sizes{0u, 1u, largest};
    memory.displacement_size = random_.pick(sizes);
    const bool needs_one = memory.address_bits == 16 ? memory.base == reg::kBp && !memory.index : (*memory.base & 7) == reg::kBp;
    if (needs_one && memory.displacement_size == 0) memory.displacement_size = 1;
    const std::uint64_t value = random_.chance(50) ? random_.next() : random_.below(64);
    switch (memory.displacement_size) {
        case 0: memory.displacement = 0; break;
        case 1: memory.displacement = static_cast<std::int8_t>(value); break;
        case 2: memory.displacement = static_cast<std::int16_t>(value); break;
        default: memory.displacement = static_cast<std::int32_t>(value);
    }
}

/// Loads the registers of `memory` such that it is at `offset`; above the address's width they have anything.
void Maker::point(Memory& memory, std::uint64_t offset)
{
    const unsigned loaded = bits_ == 64 ? 64 : memory.address_bits;
    const std::uint64_t above = ~low_bits(memory.address_bits);
    std::uint64_t rest = offset - static_cast<std::uint64_t>(memory.displacement);
    if (memory.index) {
        const std::uint64_t value = random_.value();
        rest -= value << memory.scale;
        load(*memory.index, value, loaded);
    }
    load(*memory.base, (rest & ~above) | (random_.next() & above), loaded);
}

/// [displacement], [index * scale + displacement] or, in 64-bit code, relative to RIP.
void Maker::make_without_base(Memory& memory, std::uint64_t offset, std::initializer_list<unsigned> keep)
{
    memory.displacement_size = memory.address_bits == 16 ? 2 : 4;
    memory.displacement = static_cast<std::int64_t>(offset);
    if (bits_ == 64 && random_.chance(60)) {
        memory.rip_relative = true;
    } else if (memory.address_bits != 16 && random_.chance(40)) {
        memory.index = pointer(keep);
        memory.scale = random_.below(4);
        const std::uint64_t value = random_.below(1024);
        memory.displacement -= static_cast<std::int64_t>(value << memory.scale);
        load(*memory.index, value, bits_ == 64 ? 64 : 32);
    }
}

Memory Maker::memory_at(unsigned alignment, unsigned size, Use use, std::initializer_list<unsigned> keep)
{
    Memory memory{.address_bits = address_width()};
    if (memory.address_bits != 16 && alignment == 1 && random_.chance(8)) {
        memory.base = reg::kSp;
        memory.displacement_size = random_.chance(50) ? 1 : 4;
        memory.displacement = static_cast<int>(random_.below(256)) - 128;
        return memory;
    }
    const bool based = random_.chance(80);
    if (based) choose_registers(memory, keep);
    const Seg seg = choose_segment(memory, use);
    const std::uint64_t offset = data_offset(seg, kMargin + size, alignment);
    if (!based) {
        make_without_base(memory, offset, keep);
        return memory;
    }
    choose_displacement(memory);
    point(memory, offset);
    return memory;
}

Memory Maker::plain_memory(unsigned size, unsigned alignment)
{
    const unsigned address_bits = bits_ == 64 ? 32 : bits_;
    return {.address_bits = bits_ == 64 ? 64u : bits_,
            .displacement = static_cast<std::int64_t>(data_offset(Seg::Ds, kMargin + size, alignment)),
            .displacement_size = address_bits / 8};
}

Maker::Rm Maker::rm(unsigned width, Use use, std::initializer_list<unsigned> keep)
{
    if (random_.chance(55)) return memory(width / 8, use, keep);
    return use == Use::Write ? target(width, keep) : source();
}

}  // namespace husk::test
