// Frozen files of every version of the format that there has been go on, on every engine, for ever. tests/golden/frozen has them.
#include "support/counting_guest.hpp"
#include "support/temp_folder.hpp"

#include <husk/frozen.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <span>

extern "C" const std::byte husk_golden_v1_image_begin[], husk_golden_v1_image_end[];
extern "C" const std::byte husk_golden_v1_image_compressed_begin[], husk_golden_v1_image_compressed_end[];
extern "C" const std::byte husk_golden_v1_cpu_soft_image_begin[], husk_golden_v1_cpu_soft_image_end[];
extern "C" const std::byte husk_golden_v1_cpu_kvm_image_begin[], husk_golden_v1_cpu_kvm_image_end[];

namespace husk::test {
namespace {

/// `features`: whether the file says what it needs of the processor, of which its guest uses nothing.
void expect_to_go_on(std::span<const std::byte> golden, bool features)
{
    const TempFolder folder;
    const auto frozen = Frozen::open(folder.write("golden.husk", golden));
    ASSERT_TRUE(frozen) << describe(frozen.error());
    EXPECT_EQ(frozen->info().origin, "counter");
    EXPECT_EQ(frozen->info().point, "after 3");
    EXPECT_EQ(std::ranges::count(frozen->info().cpu_features, "sse2"), features ? 1 : 0);
    EXPECT_EQ(frozen->info().cpu_features.empty(), !features);
    for (int thaw = 0; thaw < 2; ++thaw) {
        Machine machine = frozen->thaw(on_lane({.any_cpu = features}));
        EXPECT_EQ(next_count(machine), 4u);
        EXPECT_EQ(next_count(machine), 5u);
        frozen->reset(machine);
        EXPECT_EQ(next_count(machine), 4u);
    }
}

TEST(GoldenFrozen, ImageOfVersion1)
{
    expect_to_go_on({husk_golden_v1_image_begin, husk_golden_v1_image_end}, false);
}

TEST(GoldenFrozen, CompressedImageOfVersion1)
{
    expect_to_go_on({husk_golden_v1_image_compressed_begin, husk_golden_v1_image_compressed_end}, false);
}

TEST(GoldenFrozen, ImageOfTheSoftwareEngineWithFeatures)
{
    expect_to_go_on({husk_golden_v1_cpu_soft_image_begin, husk_golden_v1_cpu_soft_image_end}, true);
}

TEST(GoldenFrozen, ImageOfKvmWithFeatures)
{
    expect_to_go_on({husk_golden_v1_cpu_kvm_image_begin, husk_golden_v1_cpu_kvm_image_end}, true);
}

}  // namespace
}  // namespace husk::test
