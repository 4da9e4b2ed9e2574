// The sequences that the differential test is made of.
#include "debug/disassemble.hpp"
#include "differential/generator.hpp"
#include "differential/places.hpp"

#include <gtest/gtest.h>

namespace husk::test {
namespace {

constexpr std::uint64_t kSeed = 1, kSequences = 60;

class EverySetting : public testing::TestWithParam<Setting> {
protected:
    static Sequence make(std::uint64_t index, Level level = Level::All)
    {
        return make_sequence(kSeed, index, {.setting = GetParam(), .level = level});
    }
};

INSTANTIATE_TEST_SUITE_P(DifferentialGenerator, EverySetting, testing::ValuesIn(kSettings),
                         [](const auto& each) { return std::string{name(each.param)}; });

TEST_P(EverySetting, SeedAndIndexDetermineASequence)
{
    const Sequence once = make(7);
    const Sequence again = make(7);
    EXPECT_EQ(code_of(once), code_of(again));
    EXPECT_EQ(once.start, again.start);
    EXPECT_EQ(once.memory, again.memory);
    EXPECT_NE(code_of(once), code_of(make(8)));
}

TEST_P(EverySetting, NothingReadsAnUndefinedFlag)
{
    for (std::uint64_t index = 0; index < kSequences; ++index) EXPECT_TRUE(is_defined(make(index))) << index;
}

TEST_P(EverySetting, CodeFitsWhereItIs)
{
    for (std::uint64_t index = 0; index < kSequences; ++index)
        EXPECT_LT(code_of(make(index)).size(), places::kCodeEnd - places::kCode) << index;
}

TEST_P(EverySetting, OnlyTheWiderLevelHasFloatingPoint)
{
    EXPECT_TRUE(make(0, Level::Interpreted).prologue.empty());
    EXPECT_FALSE(make(0).prologue.empty());
}

/// Steps are whole instructions: a disassembler that starts at each ends where it does. (It takes 66 61 and its kin in 16-bit code
/// for none, so those are left out.)
TEST_P(EverySetting, StepsAreWholeInstructions)
{
    constexpr std::size_t kMost = 1000;
    std::size_t whole = 0;
    std::size_t unknown = 0;
    for (std::uint64_t index = 0; index < kSequences; ++index) {
        for (const Step& step : make(index).steps) {
            const auto instructions = debug::disassemble(step.code, places::kCode, bits(GetParam()), kMost);
            std::size_t size = 0;
            for (const auto& instruction : instructions) size += instruction.bytes.size();
            if (instructions.back().text == "(bad)") {
                ++unknown;
                continue;
            }
            EXPECT_EQ(size, step.code.size()) << step.name << " " << debug::hex_bytes(step.code);
            ++whole;
        }
    }
    EXPECT_GT(whole, 50 * unknown);
}

TEST(DifferentialGenerator, EachFamilyMakesSteps)
{
    for (const Setting setting : kSettings) {
        const Recipe recipe{.setting = setting, .level = Level::All};
        std::vector<Family> all = families(recipe);
        const std::vector<Family> last = last_families(recipe);
        all.insert(all.end(), last.begin(), last.end());
        const Sequence sequence = make_sequence(kSeed, 0, recipe);
        for (const Family& family : all) {
            Random random{kSeed};
            for (int i = 0; i < 20; ++i) {
                Maker maker{random, sequence, 0};
                family.make(maker);
                EXPECT_FALSE(maker.take().code.empty()) << family.name << " in " << name(setting);
            }
        }
    }
}

TEST(DifferentialGenerator, FamiliesCanBeLeftOut)
{
    Recipe recipe{.setting = Setting::Long, .level = Level::All};
    const std::size_t all = families(recipe).size();
    recipe.without = {"cmpxchg8b"};
    EXPECT_EQ(families(recipe).size(), all - 1);
}

TEST(DifferentialGenerator, InterpretedIsAPartOfAll)
{
    const std::size_t interpreted = families({.setting = Setting::Real}).size();
    EXPECT_GT(interpreted, 20u);
    EXPECT_GT(families({.setting = Setting::Real, .level = Level::All}).size(), interpreted);
}

}  // namespace
}  // namespace husk::test
