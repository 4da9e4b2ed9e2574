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
    // At ring 3 it raises #GP, whose handler halts.
    constexpr std::uint64_t kHalt = 0xF4;
    append(sequence.epilogue, kHalt, 1);
}

/// The steps of a sequence, one behind the other.
class Steps {
public:
    Steps(Random& random, Sequence& sequence) : random_{random}, sequence_{sequence}, offset_{sequence.prologue.size()} {}

    void add(const Family& family)
    {
        const Random before = random_;
        Step step = make_step(family, random_, sequence_, offset_);
        if (reveals(undefined_, step.flags)) {
            // What it reads is defined first, and it is made again, for its address is another one now.
            Random other{random_.next()};
            append(make_step(kDefineFlags, other, sequence_, offset_));
            random_ = before;
            step = make_step(family, random_, sequence_, offset_);
        }
        append(std::move(step));
    }

private:
    void append(Step step)
    {
        undefined_ = undefined_after(undefined_, step.flags);
        offset_ += step.code.size();
        sequence_.steps.push_back(std::move(step));
    }

    Random& random_;
    Sequence& sequence_;
    std::uint64_t offset_;
    FlagSet undefined_;
};

/// A KVM that interprets ring 0 pushes an exception's frame as if the stack had no base and all gates were of 32 bits.
bool fits_faults(const Sequence& sequence, const Recipe& recipe)
{
    if (recipe.level == Level::All || sequence.setting == Setting::Real) return true;
    return sequence.setting != Setting::Protected16 && sequence.start.system.ss.base == 0;
}

void add_fitting(std::vector<Family>& result, std::span<const Family> source, const Recipe& recipe)
{
    for (const Family& family : source) {
        if (std::ranges::find(recipe.without, family.name) != recipe.without.end()) continue;
        const bool known = recipe.level == Level::All || family.level == Level::Interpreted;
        if (known && (family.fits == nullptr || family.fits(recipe.setting))) result.push_back(family);
    }
}

}  // namespace

std::vector<Family> families(const Recipe& recipe)
{
    std::vector<Family> result;
    for (const auto& source : {arithmetic_families(), shift_families(), multiply_families(), bit_families(), move_families(),
                               stack_families(), string_families(), decimal_families(), branch_families(), x87_families(),
                               sse_families(), sse_move_families(), far_families(), system_families()})
        add_fitting(result, source, recipe);
    return result;
}

std::vector<Family> last_families(const Recipe& recipe)
{
    std::vector<Family> result;
    add_fitting(result, fault_families(), recipe);
    return result;
}

Sequence make_sequence(std::uint64_t seed, std::uint64_t index, const Recipe& recipe)
{
    constexpr unsigned kFaulting = 15;  // percent
    Random random{seed, index};
    Sequence sequence{.seed = seed, .index = index, .setting = recipe.setting};
    make_start(sequence, random);
    if (recipe.level == Level::All) frame_floating_point(sequence, random);

    Steps steps{random, sequence};
    const std::vector<Family> choices = families(recipe);
    for (unsigned left = random.between(1, kMostSteps); left > 0; --left) steps.add(choose(random, choices));
    const std::vector<Family> last = fits_faults(sequence, recipe) ? last_families(recipe) : std::vector<Family>{};
    if (random.chance(kFaulting) && !last.empty()) steps.add(choose(random, last));
    // The HLT that ends ring 3 shows the flags to its handler.
    if (ring(recipe.setting) == 3) steps.add(kDefineFlags);
    append_end(sequence);
    return sequence;
}

}  // namespace husk::test
