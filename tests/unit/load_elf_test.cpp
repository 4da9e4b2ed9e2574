// ELF images: what is taken from a good one, and that a damaged one is refused by the name, place and value of its field.
#include "support/elf_builder.hpp"

#include <husk/image.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace husk {
namespace {

using test::put;

template <typename Builder>
class LoadElf : public testing::Test {
public:
    using Header = typename Builder::Header;
    using ProgramHeader = typename Builder::ProgramHeader;
    using Word = decltype(Header::e_entry);

    static std::size_t at(std::size_t segment, std::size_t member) { return Builder::header_of(segment) + member; }

    /// Parses the file of two_segments() with `value` written at `offset`.
    template <typename Value>
    static tl::expected<Image, ImageError> parse_with(std::size_t offset, Value value)
    {
        auto file = test::two_segments<Builder>().build();
        put(file, offset, value);
        return parse_image(file);
    }

    static void expect_refused(const tl::expected<Image, ImageError>& image, const std::string& field, std::uint64_t offset,
                               const std::string& value)
    {
        ASSERT_FALSE(image) << field;
        EXPECT_EQ(image.error().field, field);
        EXPECT_EQ(image.error().offset, offset) << describe(image.error());
        EXPECT_NE(image.error().problem.find(value), std::string::npos) << describe(image.error());
    }
};

struct ClassNames {
    template <typename Builder>
    static std::string GetName(int)
    {
        return std::is_same_v<Builder, test::Elf32Builder> ? "Elf32" : "Elf64";
    }
};
using Builders = testing::Types<test::Elf32Builder, test::Elf64Builder>;
TYPED_TEST_SUITE(LoadElf, Builders, ClassNames);

// Short names for where a field is.
#define EHDR(member) offsetof(typename TestFixture::Header, member)
#define PHDR(segment, member) TestFixture::at(segment, offsetof(typename TestFixture::ProgramHeader, member))
#define WORD(value) static_cast<typename TestFixture::Word>(value)

TYPED_TEST(LoadElf, GoodOneGivesItsSegmentsAtTheirPhysicalAddresses)
{
    const auto file = test::two_segments<TypeParam>().build();
    const auto image = parse_image(file);
    ASSERT_TRUE(image) << describe(image.error());
    const bool wide = std::is_same_v<TypeParam, test::Elf64Builder>;
    EXPECT_EQ(image->format, wide ? Image::Format::Elf64 : Image::Format::Elf32);
    EXPECT_EQ(image->mode, wide ? x86::Mode::Long : x86::Mode::Protected);
    EXPECT_EQ(image->entry, GuestPhys{0x100004});
    EXPECT_EQ(image->stack, std::nullopt);
    ASSERT_EQ(image->segments.size(), 2u);
    const Image::Segment& code = image->segments[0];
    EXPECT_EQ(code.at, GuestPhys{0x100000});
    EXPECT_EQ(code.size, 0x1000u);
    EXPECT_TRUE(std::ranges::equal(code.bytes, test::pattern(0x20)));
    EXPECT_EQ(code.header_offset, TypeParam::header_of(0));
    EXPECT_EQ(image->segments[1].at, GuestPhys{0x200000});
    EXPECT_EQ(image->segments[1].number, 1u);
}

TYPED_TEST(LoadElf, SegmentsThatAreNotLoadedOrTakeNoMemoryAreLeftOut)
{
    auto elf = test::two_segments<TypeParam>();
    elf.segments[0].type = PT_NOTE;
    elf.segments.push_back({.paddr = 0x100000, .vaddr = 0x100000, .bytes = {}, .memsz = 0});
    elf.entry = 0x200000;
    const auto file = elf.build();
    const auto image = parse_image(file);
    ASSERT_TRUE(image) << describe(image.error());
    ASSERT_EQ(image->segments.size(), 1u);
    EXPECT_EQ(image->segments[0].number, 1u);
}

TYPED_TEST(LoadElf, VirtualEntryIsTranslatedIfNoSegmentIsAtThatPhysicalAddress)
{
    auto elf = test::two_segments<TypeParam>();
    elf.segments[0].vaddr = 0xC0100000;
    elf.entry = 0xC0100008;
    const auto file = elf.build();
    const auto image = parse_image(file);
    ASSERT_TRUE(image) << describe(image.error());
    EXPECT_EQ(image->entry, GuestPhys{0x100008});
}

TYPED_TEST(LoadElf, GivenEntryAndStackOverrideAndTheFilesEntryIsNotLookedAt)
{
    auto elf = test::two_segments<TypeParam>();
    elf.entry = 0x666;
    const auto file = elf.build();
    const auto image = parse_image(file, {.entry = GuestPhys{0x200000}, .stack = GuestPhys{0x80000}});
    ASSERT_TRUE(image) << describe(image.error());
    EXPECT_EQ(image->entry, GuestPhys{0x200000});
    EXPECT_EQ(image->stack, GuestPhys{0x80000});
}

TYPED_TEST(LoadElf, SegmentWithoutBytesMayHaveAnyFileOffset)
{
    auto elf = test::two_segments<TypeParam>();
    elf.segments[1].bytes.clear();
    auto file = elf.build();
    put(file, PHDR(1, p_offset), WORD(~std::uint64_t{0}));
    const auto image = parse_image(file);
    ASSERT_TRUE(image) << describe(image.error());
    EXPECT_TRUE(image->segments[1].bytes.empty());
}

TYPED_TEST(LoadElf, DamagedIdentIsRefused)
{
    this->expect_refused(this->parse_with(EI_CLASS, '\3'), "e_ident[EI_CLASS]", EI_CLASS, "3");
    this->expect_refused(this->parse_with(EI_DATA, char{ELFDATA2MSB}), "e_ident[EI_DATA]", EI_DATA, "2");
    this->expect_refused(this->parse_with(EI_VERSION, '\7'), "e_ident[EI_VERSION]", EI_VERSION, "7");
}

TYPED_TEST(LoadElf, DamagedHeaderIsRefused)
{
    constexpr auto half = [](int value) { return static_cast<std::uint16_t>(value); };
    this->expect_refused(this->parse_with(EHDR(e_machine), half(EM_AARCH64)), "e_machine", EHDR(e_machine), "183");
    this->expect_refused(this->parse_with(EHDR(e_version), 9u), "e_version", EHDR(e_version), "9");
    this->expect_refused(this->parse_with(EHDR(e_type), half(ET_REL)), "e_type", EHDR(e_type), "object file");
    this->expect_refused(this->parse_with(EHDR(e_type), half(ET_DYN)), "e_type", EHDR(e_type), "position-independent");
    this->expect_refused(this->parse_with(EHDR(e_type), half(ET_CORE)), "e_type", EHDR(e_type), "core dump");
    this->expect_refused(this->parse_with(EHDR(e_type), half(77)), "e_type", EHDR(e_type), "77");
    this->expect_refused(this->parse_with(EHDR(e_phentsize), half(31)), "e_phentsize", EHDR(e_phentsize), "31");
    this->expect_refused(this->parse_with(EHDR(e_phnum), half(0)), "e_phnum", EHDR(e_phnum), "0");
    this->expect_refused(this->parse_with(EHDR(e_phnum), half(PN_XNUM)), "e_phnum", EHDR(e_phnum), "PN_XNUM");
}

TYPED_TEST(LoadElf, ProgramHeadersOutOfTheFileAreRefused)
{
    const auto size = test::two_segments<TypeParam>().build().size();
    for (const std::uint64_t offset : {std::uint64_t{size}, std::uint64_t{size - 1}, ~std::uint64_t{0}, ~std::uint64_t{31}})
        this->expect_refused(this->parse_with(EHDR(e_phoff), WORD(offset)), "e_phoff", EHDR(e_phoff), "not in the file");
    this->expect_refused(this->parse_with(EHDR(e_phnum), std::uint16_t{0xFFFE}), "e_phoff", EHDR(e_phoff), "65534");
}

TYPED_TEST(LoadElf, FileThatEndsInsideItsHeaderIsRefused)
{
    const auto file = test::two_segments<TypeParam>().build();
    const std::span all{file};
    this->expect_refused(parse_image(all.first(4)), "e_ident", 0, "4");
    this->expect_refused(parse_image(all.first(15)), "e_ident", 0, "15");
    this->expect_refused(parse_image(all.first(sizeof(typename TestFixture::Header) - 1)), "ELF header", 0, "ends after");
}

TYPED_TEST(LoadElf, BytesOutOfTheFileAreRefused)
{
    this->expect_refused(this->parse_with(PHDR(1, p_offset), WORD(0x10000)), "p_offset of segment 1", PHDR(1, p_offset), "0x10000");
    this->expect_refused(this->parse_with(PHDR(1, p_offset), WORD(~std::uint64_t{0})), "p_offset of segment 1", PHDR(1, p_offset),
                         "beyond");
    this->expect_refused(this->parse_with(PHDR(1, p_filesz), WORD(0x11)), "p_filesz of segment 1", PHDR(1, p_filesz), "0x11");
    // p_offset + p_filesz wraps to a small number.
    this->expect_refused(this->parse_with(PHDR(0, p_filesz), WORD(~std::uint64_t{0})), "p_filesz of segment 0", PHDR(0, p_filesz),
                         "beyond");
}

TYPED_TEST(LoadElf, MoreBytesThanMemoryAreRefused)
{
    this->expect_refused(this->parse_with(PHDR(0, p_memsz), WORD(0x1F)), "p_filesz of segment 0", PHDR(0, p_filesz), "0x1f");
    this->expect_refused(this->parse_with(PHDR(0, p_memsz), WORD(0)), "p_filesz of segment 0", PHDR(0, p_filesz), "p_memsz");
}

TYPED_TEST(LoadElf, SegmentsThatWrapOrLeaveThePhysicalSpaceAreRefused)
{
    const auto field = "p_paddr of segment 0";
    this->expect_refused(this->parse_with(PHDR(0, p_paddr), WORD(~std::uint64_t{0xFFE})), field, PHDR(0, p_paddr), "beyond");
    this->expect_refused(this->parse_with(PHDR(0, p_memsz), WORD(~std::uint64_t{0})), field, PHDR(0, p_paddr), "beyond");
}

TEST(LoadElf64, SegmentBeyond52BitsIsRefused)
{
    auto elf = test::two_segments<test::Elf64Builder>();
    elf.segments[0].paddr = (std::uint64_t{1} << 52) - 0xFFF;
    const auto image = parse_image(elf.build());
    ASSERT_FALSE(image);
    EXPECT_EQ(
        describe(image.error()),
        "p_paddr of segment 0 (file offset 0x58): 0x1000 bytes at 0xffffffffff001 reach beyond the 52-bit physical address space");
}

TYPED_TEST(LoadElf, OverlappingSegmentsAreRefused)
{
    this->expect_refused(this->parse_with(PHDR(1, p_paddr), WORD(0x100FFF)), "p_paddr of segment 1", PHDR(1, p_paddr),
                         "overlaps segment 0 at 0x100000-0x100fff");
    this->expect_refused(this->parse_with(PHDR(1, p_paddr), WORD(0xFFFF1)), "p_paddr of segment 1", PHDR(1, p_paddr), "0xffff1");
    EXPECT_TRUE(this->parse_with(PHDR(1, p_paddr), WORD(0x101000)));
    EXPECT_TRUE(this->parse_with(PHDR(1, p_paddr), WORD(0xFFFF0)));
}

TYPED_TEST(LoadElf, NothingToLoadIsRefused)
{
    auto elf = test::two_segments<TypeParam>();
    for (auto& segment : elf.segments) segment.type = PT_NOTE;
    this->expect_refused(parse_image(elf.build()), "e_phnum", EHDR(e_phnum), "PT_LOAD");
}

TYPED_TEST(LoadElf, EntryInNoSegmentIsRefused)
{
    for (const std::uint64_t entry : {0x0, 0xFFFFF, 0x101000, 0x200010})
        this->expect_refused(this->parse_with(EHDR(e_entry), WORD(entry)), "e_entry", EHDR(e_entry), "in no segment");
}

TYPED_TEST(LoadElf, LinuxProgramIsToldApart)
{
    auto elf = test::two_segments<TypeParam>();
    elf.segments.push_back({.type = PT_INTERP});
    for (const auto type : {ET_EXEC, ET_DYN}) {
        elf.type = static_cast<std::uint16_t>(type);
        this->expect_refused(parse_image(elf.build()), "p_type of segment 2", PHDR(2, p_type), "dynamically linked Linux program");
    }
}

TYPED_TEST(LoadElf, OptionsThatTheFormatDecidesAreRefused)
{
    const auto file = test::two_segments<TypeParam>().build();
    const auto refused = [&](const ImageOptions& options, const std::string& field) {
        const auto image = parse_image(file, options);
        ASSERT_FALSE(image) << field;
        EXPECT_EQ(image.error().field, field);
        EXPECT_EQ(image.error().offset, std::nullopt);
    };
    refused({.mode = x86::Mode::Long}, "mode option");
    refused({.load = GuestPhys{0x1000}}, "load option");
    refused({.command_line = "quiet"}, "command line");
}

}  // namespace
}  // namespace husk
