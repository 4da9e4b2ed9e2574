#include "x86/needed_features.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace husk::x86 {
namespace {

using Names = std::vector<std::string>;

CpuFeatures everything()
{
    CpuFeatures all;
    all.words.fill(~0u);
    return all;
}

Names missing(const Names& needed, const CpuFeatures& present)
{
    return NeededFeatures{needed}.missing_from(present);
}

TEST(NeededFeatures, AreThoseThatTheNamesSay)
{
    const Names all = feature_names(everything());
    EXPECT_GT(all.size(), 200u);
    EXPECT_EQ(missing(all, {}), all);
    EXPECT_EQ(missing(all, everything()), Names{});
    Names backwards = all;
    std::ranges::reverse(backwards);
    EXPECT_EQ(missing(backwards, {}), all) << "in whatever order they are";
    CpuFeatures present = everything();
    present.words[2] &= ~(1u << 5);
    EXPECT_EQ(missing(all, present), Names{"avx2"});
}

TEST(NeededFeatures, AllWithoutOneAreNone)
{
    EXPECT_TRUE(NeededFeatures{}.none());
    EXPECT_TRUE(NeededFeatures{Names{}}.none());
    EXPECT_FALSE(NeededFeatures{Names{"avx2"}}.none());
    EXPECT_FALSE(NeededFeatures{Names{"time_travel"}}.none());
}

TEST(NeededFeatures, ThatNobodyKnowsAreMissing)
{
    const Names strange{"time_travel", "avx2", "AVX2", "avx", "", "CPUID.07H.0:EDX bit 0", "CPUID.07H.0:EDX bit 32", "CPUID."};
    EXPECT_EQ(missing(strange, everything()), (Names{"time_travel", "AVX2", "", "CPUID.07H.0:EDX bit 32", "CPUID."}));
}

TEST(NeededFeatures, ThatTellOfTheMachineDoNotCount)
{
    EXPECT_TRUE(NeededFeatures(Names{"hypervisor", "osxsave", "md_clear"}).none());
}

TEST(NeededFeatures, OfAProgramAreThoseOfRing3)
{
    EXPECT_EQ(features_of_programs({"smep", "avx2", "erms", "pcid", "sse2", "pku", "CPUID.07H.0:EDX bit 0", "time_travel", ""}),
              (Names{"avx2", "sse2", "CPUID.07H.0:EDX bit 0", "time_travel", ""}));
    const Names all = features_of_programs(feature_names(everything()));
    for (const char* const kept :
         {"fpu", "cmov", "sse3", "avx512f", "sha_ni", "rdrand", "xsavec", "lahf_lm", "abm", "syscall", "lm"})
        EXPECT_EQ(std::ranges::count(all, kept), 1) << kept;
}

}  // namespace
}  // namespace husk::x86
