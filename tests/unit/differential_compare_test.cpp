// What the differential test makes of two endings: differences, their report, the shortest sequence that still has them.
#include "differential/compare.hpp"
#include "differential/generator.hpp"
#include "differential/known.hpp"
#include "differential/places.hpp"
#include "differential/report.hpp"
#include "differential/shrink.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace husk::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Step step(std::string_view name, std::initializer_list<unsigned> bytes, const FlagUse& flags = {})
{
    Step made{.name = std::string{name}, .flags = flags, .code = {}};
    for (const unsigned byte : bytes) made.code.push_back(static_cast<std::byte>(byte));
    return made;
}

const Step kAdd = step("add", {0x01, 0xD8}, all_but(kNoFlags));
const Step kAnd = step("and", {0x21, 0xD8}, all_but(kAdjust));
const Step kPushFlags = step("pushf", {0x9C}, {.reads = kStatus});

Ending ended()
{
    return {.end = Ending::End::Ended, .exit = "HLT", .memory = std::vector<std::byte>(places::kEnd)};
}

TEST(DifferentialCompare, EqualOutcomesDoNotDiffer)
{
    EXPECT_THAT(differences({}, ended(), ended()), IsEmpty());
}

TEST(DifferentialCompare, NamesWhatDiffers)
{
    Ending other = ended();
    other.state.registers.rbx = 0x10;
    other.state.system.es.base = 0x20;
    other.state.system.cr2 = 0x30;
    other.memory[0x1234] = std::byte{0x40};
    EXPECT_THAT(differences({}, ended(), other),
                ElementsAre("rbx: 0x0, 0x10", "es base: 0x0, 0x20", "cr2: 0x0, 0x30", "[0x1234]: 0x0, 0x40"));
    other = ended();
    other.end = Ending::End::Otherwise;
    other.exit = "triple fault";
    EXPECT_THAT(differences({}, ended(), other), ElementsAre("exit: HLT, triple fault"));
}

TEST(DifferentialCompare, UndefinedFlagsMayDiffer)
{
    Sequence sequence;
    sequence.steps = {kAnd};
    Ending other = ended();
    other.state.registers.rflags |= x86::Rflags::AF;
    EXPECT_THAT(differences(sequence, ended(), other), IsEmpty());
    other.state.registers.rflags |= x86::Rflags::CF;
    EXPECT_THAT(differences(sequence, ended(), other), ElementsAre(HasSubstr("rflags")));
    sequence.steps.push_back(kAdd);
    other.state.registers.rflags = FlagSet{x86::Rflags::One} | x86::Rflags::AF;
    EXPECT_THAT(differences(sequence, ended(), other), ElementsAre(HasSubstr("rflags")));
}

TEST(DifferentialCompare, KnownDifferencesAreMasked)
{
    constexpr std::uint64_t kMxcsrMask = places::kFloatAfter + 28, kTopOfStack = places::kFloatAfter + 3;
    Sequence sequence;
    sequence.prologue = {std::byte{0x90}};
    Ending other = ended();
    other.memory[kMxcsrMask] = std::byte{2};
    EXPECT_THAT(differences(sequence, ended(), other), IsEmpty());
    other.memory[kTopOfStack] = std::byte{0x38};
    EXPECT_THAT(differences(sequence, ended(), other), ElementsAre(HasSubstr("[0xc203]")));
    for (const Known& known : known_differences()) EXPECT_FALSE(known.why.empty()) << known.what;
}

TEST(DifferentialCompare, WhatIsUndefinedMustNotBeRead)
{
    Sequence sequence;
    sequence.steps = {kAnd, kPushFlags};
    EXPECT_FALSE(is_defined(sequence));
    sequence.steps = {kAnd, kAdd, kPushFlags};
    EXPECT_TRUE(is_defined(sequence));
    sequence.steps[1].removed = true;
    EXPECT_FALSE(is_defined(sequence));
}

bool has(const Sequence& sequence, std::string_view name)
{
    return std::ranges::any_of(sequence.steps, [&](const Step& each) { return !each.removed && each.name == name; });
}

TEST(DifferentialShrink, KeepsTheDifferenceAndWhatDefinesItsFlags)
{
    Sequence sequence;
    sequence.steps = {kAdd, kAnd, step("mov", {0x89, 0xD8}), kAdd, kPushFlags, kAdd};
    const std::size_t size = code_of(sequence).size();
    const Sequence shrunk = shrink(sequence, [](const Sequence& each) { return has(each, "pushf") && has(each, "and"); });
    EXPECT_TRUE(is_defined(shrunk));
    EXPECT_EQ(std::ranges::count_if(shrunk.steps, [](const Step& each) { return !each.removed; }), 3);
    EXPECT_EQ(code_of(shrunk).size(), size) << "addresses must not change";
}

TEST(DifferentialReport, ShowsTheStepsThatAreLeft)
{
    Sequence sequence;
    sequence.setting = Setting::Protected;
    sequence.start.registers.rip = places::kCode;
    sequence.steps = {kAnd, kAdd};
    sequence.steps[0].removed = true;
    const std::vector<std::string> found{"rbx: 0x1, 0x2"};
    const std::string text = report(sequence, found);
    EXPECT_THAT(text, HasSubstr("sequence 0 of seed 0, protected"));
    EXPECT_THAT(text, HasSubstr("0x8002: 01 D8"));
    EXPECT_THAT(text, HasSubstr("add eax, ebx"));
    EXPECT_THAT(text, HasSubstr("rbx: 0x1, 0x2"));
    EXPECT_THAT(text, testing::Not(HasSubstr("and eax, ebx")));
}

TEST(DifferentialSequence, KnowsWhichStepIsWhere)
{
    Sequence sequence;
    sequence.prologue = {std::byte{0x90}};
    sequence.steps = {kAdd, kPushFlags};
    EXPECT_EQ(step_at(sequence, 0), "");
    EXPECT_EQ(step_at(sequence, 2), "add");
    EXPECT_EQ(step_at(sequence, 3), "pushf");
    EXPECT_EQ(step_at(sequence, 4), "");
}

}  // namespace
}  // namespace husk::test
