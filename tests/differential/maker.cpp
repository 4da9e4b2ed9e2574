#include "differential/maker.hpp"

#include "differential/places.hpp"

#include <algorithm>
#include <stdexcept>

namespace husk::test {

Maker::Maker(Random& random, const Sequence& sequence, std::uint64_t offset)
    : random_{random},
      sequence_{sequence},
      offset_{offset},
      bits_{test::bits(sequence.setting)},
      extended_{bits_ == 64 && random.chance(75)}
{}

std::uint64_t Maker::address() const
{
    return sequence_.start.registers.rip + offset_ + step_.code.size();
}

void Maker::use(const FlagUse& use)
{
    if (reveals(step_.flags.undefined, use)) throw std::logic_error{step_.name + " reads a flag that it left undefined"};
    step_.flags.reads |= use.reads.without(step_.flags.writes);
    step_.flags.undefined = undefined_after(step_.flags.undefined, use);
    step_.flags.writes = (step_.flags.writes | use.writes).without(step_.flags.undefined);
}

void Maker::use_maybe(const FlagUse& use)
{
    this->use({.reads = use.reads, .writes = {}, .undefined = use.undefined});
}

void Maker::add(Instruction instruction, const FlagUse& use)
{
    Code code = encode(instruction, bits_);
    Memory* memory = instruction.modrm ? std::get_if<Memory>(&instruction.modrm->rm) : nullptr;
    if (memory != nullptr && memory->rip_relative) {
        // Relative to the instruction's end, which is known only now.
        memory->displacement -= static_cast<std::int64_t>(address() + code.size());
        code = encode(instruction, bits_);
    }
    step_.code.insert(step_.code.end(), code.begin(), code.end());
    this->use(use);
}

void Maker::add_maybe(Instruction instruction, const FlagUse& use)
{
    add(std::move(instruction));
    use_maybe(use);
}

void Maker::add_bytes(std::initializer_list<unsigned> bytes, const FlagUse& use)
{
    for (const unsigned byte : bytes) step_.code.push_back(static_cast<std::byte>(byte));
    this->use(use);
}

unsigned Maker::width()
{
    if (extended_) return random_.chance(50) ? 64 : random_.chance(50) ? 32 : 16;
    return random_.chance(60) ? std::min(bits_, 32u) : random_.chance(50) ? 16 : 32;
}

unsigned Maker::source()
{
    return random_.below(extended_ ? 16 : 8);
}

bool Maker::is_kept(unsigned reg, std::initializer_list<unsigned> keep) const
{
    return reg == reg::kSp || std::ranges::find(kept_, reg) != kept_.end() || std::ranges::find(keep, reg) != keep.end();
}

unsigned Maker::target(unsigned width, std::initializer_list<unsigned> keep)
{
    for (;;) {
        const unsigned reg = source();
        // Without REX, bytes 4–7 are AH, CH, DH, BH.
        const bool high = width == 8 && !extended_ && reg > 3;
        if (!is_kept(high ? reg - 4 : reg, keep)) return reg;
    }
}

void Maker::load(unsigned reg, std::uint64_t value, unsigned width)
{
    const std::uint8_t opcode = width == 8 ? 0xB0 : 0xB8;
    add({.opcode = {opcode}, .operand_bits = width, .rex = extended_, .plus = reg, .immediates = {{value, width / 8}}});
}

Instruction Maker::with(Instruction instruction) const
{
    instruction.rex = extended_;
    return instruction;
}

Immediate Maker::immediate(unsigned width)
{
    return {random_.value(), std::min(width / 8, 4u)};
}

unsigned Maker::jump_width()
{
    // Processors disagree about a near jump of 16 bits in 64-bit code. SDM Vol. 1, "64-Bit Mode Near Branches" (6.3.7).
    if (bits_ == 64) return 32;
    return random_.chance(80) ? bits_ : 48 - bits_;
}

Maker::Jump Maker::jump(std::vector<std::uint8_t> opcode, unsigned size, unsigned operand_bits, const FlagUse& use)
{
    const bool fixed = size == 1 || bits_ == 64;
    add({.opcode = std::move(opcode), .operand_bits = operand_bits, .fixed_size = fixed, .immediates = {{0, size}}}, use);
    return {step_.code.size(), size};
}

void Maker::land(const Jump& jump)
{
    put(jump.end - jump.size, step_.code.size() - jump.end, jump.size);
}

void Maker::put(std::size_t at, std::uint64_t value, unsigned size)
{
    for (unsigned i = 0; i < size; ++i) step_.code[at + i] = static_cast<std::byte>(value >> (8 * i));
}

}  // namespace husk::test
