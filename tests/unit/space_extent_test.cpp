// A space of fewer addresses than the usual one: what is the guest's ends earlier, and what is Husk's lies right behind it on the
// host.
#include "program/entry/pages.hpp"
#include "program/space/poke.hpp"
#include "program/space/space.hpp"

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <span>

namespace husk::test {
namespace {

using namespace program;
using layout::Extent;

constexpr int kOwn = MAP_PRIVATE | MAP_ANONYMOUS;
constexpr std::uint64_t kSize = layout::kSmallestSpace, kEnd = kSize - 32_MiB;

TEST(Extents, AreWholeGibibytesUpToTheUsualSize)
{
    for (const std::uint64_t size : {1_GiB, 2_GiB, 63_GiB, layout::kSpace}) EXPECT_TRUE(Extent::is_size(size)) << size;
    for (const std::uint64_t size :
         {std::uint64_t{0}, kPageSize, 1_GiB - 1, 1_GiB + kPageSize, layout::kSpace + 1_GiB, ~std::uint64_t{0}})
        EXPECT_FALSE(Extent::is_size(size)) << size;
}

TEST(Extents, TheUsualOneIsWhatThePictureShows)
{
    const Extent usual;
    EXPECT_EQ(usual.user_end(), layout::kUserEnd);
    EXPECT_EQ(usual.stack_top(), layout::kSpace / 4 * 3);
    EXPECT_EQ(usual.offset(layout::kVdso), layout::kVdso);
    EXPECT_EQ(usual.offset(layout::kHusk), layout::kHusk);
}

class SmallSpace : public testing::Test {
protected:
    Result map(std::uint64_t at, std::uint64_t size, int flags = 0)
    {
        return space_.map({.at = {at}, .size = size, .protection = PROT_READ | PROT_WRITE, .flags = kOwn | flags, .name = {}});
    }

    Space space_{layout::kSpace, kSize};
};

TEST_F(SmallSpace, IsMappedUpToItsEnd)
{
    const std::uint64_t last = kEnd - kPageSize;
    EXPECT_EQ(map(last, kPageSize, MAP_FIXED), static_cast<Result>(last));
    EXPECT_TRUE(space_.memory().put({kEnd - 1}, 'x'));
    EXPECT_EQ(space_.unmap({last}, kPageSize), 0);
}

TEST_F(SmallSpace, NothingIsMappedBeyond)
{
    for (const std::uint64_t at : {kEnd - kPageSize, kEnd, kSize, layout::kUserEnd - 2 * kPageSize, layout::kVdso, layout::kHusk}) {
        EXPECT_EQ(map(at, 2 * kPageSize, MAP_FIXED), -ENOMEM) << at;
        EXPECT_EQ(map(at, 2 * kPageSize, MAP_FIXED_NOREPLACE), -ENOMEM) << at;
        const Result near = map(at, 2 * kPageSize);  // a wish
        EXPECT_GT(near, 0) << at;
        EXPECT_LT(near, static_cast<Result>(kEnd)) << at;
        EXPECT_LT(space_.unmap({at}, 2 * kPageSize), 0) << at;
        EXPECT_LT(space_.protect({at}, 2 * kPageSize, PROT_READ), 0) << at;
        EXPECT_LT(space_.advise({at}, 2 * kPageSize, MADV_DONTNEED), 0) << at;
        EXPECT_LT(space_.remap({static_cast<std::uint64_t>(near)}, kPageSize, 2 * kPageSize, MREMAP_MAYMOVE | MREMAP_FIXED, {at}),
                  0)
            << at;
    }
    EXPECT_EQ(map(0, kSize), -ENOMEM);
    EXPECT_EQ(map(0, kEnd), -ENOMEM);
}

TEST_F(SmallSpace, TheBreakEndsWithIt)
{
    space_.start_break(kEnd - 4 * kPageSize);
    EXPECT_EQ(space_.set_break({kEnd - 2 * kPageSize}), static_cast<Result>(kEnd - 2 * kPageSize));
    EXPECT_EQ(space_.set_break({kEnd + kPageSize}), static_cast<Result>(kEnd - 2 * kPageSize));
    EXPECT_EQ(space_.set_break({layout::kUserEnd}), static_cast<Result>(kEnd - 2 * kPageSize));
}

TEST_F(SmallSpace, NoCallReachesWhatIsHusks)
{
    entry::build(space_.reservation());
    const UserMemory memory = space_.memory();
    ASSERT_GT(map(kEnd - kPageSize, kPageSize, MAP_FIXED), 0);
    std::array<std::byte, 16> bytes{};
    // On the host all of these have memory behind them.
    for (const std::uint64_t at : {kEnd - 8, kEnd, kEnd + 16_MiB, kSize - 16_MiB, kSize - 16, layout::kHusk}) {
        EXPECT_FALSE(memory.within({at}, bytes.size())) << at;
        EXPECT_FALSE(memory.host({at}, bytes.size())) << at;
        EXPECT_FALSE(memory.read({at}, bytes)) << at;
        EXPECT_FALSE(memory.write({at}, bytes)) << at;
        EXPECT_FALSE(poke(space_, {at}, bytes)) << at;
        EXPECT_EQ(memory.read_some({at}, bytes), at < kEnd ? kEnd - at : 0u) << at;
    }
    EXPECT_EQ(memory.string({kEnd}, 10), tl::unexpected{EFAULT});
    ASSERT_TRUE(memory.put({kEnd - 2}, std::array{'a', 'b'}));
    EXPECT_EQ(memory.string({kEnd - 2}, 10), tl::unexpected{EFAULT}) << "it has no end before the space's";
}

TEST_F(SmallSpace, HusksPartIsBehindTheGuests)
{
    const Reservation& all = space_.reservation();
    EXPECT_EQ(all.size(), kSize);
    entry::build(all);
    EXPECT_EQ(entry::own_offset(all, entry::kBase), kSize - 16_MiB);
    entry::open(all, kEnd - kLargePage, kEnd);
    EXPECT_TRUE(entry::is_open(all, kEnd - 1));
    EXPECT_FALSE(entry::is_open(all, kEnd));
    entry::build_processor(all, entry::kMaxProcessors - 1);
    entry::write_frame(all, entry::kMaxProcessors - 1, {.rip = 1, .cs = 2, .rflags = 3, .rsp = 4, .ss = 5});
    EXPECT_EQ(entry::read_frame(all, entry::kMaxProcessors - 1).rsp, 4u);
}

}  // namespace
}  // namespace husk::test
