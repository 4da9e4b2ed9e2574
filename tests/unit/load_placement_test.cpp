// Which images fit which machines, without a machine.
#include "load/placement.hpp"
#include "support/bytes.hpp"

#include <gtest/gtest.h>

#include <string>

namespace husk {
namespace {

const std::vector<std::byte> kBytes = test::pattern(16);

Image flat_at(std::uint64_t at, std::uint64_t size, x86::Mode mode = x86::Mode::Protected)
{
    return {.format = Image::Format::Flat, .mode = mode, .segments = {{.at = GuestPhys{at}, .size = size}}, .entry = GuestPhys{at}};
}

Image elf_at(std::uint64_t at, std::uint64_t size)
{
    auto image = flat_at(at, size);
    image.format = Image::Format::Elf32;
    image.segments[0].number = 3;
    image.segments[0].header_offset = 0x94;
    return image;
}

Room two_mib(std::uint64_t tables_end = 0)
{
    return {.memory = {{GuestPhys{0}, GuestPhys{2_MiB}}}, .tables_end = GuestPhys{tables_end}};
}

std::string problem(const Image& image, const Room& room)
{
    const auto checked = check_placement(image, room);
    return checked ? "" : describe(checked.error());
}

TEST(LoadPlacement, FitsToTheLastByte)
{
    EXPECT_EQ(problem(flat_at(0, 2_MiB), two_mib()), "");
    EXPECT_EQ(problem(elf_at(2_MiB - 1, 1), two_mib()), "");
}

TEST(LoadPlacement, TooLargeSaysHowMuchMemoryItNeeds)
{
    EXPECT_EQ(problem(flat_at(0, 2_MiB + 1), two_mib()),
              "the image, 0x0-0x200000: does not fit 2 MiB of memory; give the machine 3 MiB (--memory 3M)");
    EXPECT_EQ(
        problem(elf_at(2_MiB - 1, 2), two_mib()),
        "segment 3, 0x1fffff-0x200000 (file offset 0x94): does not fit 2 MiB of memory; give the machine 3 MiB (--memory 3M)");
}

TEST(LoadPlacement, HoleSaysWhatMemoryThereIs)
{
    const Room room{.memory = {{GuestPhys{0}, GuestPhys{64_KiB}}, {GuestPhys{1_MiB}, GuestPhys{2_GiB + 1_MiB}}}, .tables_end = {}};
    EXPECT_EQ(problem(elf_at(0x8000, 1_MiB), room),
              "segment 3, 0x8000-0x107fff (file offset 0x94): is not in memory, which is 64 KiB at 0x0, 2 GiB at 0x100000");
    EXPECT_EQ(problem(elf_at(1_MiB, 1_MiB), room), "");
}

TEST(LoadPlacement, RegionsThatTouchAreOne)
{
    const std::vector<GuestMemory::Region> regions{{{.base = GuestPhys{0}, .size = 1_MiB}, {}},
                                                   {{.base = GuestPhys{1_MiB}, .size = 1_MiB}, {}},
                                                   {{.base = GuestPhys{4_MiB}, .size = 1_MiB}, {}}};
    const Room room = make_room(regions, {});
    ASSERT_EQ(room.memory.size(), 2u);
    EXPECT_EQ(problem(elf_at(0x80000, 1_MiB), room), "");
    EXPECT_NE(problem(elf_at(1_MiB, 2_MiB), room), "");
}

TEST(LoadPlacement, PageTablesAreKeptFree)
{
    EXPECT_EQ(problem(flat_at(0, 0x2000), two_mib(0x5000)), "");
    EXPECT_EQ(problem(flat_at(0x5000, 0x1000), two_mib(0x5000)), "");
    EXPECT_EQ(
        problem(flat_at(0, 0x2001), two_mib(0x5000)),
        "the image, 0x0-0x2000: overlaps the page tables of its mode at 0x2000-0x4fff; load it at 0x5000 or above (--load 0x5000)");
    EXPECT_NE(problem(flat_at(0x4FFF, 1), two_mib(0x5000)), "");
    EXPECT_EQ(problem(flat_at(0, 0x4000), two_mib(0)), "");
}

TEST(LoadPlacement, PageTablesMustBeInMemory)
{
    const Room small{.memory = {{GuestPhys{0}, GuestPhys{0x4000}}}, .tables_end = GuestPhys{0x5000}};
    EXPECT_EQ(problem(flat_at(0, 16), small), "page tables: 0x2000-0x4fff is not in memory, which is 16 KiB at 0x0");
}

TEST(LoadPlacement, MultibootInformationIsKeptFreeAndInMemory)
{
    auto kernel = elf_at(0x1FFF, 1);
    EXPECT_EQ(problem(kernel, two_mib()), "");
    kernel.format = Image::Format::Multiboot;
    EXPECT_NE(problem(kernel, two_mib()).find("overlaps the multiboot information at 0x1000-0x1fff"), std::string::npos);
    kernel.segments[0].at = kernel.entry = GuestPhys{1_MiB};
    EXPECT_EQ(problem(kernel, two_mib()), "");
    const Room high{.memory = {{GuestPhys{1_MiB}, GuestPhys{2_MiB}}}, .tables_end = {}};
    EXPECT_EQ(problem(kernel, high), "multiboot information: 0x1000-0x1fff is not in memory, which is 1 MiB at 0x100000");
}

TEST(LoadPlacement, EntryMustBeInMemoryAndInReach)
{
    auto image = flat_at(0, 16);
    image.entry = GuestPhys{2_MiB};
    EXPECT_EQ(problem(image, two_mib()), "entry: 0x200000 is not in memory, which is 2 MiB at 0x0");
    EXPECT_EQ(problem(flat_at(1_MiB, 16, x86::Mode::Real), two_mib()), "entry: 0x100000 is beyond the 1 MiB that its mode reaches");
    const Room large{.memory = {{GuestPhys{0}, GuestPhys{8_GiB}}}, .tables_end = {}};
    EXPECT_NE(problem(flat_at(4_GiB, 16), large), "");
    EXPECT_EQ(problem(flat_at(4_GiB, 16, x86::Mode::Long), large), "");
}

TEST(LoadPlacement, StackMustBeInReach)
{
    auto image = flat_at(0, 16);
    image.stack = GuestPhys{4_GiB};
    EXPECT_EQ(problem(image, two_mib()), "");
    image.stack = GuestPhys{4_GiB + 1};
    EXPECT_EQ(problem(image, two_mib()), "stack: 0x100000001 is beyond the 4 GiB that its mode reaches");
    image.mode = x86::Mode::Real;
    image.stack = GuestPhys{0x10000};
    EXPECT_EQ(problem(image, two_mib()), "");
    image.stack = GuestPhys{0x10002};
    EXPECT_EQ(problem(image, two_mib()), "stack: 0x10002 is beyond the 64 KiB that its mode reaches");
}

TEST(LoadPlacement, ImagesThatNoParserMadeAreCheckedToo)
{
    EXPECT_NE(problem({}, two_mib()), "");
    EXPECT_NE(problem(elf_at(0x1000, 0), two_mib()), "");
    EXPECT_NE(problem(elf_at(~std::uint64_t{0}, 1), two_mib()), "");
    EXPECT_NE(problem(elf_at(0x1000, ~std::uint64_t{0}), two_mib()), "");
    auto greedy = elf_at(0x1000, 15);
    greedy.segments[0].bytes = kBytes;
    EXPECT_NE(problem(greedy, two_mib()).find("more than its size"), std::string::npos);
    auto twice = elf_at(0x1000, 16);
    twice.segments.push_back({.at = GuestPhys{0x100F}, .size = 4, .number = 4});
    EXPECT_NE(problem(twice, two_mib()).find("overlaps segment 3, 0x1000-0x100f"), std::string::npos);
}

}  // namespace
}  // namespace husk
