#include "x86/cpu_features.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace husk::x86 {
namespace {

using Names = std::vector<std::string>;

std::size_t word_of(std::uint32_t leaf, std::uint32_t subleaf, CpuidRegister in)
{
    const auto found = std::ranges::find_if(
        kFeatureWords, [&](const FeatureWord& word) { return word.leaf == leaf && word.subleaf == subleaf && word.in == in; });
    return static_cast<std::size_t>(found - kFeatureWords.begin());
}

TEST(CpuFeatures, BitsHaveTheNamesThatLinuxGivesThem)
{
    // By the manuals' numbers, one near each end of each word.
    EXPECT_EQ(feature_name(word_of(0x1, 0, CpuidRegister::Ecx), 0), "sse3");
    EXPECT_EQ(feature_name(word_of(0x1, 0, CpuidRegister::Ecx), 28), "avx");
    EXPECT_EQ(feature_name(word_of(0x1, 0, CpuidRegister::Edx), 26), "sse2");
    EXPECT_EQ(feature_name(word_of(0x7, 0, CpuidRegister::Ebx), 5), "avx2");
    EXPECT_EQ(feature_name(word_of(0x7, 0, CpuidRegister::Ebx), 31), "avx512vl");
    EXPECT_EQ(feature_name(word_of(0x7, 0, CpuidRegister::Ecx), 22), "rdpid");
    EXPECT_EQ(feature_name(word_of(0x7, 0, CpuidRegister::Edx), 4), "fsrm");
    EXPECT_EQ(feature_name(word_of(0x7, 1, CpuidRegister::Eax), 4), "avx_vnni");
    EXPECT_EQ(feature_name(word_of(0xD, 1, CpuidRegister::Eax), 3), "xsaves");
    EXPECT_EQ(feature_name(word_of(0x8000'0001, 0, CpuidRegister::Ecx), 16), "fma4");
    EXPECT_EQ(feature_name(word_of(0x8000'0001, 0, CpuidRegister::Edx), 29), "lm");
}

TEST(CpuFeatures, ABitWithoutANameIsToldByItsPlace)
{
    EXPECT_EQ(feature_name(word_of(0x7, 0, CpuidRegister::Edx), 0), "CPUID.07H.0:EDX bit 0");
}

TEST(CpuFeatures, WhatIsMissingIsNamed)
{
    CpuFeatures needed;
    needed.words[word_of(0x7, 0, CpuidRegister::Ebx)] = 1u << 5 | 1u << 8;
    CpuFeatures present;
    present.words[word_of(0x7, 0, CpuidRegister::Ebx)] = 1u << 8 | 1u << 16;
    EXPECT_EQ(missing_features(needed, present), Names{"avx2"});
    EXPECT_EQ(missing_features(present, needed), Names{"avx512f"});
    EXPECT_EQ(missing_features(needed, needed), Names{});
}

TEST(CpuFeatures, WhatTellsOfTheMachineDoesNotCount)
{
    CpuFeatures needed;
    needed.words[word_of(0x1, 0, CpuidRegister::Ecx)] = 1u << 27 | 1u << 31;
    EXPECT_EQ(missing_features(needed, {}), Names{});
}

TEST(CpuFeatures, WhatTwoLeavesSayIsNamedOnce)
{
    CpuFeatures needed;
    needed.words[word_of(0x1, 0, CpuidRegister::Edx)] = 1;
    needed.words[word_of(0x8000'0001, 0, CpuidRegister::Edx)] = 1;
    EXPECT_EQ(feature_names(needed), Names{"fpu"});
}

TEST(CpuFeatures, WhatAnotherLeafSaysIsNotMissing)
{
    CpuFeatures of_amd, of_intel;
    of_amd.words[word_of(0x1, 0, CpuidRegister::Edx)] = 1;
    of_amd.words[word_of(0x8000'0001, 0, CpuidRegister::Edx)] = 1 | 1u << 11;
    of_intel.words[word_of(0x1, 0, CpuidRegister::Edx)] = 1 | 1u << 11;
    EXPECT_EQ(missing_features(of_amd, of_intel), Names{"syscall"}) << "SYSCALL has the bit that SYSENTER has in the other leaf";
    EXPECT_EQ(missing_features(of_intel, of_amd), Names{"sep"});
}

}  // namespace
}  // namespace husk::x86
