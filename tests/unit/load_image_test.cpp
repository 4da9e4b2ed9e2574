// Which format an image is taken for, flat images, and how errors and formats read.
#include "support/elf_builder.hpp"
#include "support/multiboot_builder.hpp"

#include <husk/image.hpp>

#include <gtest/gtest.h>

namespace husk {
namespace {

TEST(LoadImage, AnythingElseIsFlat)
{
    const auto file = test::pattern(3);
    const auto image = parse_image(file);
    ASSERT_TRUE(image);
    EXPECT_EQ(image->format, Image::Format::Flat);
    EXPECT_EQ(image->mode, x86::Mode::Long);
    EXPECT_EQ(image->entry, GuestPhys{0});
    ASSERT_EQ(image->segments.size(), 1u);
    EXPECT_EQ(image->segments[0].at, GuestPhys{0});
    EXPECT_EQ(image->segments[0].size, 3u);
    EXPECT_EQ(image->segments[0].bytes.data(), file.data());
}

TEST(LoadImage, FlatHeedsItsOptions)
{
    const auto file = test::pattern(3);
    const auto image = parse_image(file, {.mode = x86::Mode::Real, .load = GuestPhys{0x7C00}, .stack = GuestPhys{0x7000}});
    ASSERT_TRUE(image);
    EXPECT_EQ(image->mode, x86::Mode::Real);
    EXPECT_EQ(image->segments[0].at, GuestPhys{0x7C00});
    EXPECT_EQ(image->entry, GuestPhys{0x7C00});
    EXPECT_EQ(image->stack, GuestPhys{0x7000});
    EXPECT_EQ(parse_image(file, {.load = GuestPhys{0x7C00}, .entry = GuestPhys{0x7C02}})->entry, GuestPhys{0x7C02});
}

TEST(LoadImage, FlatByForceLooksAtNothing)
{
    for (const auto& file : {test::two_segments<test::Elf64Builder>().build(), test::multiboot_file(test::described_header())}) {
        const auto image = parse_image(file, {.flat = true, .mode = x86::Mode::Protected});
        ASSERT_TRUE(image);
        EXPECT_EQ(image->format, Image::Format::Flat);
        EXPECT_EQ(image->segments[0].size, file.size());
    }
}

TEST(LoadImage, DamagedElfIsNeverTakenForFlat)
{
    auto file = test::two_segments<test::Elf64Builder>().build();
    file[EI_CLASS] = std::byte{0};
    EXPECT_FALSE(parse_image(file));
}

TEST(LoadImage, EmptyIsRefusedWhateverTheFormat)
{
    const auto image = parse_image({}, {.flat = true});
    ASSERT_FALSE(image);
    EXPECT_EQ(describe(image.error()), "the image is empty");
    EXPECT_FALSE(parse_image({}));
}

TEST(LoadImage, FlatBeyondThePhysicalSpaceIsRefused)
{
    const auto file = test::pattern(2);
    EXPECT_TRUE(parse_image(file, {.load = GuestPhys{(1ull << 52) - 2}}));
    for (const std::uint64_t load : {(1ull << 52) - 1, 1ull << 52, ~0ull}) {
        const auto image = parse_image(file, {.load = GuestPhys{load}});
        ASSERT_FALSE(image) << load;
        EXPECT_EQ(image.error().field, "load option");
    }
}

TEST(LoadImage, FlatTakesNoCommandLine)
{
    const auto image = parse_image(test::pattern(1), {.command_line = "quiet"});
    ASSERT_FALSE(image);
    EXPECT_EQ(describe(image.error()), "command line: is for multiboot kernels; this image is flat");
}

TEST(LoadImage, ErrorsReadWithWhatTheyHave)
{
    EXPECT_EQ(describe(ImageError{"e_phoff", 0x20, "bad"}), "e_phoff (file offset 0x20): bad");
    EXPECT_EQ(describe(ImageError{"entry", std::nullopt, "bad"}), "entry: bad");
    EXPECT_EQ(describe(ImageError{"", std::nullopt, "bad"}), "bad");
}

TEST(LoadImage, FormatsHaveNames)
{
    EXPECT_EQ(name(Image::Format::Flat), "flat");
    EXPECT_EQ(name(Image::Format::Elf32), "elf32");
    EXPECT_EQ(name(Image::Format::Elf64), "elf64");
    EXPECT_EQ(name(Image::Format::Multiboot), "multiboot");
}

}  // namespace
}  // namespace husk
