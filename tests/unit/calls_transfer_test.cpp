#include "support/program_process.hpp"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <csignal>

// Reading and writing, and the limits that hold for it.
namespace husk::test {
namespace {

using program::Result;

/// As readv's array lies in the guest's memory.
struct Vector {
    std::uint64_t base, size;
};

class CallsTransfer : public ProgramProcess {
protected:
    using ProgramProcess::ProgramProcess;
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

ProgramConfig limited(std::optional<std::uint64_t> output, std::optional<std::uint64_t> file_size)
{
    ProgramConfig config;
    config.limits.output = output;
    config.limits.file_size = file_size;
    return config;
}

/// Standard output is a file while this lives.
class RedirectedOutput {
protected:
    RedirectedOutput() : output_{::memfd_create("output", 0)}, saved_{::dup(STDOUT_FILENO)} { ::dup2(output_, STDOUT_FILENO); }
    ~RedirectedOutput()
    {
        ::dup2(saved_, STDOUT_FILENO);
        ::close(saved_);
        ::close(output_);
    }

    int output_;

private:
    int saved_;
};

class OutputLimit : private RedirectedOutput, public CallsTransfer {
protected:
    OutputLimit() : CallsTransfer{limited(8, {})} { put_text(kText, "0123456789"); }

    std::string output() { return contents(output_); }
    void expect_ended() { EXPECT_EQ(process_->ended(), ProgramStop{stops::TooMuchOutput{}}); }
};

TEST_F(OutputLimit, EndsTheProgramWhenMoreIsWritten)
{
    EXPECT_EQ(call(SYS_write, 1, kText, 5), 5);
    EXPECT_EQ(call(SYS_write, file_, kText, 10), 10);  // does not count
    EXPECT_EQ(call(SYS_write, 1, kText, 3), 3);
    EXPECT_EQ(call(SYS_write, 1, kText, 0), 0);
    EXPECT_FALSE(process_->ending());  // all of it, and not more
    EXPECT_EQ(call(SYS_write, 1, kText, 1), -EINTR);
    expect_ended();
    EXPECT_EQ(output(), "01234012");
}

TEST_F(OutputLimit, AWriteGoesUpToIt)
{
    EXPECT_EQ(call(SYS_write, 1, kText, 10), 8);
    expect_ended();
    EXPECT_EQ(output(), "01234567");
}

TEST_F(OutputLimit, VectorsGoUpToIt)
{
    put(kVectors, std::array{Vector{kText, 6}, Vector{kText, 6}});
    EXPECT_EQ(call(SYS_writev, 1, kVectors, 2), 8);
    expect_ended();
    EXPECT_EQ(output(), "01234501");
}

TEST_F(OutputLimit, WhatFailsDoesNotCount)
{
    EXPECT_EQ(call(SYS_write, 1, kNothing, 8), -EFAULT);
    EXPECT_EQ(call(SYS_write, 1, kText, 8), 8);
    EXPECT_FALSE(process_->ending());
}

TEST_F(OutputLimit, EveryWayToWriteCounts)
{
    EXPECT_EQ(call(SYS_write, file_, kText, 10), 10);
    const int copy = keep(static_cast<int>(call(SYS_dup, 1)));
    EXPECT_EQ(call(SYS_write, copy, kText, 4), 4);
    EXPECT_EQ(call(SYS_pwrite64, copy, kText, 2, 0), 2);
    put(kOffset, std::uint64_t{0});
    EXPECT_EQ(call(SYS_sendfile, copy, file_, kOffset, 1), 1);
    EXPECT_FALSE(process_->ending());
    put(kOffset, std::uint64_t{0});
    EXPECT_EQ(call(SYS_copy_file_range, file_, kOffset, copy, 0, 1 << 20, 0), 1);
    expect_ended();
}

class FileSize : public CallsTransfer {
protected:
    FileSize() : CallsTransfer{limited({}, 8)}
    {
        process_->standing.signals.raise = [](program::Thread&, int signal) { raised_ = signal; };
        raised_ = 0;
        put_text(kText, "0123456789");
    }
    void expect_refused(Result result)
    {
        EXPECT_EQ(result, -EFBIG);
        EXPECT_EQ(std::exchange(raised_, 0), SIGXFSZ);
    }
    static inline int raised_ = 0;
};

TEST_F(FileSize, AWriteAcrossTheLimitIsShortened)
{
    EXPECT_EQ(call(SYS_write, file_, kText, 10), 8);
    EXPECT_EQ(raised_, 0);
    expect_refused(call(SYS_write, file_, kText, 1));
    EXPECT_EQ(call(SYS_write, file_, kText, 0), 0);
    EXPECT_EQ(call(SYS_pwrite64, file_, kText, 4, 6), 2);
    expect_refused(call(SYS_pwrite64, file_, kText, 4, 8));
    EXPECT_EQ(call(SYS_pwrite64, file_, kText, 4, -5), -EINVAL);
    put(kVectors, std::array{Vector{kText, 3}, Vector{kText, 10}});
    EXPECT_EQ(call(SYS_pwritev, file_, kVectors, 2, 0, 0), 8);
    expect_refused(call(SYS_pwritev2, file_, kVectors, 2, 0, 0, RWF_APPEND));
    EXPECT_EQ(contents(file_), "01201234");
}

TEST_F(FileSize, NoWayAround)
{
    EXPECT_EQ(call(SYS_ftruncate, file_, 8), 0);
    expect_refused(call(SYS_ftruncate, file_, 9));
    expect_refused(call(SYS_fallocate, file_, 0, 4, 5));
    EXPECT_EQ(call(SYS_fallocate, file_, 0, 4, 4), 0);
    EXPECT_EQ(::fcntl(file_, F_SETFL, O_APPEND), 0);
    expect_refused(call(SYS_pwrite64, file_, kText, 1, 0));
    EXPECT_EQ(::fcntl(file_, F_SETFL, 0), 0);
    const int from = make_file();
    EXPECT_EQ(::pwrite(from, "0123456789", 10, 0), 10);
    put(kOffset, std::array<std::uint64_t, 2>{0, 7});
    EXPECT_EQ(call(SYS_copy_file_range, from, kOffset, file_, kOffset + 8, 10, 0), 1);
    expect_refused(call(SYS_copy_file_range, from, kOffset, file_, kOffset + 8, 10, 0));
    EXPECT_EQ(call(SYS_lseek, file_, 6, SEEK_SET), 6);
    put(kOffset, std::uint64_t{0});
    EXPECT_EQ(call(SYS_sendfile, file_, from, kOffset, 10), 2);
    expect_refused(call(SYS_sendfile, file_, from, kOffset, 10));
    EXPECT_EQ(::lseek(file_, 0, SEEK_END), 8);
}

TEST_F(FileSize, PipesHaveNone)
{
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe(ends.data()), 0);
    keep(ends[0]);
    keep(ends[1]);
    EXPECT_EQ(call(SYS_write, ends[1], kText, 10), 10);
    EXPECT_EQ(call(SYS_write, ends[1], kText, 10), 10);
    EXPECT_EQ(raised_, 0);
}

}  // namespace
}  // namespace husk::test
