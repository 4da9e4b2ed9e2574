// The differential test finds what is wrong: an engine that forgets one thing is told from one that does not.
#include "differential/compare.hpp"
#include "differential/generator.hpp"
#include "differential/runner.hpp"
#include "engine/soft/vm.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace husk::test {
namespace {

constexpr std::uint64_t kSeed = 9;

TEST(SoftDifferential, RunsEndInEverySetting)
{
    Runner runner{soft::make_vm()};
    for (const Setting setting : kSettings) {
        for (std::uint64_t index = 0; index < 20; ++index) {
            const Ending ending = runner.run(make_sequence(kSeed, index, {.setting = setting, .level = Level::Interpreted}));
            EXPECT_EQ(ending.end, Ending::End::Ended) << name(setting) << " " << index << ": " << ending.exit;
        }
    }
}

TEST(SoftDifferential, OneRunLeavesNothingToTheNext)
{
    Runner used{soft::make_vm()};
    for (std::uint64_t index = 0; index < 50; ++index) {
        const Sequence sequence =
            make_sequence(kSeed, index, {.setting = kSettings[index % kSettings.size()], .level = Level::All});
        const Ending again = used.run(sequence);
        EXPECT_THAT(differences(sequence, Runner{soft::make_vm()}.run(sequence), again), testing::IsEmpty()) << index;
    }
}

TEST(SoftDifferential, AWrongResultIsFound)
{
    Runner runner{soft::make_vm()};
    std::size_t found = 0;
    for (std::uint64_t index = 0; index < 20; ++index) {
        const Sequence sequence = make_sequence(kSeed, index, {.setting = Setting::Protected, .level = Level::Interpreted});
        Sequence wrong = sequence;
        wrong.steps.back().removed = true;
        if (!differences(sequence, runner.run(sequence), runner.run(wrong)).empty()) ++found;
    }
    EXPECT_GT(found, 15u) << "most steps do something";
}

}  // namespace
}  // namespace husk::test
