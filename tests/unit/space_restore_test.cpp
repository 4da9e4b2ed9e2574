// A space that begins as another was: what of it is still mapped from the image, and what becomes of that.
#include "base/unique_fd.hpp"
#include "program/frozen/capture_memory.hpp"
#include "program/space/space.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>

#include <fcntl.h>
#include <unistd.h>
#include <array>
#include <cerrno>
#include <fstream>
#include <span>
#include <string>
#include <vector>

namespace husk::test {
namespace {

using namespace program;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

constexpr std::uint64_t kAt = 0x10'0000;
constexpr int kOwn = MAP_PRIVATE | MAP_ANONYMOUS;

class SpaceRestore : public testing::Test {
protected:
    SpaceRestore() : image_{::memfd_create("image", MFD_CLOEXEC)}
    {
        const std::string text(2 * kPageSize, 'i');
        EXPECT_EQ(::write(image_.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
    }

    static Area area(std::uint64_t pages, int protection = PROT_READ | PROT_WRITE)
    {
        return {.begin = kAt, .end = kAt + pages * kPageSize, .protection = protection, .flags = kOwn, .name = "[heap]"};
    }
    /// Pages 1 and 2 of the area are the image's.
    Result restore(const Area& wanted)
    {
        const std::array contents{Contents{kAt + kPageSize, kAt + 3 * kPageSize, 0}};
        return space_.restore(wanted, contents, image_.get());
    }
    char at(std::uint64_t page, std::uint64_t base = kAt)
    {
        char byte = '?';
        (void)space_.memory().read({base + page * kPageSize}, std::as_writable_bytes(std::span{&byte, 1}));
        return byte;
    }
    std::string bytes(std::uint64_t pages, std::uint64_t base = kAt)
    {
        std::string text;
        for (std::uint64_t page = 0; page < pages; ++page) text += at(page, base) == 0 ? '0' : at(page, base);
        return text;
    }

    Space space_{layout::kSpace};
    UniqueFd image_;
};

TEST_F(SpaceRestore, IsTheImageWhereThatHasSomething)
{
    ASSERT_EQ(restore(area(5)), 0);
    EXPECT_EQ(bytes(6), "0ii00?");
    EXPECT_THAT(space_.of_image(kAt, kAt + 5 * kPageSize), ElementsAre(Pair(kAt + kPageSize, kAt + 3 * kPageSize)));
    EXPECT_TRUE(space_.memory().put({kAt + kPageSize}, 'w'));
    EXPECT_EQ(bytes(5), "0wi00");
    char there = 0;
    EXPECT_EQ(::pread(image_.get(), &there, 1, 0), 1);
    EXPECT_EQ(there, 'i');
}

/// How many mappings of this process there are in the bytes.
std::size_t mappings_in(std::span<const std::byte> bytes)
{
    const auto begin = reinterpret_cast<std::uintptr_t>(bytes.data());
    std::ifstream maps{"/proc/self/maps"};
    std::size_t count = 0;
    for (std::string line; std::getline(maps, line);) {
        const std::uintptr_t from = std::stoull(line, nullptr, 16), to = std::stoull(line.substr(line.find('-') + 1), nullptr, 16);
        count += from < begin + bytes.size() && to > begin ? 1 : 0;
    }
    return count;
}

// Code and constants: one mapping of the host's, of which the guest sees as much as there is.
TEST_F(SpaceRestore, WhatIsOnlyReadIsMappedInOnePiece)
{
    const auto piece = [](std::uint64_t page, int protection) {
        const std::uint64_t begin = kAt + page * kPageSize;
        return Restored{{.begin = begin, .end = begin + kPageSize, .protection = protection, .flags = MAP_PRIVATE, .name = {}},
                        {{begin, begin + kPageSize, page * kPageSize}}};
    };
    const std::vector<Restored> all{piece(0, PROT_READ), piece(1, PROT_READ | PROT_EXEC)};
    ASSERT_EQ(space_.restore_joined(all, image_.get()), 0);
    EXPECT_EQ(bytes(3), "ii?");
    EXPECT_EQ(mappings_in(space_.reservation().bytes(kAt, 2 * kPageSize)), 1u);
    EXPECT_EQ(space_.areas().size(), 2u);
    EXPECT_EQ(space_.at({kAt + kPageSize})->protection, PROT_READ | PROT_EXEC);
    EXPECT_EQ(space_.accessible(), 2 * kPageSize);
    EXPECT_FALSE(space_.memory().put({kAt}, 'w'));
    EXPECT_THAT(space_.of_image(kAt, kAt + 2 * kPageSize), ElementsAre(Pair(kAt, kAt + 2 * kPageSize)));
    // From then on they go their own ways.
    EXPECT_EQ(space_.protect({kAt + kPageSize}, kPageSize, PROT_READ | PROT_WRITE), 0);
    EXPECT_TRUE(space_.memory().put({kAt + kPageSize}, 'w'));
    EXPECT_EQ(space_.unmap({kAt}, kPageSize), 0);
    EXPECT_EQ(bytes(3), "?w?");
    Space small{kPageSize};
    EXPECT_EQ(small.restore_joined(all, image_.get()), -ENOMEM);
    EXPECT_EQ(small.accessible(), 0u);
}

TEST_F(SpaceRestore, WhatIsNotNeededIsZero)
{
    ASSERT_EQ(restore(area(5)), 0);
    EXPECT_EQ(space_.advise({kAt + 2 * kPageSize}, 2 * kPageSize, MADV_DONTNEED), 0);
    EXPECT_EQ(bytes(5), "0i000");
    EXPECT_THAT(space_.of_image(kAt, kAt + 5 * kPageSize), ElementsAre(Pair(kAt + kPageSize, kAt + 2 * kPageSize)));
    EXPECT_EQ(space_.advise({kAt}, 5 * kPageSize, MADV_FREE), 0);
    EXPECT_EQ(space_.advise({kAt}, 5 * kPageSize, MADV_DONTNEED), 0);
    EXPECT_EQ(bytes(5), "00000");
    EXPECT_THAT(space_.of_image(kAt, kAt + 5 * kPageSize), IsEmpty());
}

TEST_F(SpaceRestore, IsMovedAndGrown)
{
    ASSERT_EQ(restore(area(4)), 0);
    EXPECT_TRUE(space_.memory().put({kAt}, 'w'));
    const Result grown = space_.remap({kAt}, 4 * kPageSize, 6 * kPageSize, MREMAP_MAYMOVE, {});
    ASSERT_EQ(grown, static_cast<Result>(kAt)) << "there is room behind it";
    EXPECT_EQ(bytes(6), "wii000");
    const std::uint64_t to = 0x20'0000;
    EXPECT_EQ(space_.remap({kAt}, 6 * kPageSize, 8 * kPageSize, MREMAP_MAYMOVE | MREMAP_FIXED, {to}), static_cast<Result>(to));
    EXPECT_EQ(bytes(8, to), "wii00000");
    EXPECT_EQ(bytes(1), "?");
    EXPECT_EQ(space_.remap({to}, 8 * kPageSize, 2 * kPageSize, 0, {}), static_cast<Result>(to));
    EXPECT_EQ(bytes(3, to), "wi?");
}

TEST_F(SpaceRestore, WhatIsLeftBehindIsZero)
{
    ASSERT_EQ(restore(area(4)), 0);
    const Result moved = space_.remap({kAt}, 4 * kPageSize, 4 * kPageSize, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, {});
    ASSERT_GT(moved, 0);
    EXPECT_EQ(bytes(4, static_cast<std::uint64_t>(moved)), "0ii0");
    EXPECT_EQ(bytes(4), "0000");
}

TEST_F(SpaceRestore, ProtectionIsKept)
{
    ASSERT_EQ(restore(area(4, PROT_READ)), 0);
    EXPECT_EQ(bytes(4), "0ii0");
    EXPECT_FALSE(space_.memory().put({kAt + kPageSize}, 'w'));
    EXPECT_EQ(space_.protect({kAt}, 4 * kPageSize, PROT_READ | PROT_WRITE), 0);
    EXPECT_TRUE(space_.memory().put({kAt + kPageSize}, 'w'));
}

TEST_F(SpaceRestore, WhatMayNotBeTouchedIsThereLater)
{
    ASSERT_EQ(restore(area(4, PROT_NONE)), 0);
    EXPECT_EQ(bytes(4), "????");
    EXPECT_EQ(space_.accessible(), 0u);
    EXPECT_EQ(space_.protect({kAt}, 4 * kPageSize, PROT_READ), 0);
    EXPECT_EQ(bytes(4), "0ii0");
}

TEST_F(SpaceRestore, NotMoreThanMayBeAccessible)
{
    Space small{3 * kPageSize};
    EXPECT_EQ(small.restore(area(4), {}, -1), -ENOMEM);
    EXPECT_EQ(small.restore(area(4, PROT_NONE), {}, -1), 0);
}

TEST_F(SpaceRestore, AForksWipingIsRemembered)
{
    ASSERT_EQ(
        space_.map(
            {.at = {kAt}, .size = 4 * kPageSize, .protection = PROT_READ | PROT_WRITE, .flags = kOwn | MAP_FIXED, .name = {}}),
        static_cast<Result>(kAt));
    EXPECT_EQ(space_.advise({kAt + kPageSize}, kPageSize, MADV_WIPEONFORK), 0);
    EXPECT_FALSE(space_.at({kAt})->wipe_on_fork);
    EXPECT_TRUE(space_.at({kAt + kPageSize})->wipe_on_fork);
    EXPECT_FALSE(space_.at({kAt + 2 * kPageSize})->wipe_on_fork);
    EXPECT_EQ(space_.advise({kAt}, 4 * kPageSize, MADV_KEEPONFORK), 0);
    EXPECT_FALSE(space_.at({kAt + kPageSize})->wipe_on_fork);
    EXPECT_EQ(space_.advise({kAt + 4 * kPageSize}, kPageSize, MADV_WIPEONFORK), -ENOMEM);
}

TEST_F(SpaceRestore, IsCapturedAsItIsNow)
{
    ASSERT_EQ(restore(area(100)), 0);
    EXPECT_TRUE(space_.memory().put({kAt + 2 * kPageSize}, 'w'));
    EXPECT_TRUE(space_.memory().put({kAt + 5 * kPageSize}, 'w'));
    EXPECT_TRUE(space_.memory().put({kAt + 60 * kPageSize}, 'w'));
    EXPECT_EQ(space_.advise({kAt + kPageSize}, kPageSize, MADV_DONTNEED), 0);
    MemoryCapture capture{0};
    const auto image = capture.take(space_, std::string_view{});
    // Few pages of zero are a hole in the file, and many are left out.
    ASSERT_EQ(image->regions().size(), 2u);
    EXPECT_EQ(image->regions()[0].base.value, kAt + 2 * kPageSize);
    EXPECT_EQ(image->regions()[0].size, 4 * kPageSize);
    EXPECT_EQ(image->regions()[1].base.value, kAt + 60 * kPageSize);
    EXPECT_EQ(image->size_on_disk(), 3 * kPageSize);
    EXPECT_EQ(::fcntl(image->descriptor(), F_GET_SEALS) & F_SEAL_WRITE, F_SEAL_WRITE);
}

/// Three areas side by side, the second of which may only be read, and what they are restored from.
class SpaceRewind : public SpaceRestore {
protected:
    static constexpr std::uint64_t kSecond = kAt + 3 * kPageSize, kThird = kSecond + kPageSize, kEnd = kThird + 2 * kPageSize;

    SpaceRewind()
    {
        Area read_only = area(1, PROT_READ), third = area(2);
        read_only.begin = kSecond, read_only.end = kThird;
        third.begin = kThird, third.end = kEnd;
        areas_ = {{area(3), {{kAt + kPageSize, kSecond, 0}}},
                  {read_only, {{kSecond, kThird, 0}}},
                  {third, {{kThird, kThird + kPageSize, kPageSize}}}};
        for (const Restored& each : areas_) EXPECT_EQ(space_.restore(each.area, each.contents, image_.get()), 0);
        space_.restore_break({});
    }
    void write(std::uint64_t at, char what) { EXPECT_TRUE(space_.memory().write({at}, std::as_bytes(std::span{&what, 1}))); }
    void rewind(const Fresh& fresh = {}) { EXPECT_EQ(space_.rewind(areas_, {}, image_.get(), fresh), 0); }

    std::vector<Restored> areas_;
};

TEST_F(SpaceRewind, PutsBackWhatLiesSideBySide)
{
    for (int round = 0; round < 3; ++round) {
        EXPECT_EQ(bytes(6), "0iiii0");
        for (const std::uint64_t page : {0, 1, 2, 4, 5}) write(kAt + page * kPageSize, 'w');
        EXPECT_EQ(bytes(6), "wwwiww");
        if (round == 1) {  // looked at everywhere, for what can be written may have been elsewhere
            EXPECT_EQ(space_.protect({kSecond}, kPageSize, PROT_READ | PROT_WRITE), 0);
            write(kSecond, 'w');
            EXPECT_EQ(space_.protect({kSecond}, kPageSize, PROT_READ), 0);
        }
        rewind();
    }
}

TEST_F(SpaceRewind, WhatIsFreshIsThereWhateverWasWritten)
{
    constexpr std::array kNew{std::byte{'n'}, std::byte{'e'}};
    for (const std::uint64_t at : {kAt, kAt + kPageSize, kThird, kEnd - kPageSize}) {
        rewind({at, kNew});
        EXPECT_EQ(this->at(0, at), 'n') << at << " was not written";
        write(at, 'w');
        write(at + 2, 'w');
        rewind({at, kNew});
        EXPECT_EQ(this->at(0, at), 'n') << at;
        EXPECT_NE(this->at(0, at + 2), 'w') << at;
        rewind();
        EXPECT_EQ(bytes(6), "0iiii0");
    }
}

TEST_F(SpaceRewind, WhatIsFreshIsNeverWrittenElsewhere)
{
    constexpr std::array kNew{std::byte{'n'}, std::byte{'e'}};
    write(kEnd - kPageSize, 'w');
    for (const std::uint64_t at : {kSecond, kAt - 1, kEnd - 1, kEnd, layout::kHusk, layout::kSpace - 1, ~std::uint64_t{0}})
        rewind({at, kNew});
    EXPECT_EQ(this->at(0, kSecond), 'i') << "it may not be written";
    rewind();
    EXPECT_EQ(bytes(6), "0iiii0");
}

TEST(Ranges, AreJoinedAndCut)
{
    Ranges ranges;
    ranges.add(10, 20);
    ranges.add(30, 40);
    ranges.add(20, 25);
    EXPECT_THAT(ranges.within(0, 100), ElementsAre(Pair(10, 25), Pair(30, 40)));
    ranges.add(24, 31);
    EXPECT_THAT(ranges.within(0, 100), ElementsAre(Pair(10, 40)));
    ranges.remove(15, 18);
    ranges.remove(35, 100);
    EXPECT_THAT(ranges.within(12, 20), ElementsAre(Pair(12, 15), Pair(18, 20)));
    EXPECT_THAT(ranges.within(0, 100), ElementsAre(Pair(10, 15), Pair(18, 35)));
    ranges.remove(0, 100);
    EXPECT_TRUE(ranges.empty());
}

}  // namespace
}  // namespace husk::test
