#include "differential/generator.hpp"

#include "differential/places.hpp"
#include "differential/start.hpp"

#include <algorithm>

namespace husk::test {

namespace {

constexpr unsigned kMostSteps = 12;

const Family& choose(Random& random, const std::vector<Family>& from)
{
    unsigned total = 0;
    for (const Family& family : from) total += family.weight;
    unsigned ticket = random.below(total);
    for (const Family& family : from) {
        if (ticket < family.weight) return family;
        ticket -= family.weight;
    }
    return from.front();
}

Step make_step(const Family& family, Random& random, const Sequence& sequence, std::uint64_t offset)
{
    Maker maker{random, sequence, offset};
    maker.name(family.name);
    family.make(maker);
    return maker.take();
}

/// CMP of an accumulator, which defines all flags and changes nothing else.
void define_flags(Maker& maker)
{
    maker.name("cmp");
    maker.add({.opcode = {0x3D},
               .operand_bits = std::min(maker.bits(), 32u),
               .immediates = {maker.immediate(std::min(maker.bits(), 32u))}},
              all_but(kNoFlags));
}
constexpr Family kDefineFlags{"cmp", define_flags};

/// FXRSTOR before and FXSAVE after, so that x87 and SSE state is a part of memory.
void frame_floating_point(Sequence& sequence, Random& random)
{
    const auto instruction = [&](unsigned number, std::uint64_t at) {
        const unsigned width = bits(sequence.setting);
        const std::uint64_t base = width == 64 ? 0 : sequence.start.system.ds.base;
        return encode({.opcode = {0x0F, 0xAE},
                       .fixed_size = true,
                       .modrm = {{number, Memory{.address_bits = width,
                                                 .displacement = static_cast<std::int64_t>(at - base),
                                                 .displacement_size = width == 16 ? 2u : 4u}}}},
                      width);
    };
    constexpr unsigned kSave = 0, kRestore = 1;
    make_float_state(sequence, random);
    sequence.prologue = instruction(kRestore, places::kFloatBefore);
    sequence.epilogue = instruction(kSave, places::kFloatAfter);
}

void append_end(Sequence& sequence)
{
    constexpr std::uint64_t kHalt = 0xF4, kOut = 0xE6;
    if (ring(sequence.setting) == 0) return append(sequence.epilogue, kHalt, 1);
    append(sequence.epilogue, kOut, 1);
    append(sequence.epilogue, places::kEndPort, 1);
}

}  // namespace

std::vector<Family> families(const Recipe& recipe)
{
    std::vector<Family> result;
    for (const auto& source : {arithmetic_families(), shift_families(), multiply_families(), bit_families(), move_families(),
                               stack_families(), string_families(), decimal_families(), branch_families(), x87_families(), sse_families(),
                               sse_move_families(), far_families(), system_families()}) {
        for (const Family& family : source) {
            if (std::ranges::find(recipe.without, family.name) != recipe.without.end()) continue;
            const bool known = recipe.level == Level::All || family.level == Level::Interpreted;
            if (known && (family.fits == nullptr || family.fits(recipe.setting))) result.push_back(family);
        }
    }
    return result;
}

Sequence make_sequence(std::uint64_t seed, std::uint64_t index, const Recipe& recipe)
{
    Random random{seed, index};
    Sequence sequence{.seed = seed, .index = index, .setting = recipe.setting};
    make_start(sequence, random);
    if (recipe.level == Level::All) frame_floating_point(sequence, random);

    const std::vector<Family> choices = families(recipe);
    std::uint64_t offset = sequence.prologue.size();
    const auto add = [&](Step step) {
        offset += step.code.size();
        sequence.steps.push_back(std::move(step));
    };
    FlagSet undefined;
    for (unsigned steps = random.between(1, kMostSteps); steps > 0; --steps) {
        const Family& family = choose(random, choices);
        const Random before = random;
        Step step = make_step(family, random, sequence, offset);
        if (reveals(undefined, step.flags)) {
            // What it reads is defined first, and it is made again, for its address is another one now.
            Random other{random.next()};
            add(make_step(kDefineFlags, other, sequence, offset));
            undefined = kNoFlags;
            random = before;
            step = make_step(family, random, sequence, offset);
        }
        undefined = undefined_after(undefined, step.flags);
        add(std::move(step));
    }
    append_end(sequence);
    return sequence;
}

}  // namespace husk::test
