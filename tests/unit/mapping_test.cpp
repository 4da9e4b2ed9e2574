// Pieces of this process's address space: made aligned, moved, given back.
#include "base/mapping.hpp"
#include "base/unique_fd.hpp"
#include "support/errors.hpp"
#include "support/host.hpp"

#include <husk/address.hpp>

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <string>
#include <utility>

namespace husk {
namespace {

std::uintptr_t address(const Mapping& mapping)
{
    return reinterpret_cast<std::uintptr_t>(mapping.bytes().data());
}

UniqueFd memory_file(std::uint64_t size)
{
    UniqueFd file{::memfd_create("test", MFD_CLOEXEC)};
    EXPECT_EQ(::ftruncate(file.get(), static_cast<off_t>(size)), 0);
    return file;
}

TEST(Mapping, IsZeroAndWritable)
{
    const Mapping mapping = Mapping::anonymous(3 * kPageSize, kPageSize);
    ASSERT_EQ(mapping.bytes().size(), 3 * kPageSize);
    EXPECT_EQ(std::ranges::count(mapping.bytes(), std::byte{0}), static_cast<std::ptrdiff_t>(3 * kPageSize));
    mapping.bytes().front() = mapping.bytes().back() = std::byte{1};
}

TEST(Mapping, StartsAtItsAlignment)
{
    for (const std::uint64_t alignment : {kPageSize, 2 * kPageSize, 64_KiB, 2_MiB, 1_GiB})
        for (const std::uint64_t size : {kPageSize, 2_MiB - kPageSize, 2_MiB, 5_MiB + kPageSize}) {
            const Mapping mapping = Mapping::anonymous(size, alignment);
            EXPECT_EQ(address(mapping) % alignment, 0u) << alignment;
            EXPECT_EQ(mapping.bytes().size(), size);
            mapping.bytes().front() = mapping.bytes().back() = std::byte{1};
        }
}

TEST(Mapping, GivesBackWhatAlignmentCost)
{
    const Mapping mapping = Mapping::anonymous(2_MiB, 1_GiB);
    // The slack was 1 GiB; what follows may be another's, but not all of it can be.
    bool all = true;
    for (std::uint64_t past = 2_MiB; past < 1_GiB; past += 1_MiB) all = all && test::is_mapped(mapping.bytes().data() + past);
    EXPECT_FALSE(all);
}

TEST(Mapping, IsGivenBackWhenItEnds)
{
    const std::byte* at = nullptr;
    {
        const Mapping mapping = Mapping::anonymous(kPageSize, kPageSize);
        at = mapping.bytes().data();
        EXPECT_TRUE(test::is_mapped(at));
    }
    EXPECT_FALSE(test::is_mapped(at));
}

TEST(Mapping, MovesLeaveNothingBehind)
{
    Mapping first = Mapping::anonymous(kPageSize, kPageSize);
    const std::byte* at = first.bytes().data();
    Mapping second{std::move(first)};
    EXPECT_TRUE(first.bytes().empty());  // NOLINT(bugprone-use-after-move): what a move leaves is what is tested
    EXPECT_EQ(second.bytes().data(), at);

    Mapping third = Mapping::anonymous(kPageSize, kPageSize);
    const std::byte* old = third.bytes().data();
    third = std::move(second);
    EXPECT_EQ(third.bytes().data(), at);
    EXPECT_TRUE(test::is_mapped(at));
    EXPECT_FALSE(test::is_mapped(old));
}

TEST(Mapping, MovedToItselfIsItself)
{
    Mapping mapping = Mapping::anonymous(kPageSize, kPageSize);
    Mapping& same = mapping;
    mapping = std::move(same);
    ASSERT_EQ(mapping.bytes().size(), kPageSize);
    EXPECT_TRUE(test::is_mapped(mapping.bytes().data()));
}

TEST(Mapping, AdviceIsAWish)
{
    const Mapping mapping = Mapping::anonymous(kPageSize, kPageSize);
    EXPECT_TRUE(mapping.advise(MADV_NORMAL));
    EXPECT_FALSE(mapping.advise(-1));
    EXPECT_TRUE(test::is_mapped(mapping.bytes().data()));
}

TEST(Mapping, RefusalNamesMmap)
{
    struct {
        std::uint64_t size, alignment;
        int error;
    } const impossible[] = {
        {0, kPageSize, EINVAL},
        {1ull << 62, kPageSize, ENOMEM},
        {1ull << 62, 2_MiB, ENOMEM},
        {~0ull << 12, 2_MiB, ENOMEM},  // with its slack it wraps
    };
    for (const auto& [size, alignment, errno_value] : impossible) {
        const auto error = test::error_of([&] { Mapping::anonymous(size, alignment); });
        ASSERT_TRUE(error) << size;
        EXPECT_EQ(error->call(), "mmap");
        EXPECT_EQ(error->code().value(), errno_value);
    }
}

TEST(Mapping, SharedIsTheFile)
{
    const UniqueFd file = memory_file(kPageSize);
    const Mapping one = Mapping::shared(file.get(), kPageSize, "mmap of the test");
    const Mapping other = Mapping::shared(file.get(), kPageSize, "mmap of the test");
    one.bytes()[7] = std::byte{42};
    EXPECT_EQ(other.bytes()[7], std::byte{42});
}

TEST(Mapping, SharedRefusalNamesWhatWasMapped)
{
    const auto error = test::error_of([] { Mapping::shared(-1, kPageSize, "mmap of the test"); });
    ASSERT_TRUE(error);
    EXPECT_EQ(error->call(), "mmap of the test");
    EXPECT_EQ(error->code().value(), EBADF);
}

TEST(UniqueFd, HoldsNothingAtFirst)
{
    EXPECT_FALSE(UniqueFd{});
    EXPECT_FALSE(UniqueFd{-1});
    EXPECT_EQ(UniqueFd{}.get(), -1);
}

TEST(UniqueFd, ClosesOnce)
{
    const auto before = test::open_files();
    {
        UniqueFd first = memory_file(0);
        EXPECT_TRUE(first);
        EXPECT_EQ(test::open_files(), before + 1);
        UniqueFd second{std::move(first)};
        EXPECT_FALSE(first);  // NOLINT(bugprone-use-after-move): what a move leaves is what is tested
        UniqueFd third = memory_file(0);
        third = std::move(second);
        EXPECT_EQ(test::open_files(), before + 1);
    }
    EXPECT_EQ(test::open_files(), before);
}

TEST(UniqueFd, MovedToItselfStaysOpen)
{
    UniqueFd file = memory_file(0);
    const auto open = test::open_files();
    UniqueFd& same = file;
    file = std::move(same);
    EXPECT_TRUE(file);
    EXPECT_EQ(test::open_files(), open);
}

}  // namespace
}  // namespace husk
