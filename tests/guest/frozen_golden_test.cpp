// Frozen files of every version of the format that there has been go on, on every engine, for ever. tests/golden/frozen has them.
#include "support/counting_guest.hpp"
#include "support/temp_folder.hpp"

#include <husk/frozen.hpp>

#include <gtest/gtest.h>

#include <span>

extern "C" const std::byte husk_golden_v1_image_begin[], husk_golden_v1_image_end[];
extern "C" const std::byte husk_golden_v1_image_compressed_begin[], husk_golden_v1_image_compressed_end[];

namespace husk::test {
namespace {

void expect_to_go_on(std::span<const std::byte> golden)
{
    const TempFolder folder;
    const auto frozen = Frozen::open(folder.write("golden.husk", golden));
    ASSERT_TRUE(frozen) << describe(frozen.error());
    EXPECT_EQ(frozen->info().origin, "counter");
    EXPECT_EQ(frozen->info().point, "after 3");
    for (int thaw = 0; thaw < 2; ++thaw) {
        Machine machine = frozen->thaw(on_lane());
        EXPECT_EQ(next_count(machine), 4u);
        EXPECT_EQ(next_count(machine), 5u);
        frozen->reset(machine);
        EXPECT_EQ(next_count(machine), 4u);
    }
}

TEST(GoldenFrozen, ImageOfVersion1)
{
    expect_to_go_on({husk_golden_v1_image_begin, husk_golden_v1_image_end});
}

TEST(GoldenFrozen, CompressedImageOfVersion1)
{
    expect_to_go_on({husk_golden_v1_image_compressed_begin, husk_golden_v1_image_compressed_end});
}

}  // namespace
}  // namespace husk::test
