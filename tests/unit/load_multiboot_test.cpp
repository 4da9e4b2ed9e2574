// Multiboot kernels: where a header is found, both ways a kernel says where it goes, and the damage each can have.
#include "support/elf_builder.hpp"
#include "support/multiboot_builder.hpp"

#include <husk/image.hpp>

#include <gtest/gtest.h>

#include <string>

namespace husk {
namespace {

using test::described_header;
using test::multiboot_file;
using test::MultibootHeader;
constexpr auto kAt = test::kMultibootHeaderOffset;

/// An ELF whose first segment's bytes start with `header`.
template <typename Builder>
std::vector<std::byte> elf_file(const MultibootHeader& header)
{
    auto elf = test::two_segments<Builder>();
    test::put(elf.segments[0].bytes, 0, header.summed());
    return elf.build();
}

void expect_refused(const std::vector<std::byte>& file, const std::string& field, std::uint64_t offset, const std::string& value)
{
    const auto image = parse_image(file);
    ASSERT_FALSE(image) << field;
    EXPECT_EQ(image.error().field, field + " of the multiboot header");
    EXPECT_EQ(image.error().offset, offset) << describe(image.error());
    EXPECT_NE(image.error().problem.find(value), std::string::npos) << describe(image.error());
}

TEST(LoadMultiboot, ElfOfEitherClassStartsProtected)
{
    for (const auto& file : {elf_file<test::Elf32Builder>({.flags = 3}), elf_file<test::Elf64Builder>({.flags = 3})}) {
        const auto image = parse_image(file, {.command_line = "quiet"});
        ASSERT_TRUE(image) << describe(image.error());
        EXPECT_EQ(image->format, Image::Format::Multiboot);
        EXPECT_EQ(image->mode, x86::Mode::Protected);
        EXPECT_EQ(image->entry, GuestPhys{0x100004});
        EXPECT_EQ(image->segments.size(), 2u);
        EXPECT_EQ(image->command_line, "quiet");
    }
}

TEST(LoadMultiboot, AddressFieldsSayWhereTheFileGoes)
{
    auto header = described_header();
    header.load_addr += 0x10;  // leaves out the first 16 bytes of the file
    header.load_end_addr = 0x100080;
    header.bss_end_addr = 0x102000;
    const auto file = multiboot_file(header);
    const auto image = parse_image(file);
    ASSERT_TRUE(image) << describe(image.error());
    EXPECT_EQ(image->format, Image::Format::Multiboot);
    EXPECT_EQ(image->mode, x86::Mode::Protected);
    EXPECT_EQ(image->entry, GuestPhys{0x100040});
    ASSERT_EQ(image->segments.size(), 1u);
    EXPECT_EQ(image->segments[0].at, GuestPhys{0x100010});
    EXPECT_EQ(image->segments[0].bytes.data(), file.data() + 0x10);
    EXPECT_EQ(image->segments[0].bytes.size(), 0x70u);
    EXPECT_EQ(image->segments[0].size, 0x1FF0u);
    EXPECT_EQ(image->segments[0].header_offset, kAt);
}

TEST(LoadMultiboot, NoEndsMeanTheWholeFileAndNoBss)
{
    const auto file = multiboot_file(described_header());
    const auto image = parse_image(file);
    ASSERT_TRUE(image) << describe(image.error());
    EXPECT_EQ(image->segments[0].bytes.size(), file.size());
    EXPECT_EQ(image->segments[0].size, file.size());
}

TEST(LoadMultiboot, AddressFieldsWinOverAnElfHeader)
{
    constexpr auto kWhere = static_cast<std::uint32_t>(test::Elf32Builder::header_of(2));  // the first segment's bytes
    const MultibootHeader header{
        .flags = 1u << 16, .header_addr = 0x300000 + kWhere, .load_addr = 0x300000, .entry_addr = 0x300000};
    auto elf = test::two_segments<test::Elf32Builder>();
    test::put(elf.segments[0].bytes, 0, header.summed());
    const auto file = elf.build();
    const auto image = parse_image(file);
    ASSERT_TRUE(image) << describe(image.error());
    EXPECT_EQ(image->segments[0].at, GuestPhys{0x300000});
    EXPECT_EQ(image->segments[0].bytes.size(), file.size());
}

TEST(LoadMultiboot, HeaderIsFoundAlignedInTheFirst8KiBOnly)
{
    const auto format_with_header_at = [](std::size_t at) {
        std::vector<std::byte> file(0x3000);
        test::put(file, at, MultibootHeader{}.summed());
        const auto image = parse_image(file);
        return image ? name(image->format) : "refused: no address fields, not an ELF";
    };
    EXPECT_NE(format_with_header_at(0), "flat");
    EXPECT_NE(format_with_header_at(8192 - 12), "flat");
    EXPECT_EQ(format_with_header_at(8192 - 8), "flat");
    EXPECT_EQ(format_with_header_at(8192), "flat");
    EXPECT_EQ(format_with_header_at(2), "flat");
}

TEST(LoadMultiboot, MagicWithAWrongChecksumIsNoHeader)
{
    auto file = multiboot_file(described_header());
    file[kAt + 8] ^= std::byte{1};
    EXPECT_EQ(parse_image(file)->format, Image::Format::Flat);
    // The search goes on behind it.
    auto later = described_header();
    later.header_addr += 0x60;
    test::put(file, kAt + 0x60, later.summed());
    EXPECT_EQ(parse_image(file)->format, Image::Format::Multiboot);
}

TEST(LoadMultiboot, UnknownRequiredFlagIsRefusedByItsBit)
{
    for (unsigned bit = 3; bit < 16; ++bit) {
        auto header = described_header();
        header.flags |= 1u << bit;
        expect_refused(multiboot_file(header), "flags", kAt + 4, "bit " + std::to_string(bit));
    }
}

TEST(LoadMultiboot, KnownAndOptionalFlagsAreAccepted)
{
    for (const unsigned bit : {0u, 1u, 2u, 17u, 31u}) {
        auto header = described_header();
        header.flags |= 1u << bit;
        EXPECT_TRUE(parse_image(multiboot_file(header))) << bit;
    }
}

TEST(LoadMultiboot, NeitherElfNorAddressesIsRefused)
{
    expect_refused(multiboot_file({.flags = 2}), "flags", kAt + 4, "nothing says where");
}

TEST(LoadMultiboot, AddressFieldsCutOffAreRefused)
{
    auto file = multiboot_file(described_header());
    file.resize(kAt + 31);
    expect_refused(file, "flags", kAt + 4, "ends before");
    // Beyond the first 8 KiB they are no part of the header either.
    std::vector<std::byte> large(0x3000);
    test::put(large, 8192 - 28, described_header().summed());
    expect_refused(large, "flags", 8192 - 28 + 4, "ends before");
}

TEST(LoadMultiboot, ImpossibleAddressesAreRefused)
{
    struct Case {
        std::uint32_t MultibootHeader::*member;
        std::uint32_t value;
        const char* field;
        std::uint64_t offset;
        const char* says;
    };
    constexpr Case kCases[] = {
        {&MultibootHeader::load_addr, 0x100021, "load_addr", 16, "0x100021"},
        {&MultibootHeader::load_addr, 0xFFFFF, "load_addr", 16, "0x21 bytes below"},
        {&MultibootHeader::header_addr, 0, "load_addr", 16, "above header_addr"},
        {&MultibootHeader::load_end_addr, 0x100000, "load_end_addr", 20, "nothing to load"},
        {&MultibootHeader::load_end_addr, 0x1, "load_end_addr", 20, "0x1"},
        {&MultibootHeader::load_end_addr, 0x100101, "load_end_addr", 20, "0x101"},
        {&MultibootHeader::bss_end_addr, 0x1000FF, "bss_end_addr", 24, "0x1000ff"},
        {&MultibootHeader::entry_addr, 0x100100, "entry_addr", 28, "0x100100"},
        {&MultibootHeader::entry_addr, 0xFFFFF, "entry_addr", 28, "0xfffff"},
    };
    for (const Case& one : kCases) {
        auto header = described_header();
        header.*one.member = one.value;
        expect_refused(multiboot_file(header), one.field, kAt + one.offset, one.says);
    }
}

TEST(LoadMultiboot, WrappingAround4GiBIsRefused)
{
    auto header = described_header();
    header.load_addr = 0xFFFFFFFF - 0x40;
    header.header_addr = header.load_addr + kAt;
    expect_refused(multiboot_file(header), "load_addr", kAt + 16, "4 GiB");
}

TEST(LoadMultiboot, DamagedElfIsRefusedAsAnElf)
{
    auto file = elf_file<test::Elf32Builder>({});
    test::put(file, offsetof(Elf32_Ehdr, e_phentsize), std::uint16_t{1});
    const auto image = parse_image(file);
    ASSERT_FALSE(image);
    EXPECT_EQ(image.error().field, "e_phentsize");
}

TEST(LoadMultiboot, OptionsThatItCannotHaveAreRefused)
{
    const auto file = multiboot_file(described_header());
    EXPECT_EQ(parse_image(file, {.mode = x86::Mode::Long}).error().field, "mode option");
    EXPECT_EQ(parse_image(file, {.load = GuestPhys{0}}).error().field, "load option");
    EXPECT_EQ(parse_image(file, {.entry = GuestPhys{4_GiB}}).error().field, "entry");
    EXPECT_EQ(parse_image(file, {.command_line = std::string{"a\0b", 3}}).error().field, "command line");
}

}  // namespace
}  // namespace husk
