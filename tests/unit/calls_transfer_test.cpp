#include "support/program_process.hpp"

#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>

// Reading and writing.
namespace husk::test {
namespace {

/// As readv's array lies in the guest's memory.
struct Vector {
    std::uint64_t base, size;
};

class CallsTransfer : public ProgramProcess {
protected:
    static constexpr std::uint64_t kText = kPages, kInto = kPages + 0x1000, kVectors = kPages + 0x2000, kOffset = kPages + 0x3000;

    std::string contents(int fd)
    {
        std::string text(64, '\0');
        const ssize_t got = ::pread(fd, text.data(), text.size(), 0);
        text.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
        return text;
    }

    int file_ = make_file();
};

TEST_F(CallsTransfer, WhatIsWrittenIsRead)
{
    put_text(kText, "hello");
    EXPECT_EQ(call(SYS_write, file_, kText, 5), 5);
    EXPECT_EQ(call(SYS_pwrite64, file_, kText, 4, 1), 4);
    EXPECT_EQ(contents(file_), "hhell");
    EXPECT_EQ(call(SYS_lseek, file_, 1, SEEK_SET), 1);
    EXPECT_EQ(call(SYS_read, file_, kInto, 100), 4);
    EXPECT_EQ(get_text(kInto, 4), "hell");
    EXPECT_EQ(call(SYS_read, file_, kInto, 100), 0);
    EXPECT_EQ(call(SYS_pread64, file_, kInto, 2, 3), 2);
    EXPECT_EQ(get_text(kInto, 2), "ll");
    EXPECT_EQ(call(SYS_pread64, file_, kInto, 2, -1), -EINVAL);
}

TEST_F(CallsTransfer, Vectors)
{
    put_text(kText, "one two");
    put(kVectors, std::array{Vector{kText + 4, 3}, Vector{0xDEAD'BEEF'0000, 0}, Vector{kText, 3}});
    EXPECT_EQ(call(SYS_writev, file_, kVectors, 3), 6);
    EXPECT_EQ(call(SYS_pwritev, file_, kVectors, 1, 6, 0), 3);
    EXPECT_EQ(call(SYS_pwritev2, file_, kVectors, 1, 9, 0, 0), 3);
    EXPECT_EQ(call(SYS_pwritev2, file_, kVectors, 1, -1, -1, 0), 3);
    EXPECT_EQ(contents(file_), "twoonetwotwo");
    put(kVectors, std::array{Vector{kInto, 2}, Vector{kInto + 8, 2}});
    EXPECT_EQ(call(SYS_preadv, file_, kVectors, 2, 1, 0), 4);
    EXPECT_EQ(get_text(kInto, 2) + get_text(kInto + 8, 2), "woon");
    EXPECT_EQ(call(SYS_preadv2, file_, kVectors, 2, 0, 0, 0), 4);
    EXPECT_EQ(call(SYS_readv, file_, kVectors, 0), 0);
}

TEST_F(CallsTransfer, BadVectors)
{
    put_text(kText, "text");
    const std::uint64_t base = process_->space.reservation().base();
    for (const long number : {SYS_readv, SYS_writev, SYS_preadv, SYS_pwritev, SYS_vmsplice}) {
        put(kVectors, std::array{Vector{kText, 4}, Vector{kText, ~0ull}});
        EXPECT_EQ(call(number, file_, kVectors, 2, 0), -EINVAL) << "a negative length: " << number;
        EXPECT_EQ(call(number, file_, kVectors, 1025, 0), -EINVAL) << number;
        EXPECT_EQ(call(number, file_, kVectors, 1ull << 60, 0), -EINVAL) << number;
        EXPECT_EQ(call(number, file_, kReadOnly + 4096 - 8, 1, 0), -EFAULT) << number;
        for (const Vector bad : {Vector{program::layout::kUserEnd - 2, 4}, Vector{program::layout::kHusk, 4},
                                 Vector{base + kText, 4}, Vector{kText, 1ull << 62}, Vector{~0ull - 1, 4}}) {
            put(kVectors, std::array{Vector{kText, 4}, bad});
            EXPECT_EQ(call(number, file_, kVectors, 2, 0), -EFAULT) << number << ", " << std::hex << bad.base;
        }
    }
    EXPECT_EQ(contents(file_), "");
    expect_untouched();
}

TEST_F(CallsTransfer, BetweenDescriptors)
{
    const int to = make_file();
    put_text(kText, "0123456789");
    EXPECT_EQ(call(SYS_write, file_, kText, 10), 10);
    put(kOffset, std::uint64_t{4});
    EXPECT_EQ(call(SYS_sendfile, to, file_, kOffset, 3), 3);
    EXPECT_EQ(get<std::uint64_t>(kOffset), 7u);
    put(kOffset, std::uint64_t{0});
    put(kOffset + 8, std::uint64_t{3});
    EXPECT_EQ(call(SYS_copy_file_range, file_, kOffset, to, kOffset + 8, 2, 0), 2);
    EXPECT_EQ(get<std::uint64_t>(kOffset), 2u);
    EXPECT_EQ(get<std::uint64_t>(kOffset + 8), 5u);
    EXPECT_EQ(contents(to), "45601");

    EXPECT_EQ(call(SYS_pipe2, kInto, O_NONBLOCK), 0);
    const int reader = keep(get<std::array<int, 2>>(kInto)[0]);
    const int writer = keep(get<std::array<int, 2>>(kInto)[1]);
    EXPECT_EQ(call(SYS_pipe2, kInto, O_NONBLOCK), 0);
    const int second_reader = keep(get<std::array<int, 2>>(kInto)[0]);
    const int second = keep(get<std::array<int, 2>>(kInto)[1]);
    put(kVectors, Vector{kText, 5});
    constexpr int kGift = SPLICE_F_GIFT;
    EXPECT_EQ(call(SYS_vmsplice, writer, kVectors, 1, kGift), 5);
    EXPECT_EQ(call(SYS_tee, reader, second, 4, 0), 4);
    EXPECT_EQ(call(SYS_splice, second_reader, 0, to, kOffset, 4, 0), 4);
    EXPECT_EQ(call(SYS_read, reader, kInto, 64), 5);
    EXPECT_EQ(get_text(kInto, 5), "01234");
    EXPECT_EQ(contents(to), "450123");
}

}  // namespace
}  // namespace husk::test
