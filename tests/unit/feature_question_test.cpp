#include "program/entry/feature_question.hpp"

#include <gtest/gtest.h>

namespace husk::program::entry {
namespace {

// What the code does is seen where it runs: a frozen program's features.
TEST(FeatureQuestion, AnswersAreInTheRegisters)
{
    const x86::Registers all{
        .rsi = 9, .rdi = 0x8000'0001, .rbp = 0xD, .r8 = 1, .r9 = 2, .r10 = 3, .r11 = 4, .r12 = 5, .r13 = 6, .r14 = 7, .r15 = 8};
    EXPECT_EQ(feature_answer(all), (x86::CpuFeatures{{1, 2, 3, 4, 5, 6, 7, 8, 9}}));
}

TEST(FeatureQuestion, BeyondTheLastLeafThereIsNothing)
{
    const x86::Registers few{.rsi = 9, .rdi = 0x8000'0000, .rbp = 6, .r8 = 1, .r9 = 2, .r10 = 3, .r14 = 7, .r15 = 8};
    EXPECT_EQ(feature_answer(few), (x86::CpuFeatures{{1, 2}}));
}

}  // namespace
}  // namespace husk::program::entry
