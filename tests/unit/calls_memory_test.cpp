#include "support/program_process.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

// What calls on memory do to the host's mappings.
namespace husk::test {
namespace {

using namespace program;

constexpr int kReadWrite = PROT_READ | PROT_WRITE;
constexpr int kAnonymous = MAP_PRIVATE | MAP_ANONYMOUS;

class MemoryCalls : public ProgramProcess {};

TEST_F(MemoryCalls, NoHugePageIsLaidOverWhatLiesBehind)
{
    // Where the host can align one is its own affair: a guest tries all places.
    constexpr int kLargest = MAP_HUGETLB | 30 << MAP_HUGE_SHIFT, kUsual = MAP_HUGETLB;
    for (const int huge : {kLargest, kUsual})
        for (std::uint64_t at = layout::kUserEnd - 1_GiB; at < layout::kUserEnd; at += layout::kLargePage)
            ASSERT_EQ(call(SYS_mmap, at, kPageSize, kReadWrite, kAnonymous | MAP_FIXED | huge, -1, 0), -ENOMEM) << std::hex << at;
    expect_untouched();
    EXPECT_EQ(call(SYS_mmap, 0, 2_MiB, kReadWrite, kAnonymous | MAP_HUGETLB, -1, 0), -ENOMEM);
}

TEST_F(MemoryCalls, AFileThatCannotBeMappedLeavesWhatWasThere)
{
    // TCP's part of mmap refuses to write, which is only found out when nothing else is left to be checked.
    const int unmappable = ::socket(AF_INET, SOCK_STREAM, 0);
    if (unmappable < 0) GTEST_SKIP() << "no TCP here";
    keep(unmappable);
    put(kPages, std::uint64_t{0x1234});
    EXPECT_LT(call(SYS_mmap, kPages, kPageSize, kReadWrite, MAP_SHARED | MAP_FIXED, unmappable, 0), 0);
    EXPECT_EQ(get<std::uint64_t>(kPages), 0x1234u);
}

TEST_F(MemoryCalls, AFileThatIsSealedLeavesWhatWasThere)
{
    const int sealed = keep(::memfd_create("sealed", MFD_ALLOW_SEALING));
    ASSERT_EQ(::ftruncate(sealed, kPageSize), 0);
    ASSERT_EQ(::fcntl(sealed, F_ADD_SEALS, F_SEAL_FUTURE_WRITE), 0);
    put(kPages, std::uint64_t{0x1234});
    EXPECT_EQ(call(SYS_mmap, kPages, kPageSize, kReadWrite, MAP_SHARED | MAP_FIXED, sealed, 0), -EPERM);
    EXPECT_EQ(get<std::uint64_t>(kPages), 0x1234u);
}

TEST_F(MemoryCalls, AFileIsMappedWhereItIsWanted)
{
    const int file = make_file();
    constexpr std::uint64_t kValue = 0x5678;
    put(kPages, kValue);
    ASSERT_EQ(call(SYS_pwrite64, file, kPages, sizeof kValue, 0), static_cast<Result>(sizeof kValue));
    constexpr std::uint64_t kShared = kPages + kPageSize, kPrivate = kPages + 2 * kPageSize;
    for (const auto& [at, sharing] : {std::pair{kShared, MAP_SHARED}, {kPrivate, MAP_PRIVATE}}) {
        ASSERT_EQ(call(SYS_mmap, at, kPageSize, kReadWrite, sharing | MAP_FIXED, file, 0), static_cast<Result>(at));
        EXPECT_EQ(get<std::uint64_t>(at), kValue);
        const Result anywhere = call(SYS_mmap, 0, kPageSize, PROT_READ, sharing, file, 0);
        ASSERT_GT(anywhere, 0);
        EXPECT_EQ(get<std::uint64_t>(static_cast<std::uint64_t>(anywhere)), kValue);
    }
    put(kPrivate, std::uint64_t{1});
    EXPECT_EQ(get<std::uint64_t>(kShared), kValue);
    put(kShared, std::uint64_t{2});
    ASSERT_EQ(call(SYS_pread64, file, kPages, sizeof kValue, 0), static_cast<Result>(sizeof kValue));
    EXPECT_EQ(get<std::uint64_t>(kPages), 2u);
}

TEST_F(MemoryCalls, ADescriptorOfHusksIsNotMapped)
{
    EXPECT_EQ(call(SYS_mmap, 0, kPageSize, PROT_READ, MAP_PRIVATE, own(make_file()), 0), -EBADF);
    EXPECT_EQ(call(SYS_mmap, 0, kPageSize, PROT_READ, MAP_PRIVATE, kLine - 1, 0), -EBADF);
    EXPECT_EQ(call(SYS_mmap, 0, kPageSize, PROT_READ, MAP_PRIVATE, -1, 0), -EBADF);
}

}  // namespace
}  // namespace husk::test
